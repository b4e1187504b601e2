"""Which notices users do without: theirs to say, where the notice is information only."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from authserver.domain.errors import InvalidField
from authserver.domain.mail import MailKind, is_address
from authserver.services.security_notices import INFORMATION
from authserver.services.user_lookup import existing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from authserver.domain.users import User
    from authserver.services.administration import Act, Administration
    from authserver.services.security_notices import SecurityNotices


@dataclass(frozen=True, slots=True)
class NoticeState:
    """One kind for one user: whether the server sends it, the user wants it, and may say so."""

    kind: MailKind
    is_sent: bool
    is_wanted: bool
    may_choose: bool


@dataclass(frozen=True, slots=True)
class NoticeView:
    """All kinds; `address` is where they go, empty when nothing can be sent to the user."""

    address: str
    states: tuple[NoticeState, ...]


class NoticeChoices:
    """Reads and writes what a user chose."""

    def __init__(self, administration: Administration, notices: SecurityNotices) -> None:
        """Take the collaborators; hold no state of its own."""
        self._administration = administration
        self._notices = notices

    def of(self, user: User) -> NoticeView:
        """What the user gets."""
        kinds = (*INFORMATION, MailKind.REFRESH_REUSED)
        states = tuple(
            NoticeState(
                kind,
                is_sent=kind in self._notices.kinds,
                is_wanted=kind not in user.muted_notices or kind not in INFORMATION,
                may_choose=kind in INFORMATION,
            )
            for kind in kinds
        )
        return NoticeView(user.data.email if is_address(user.data.email) else "", states)

    def choose(self, subject: str, wanted: Iterable[str], act: Act) -> None:
        """Send the user these from now on, and of the others none that are information only.

        A mail says when some are switched off: it may be somebody else's wish.

        Raises:
            NotFound: there is no such user.
            InvalidField: names a kind that there is not.
        """
        chosen = frozenset(wanted)
        if not chosen <= frozenset(INFORMATION):
            raise InvalidField("notices", "of " + ", ".join(INFORMATION))
        muted = frozenset(INFORMATION) - chosen
        with self._administration.changing([], takes_power=False) as stores:
            before = existing(stores, subject)
            if before.muted_notices == muted:
                return
            stores.users.save(replace(before, muted_notices=muted))
            self._notices.switched_off_in(
                stores,
                before,
                muted - before.muted_notices,
                act.call(self._administration.clock.now()),
            )
            self._administration.record(
                stores,
                act,
                "user.notices_chosen",
                subject,
                {
                    "before": {"muted": sorted(before.muted_notices)},
                    "after": {"muted": sorted(muted)},
                },
            )
