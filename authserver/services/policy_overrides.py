"""Overrides for single users, until a moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.users import canonical

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.policy_documents import Override, UserEffect
    from authserver.services.policy_steps import Placed


class Overrides:
    """By canonical user name and effect."""

    def __init__(self, overrides: Sequence[Placed[Override]]) -> None:
        """Of several for one user and effect the one that lasts longest counts."""
        self._of: dict[tuple[str, UserEffect], Placed[Override]] = {}
        for each in sorted(overrides, key=lambda each: each.value.until):
            self._of[canonical(each.value.user), each.value.effect] = each

    def has(self, effect: UserEffect) -> bool:
        """Whether there is one of `effect` for anybody."""
        return any(known is effect for _, known in self._of)

    def of(self, username: str, effect: UserEffect, at: float) -> Placed[Override] | None:
        """The one in force for a user; nobody's name is empty."""
        if not username or not self._of:
            return None
        found = self._of.get((canonical(username), effect))
        return found if found is not None and at < found.value.until else None
