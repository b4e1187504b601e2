"""What policies ask of API tokens that nobody uses, and since when they do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.services.policy_reading import read_policy
from authserver.services.token_policy import TokenPolicy

if TYPE_CHECKING:
    from authserver.domain.ports import Stores
    from authserver.services.token_policy import Bound, TokenRules


class RulesInForce:
    """The rules of one transaction, each read once."""

    def __init__(self, stores: Stores) -> None:
        """Read nothing yet."""
        self._stores = stores
        self._rules: dict[frozenset[str], TokenRules] = {}
        self._since: dict[Bound, float] = {}

    def of(self, resources: frozenset[str]) -> TokenRules:
        """The rules for a token that names these sites."""
        if resources not in self._rules:
            self._rules[resources] = TokenPolicy.of(self._stores, resources)
        return self._rules[resources]

    def since(self, bound: Bound) -> float:
        """Since when (epoch seconds) unused tokens are asked for so much, or for more."""
        if bound not in self._since:
            self._since[bound] = self._first_applied(bound)
        return self._since[bound]

    def _first_applied(self, bound: Bound) -> float:
        name, _, number = bound.document.rpartition("@")
        applied_at = 0.0
        for each in range(int(number), 0, -1):
            version = self._stores.policies.version(name, each)
            stale_after = None if version is None else _stale_after(version.text)
            if version is None or stale_after is None or stale_after > bound.value:
                break
            applied_at = version.applied_at
        return applied_at


def staleness_is_asked(stores: Stores) -> bool:
    """Whether any document says what becomes of unused tokens."""
    found = (stores.policies.current(name) for name in stores.policies.names())
    sections = (read_policy(each.text).tokens for each in found if each is not None)
    return any(
        each is not None and (each.stale_after is not None or each.delete_after is not None)
        for each in sections
    )


def _stale_after(text: str) -> float | None:
    section = read_policy(text).tokens
    return None if section is None else section.stale_after
