"""Taking a user's power away, everywhere at once, and giving it back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from authserver.domain.errors import Conflict
from authserver.domain.grants import GrantEnd, GrantFilter
from authserver.domain.users import PersonalData, UserStatus
from authserver.services.administrators import guard_user
from authserver.services.living import held_identities
from authserver.services.user_lookup import existing, known_anew, tokens_denied
from authserver.services.user_rules import described

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.identities import Identity
    from authserver.domain.ports import PasswordHasher, SecretMaker, Stores
    from authserver.domain.users import User
    from authserver.services.administration import Act, Administration
    from authserver.services.grants import Grants
    from authserver.services.sessions import Sessions

ONE_AT_A_TIME: Final = "administrators"
"""Name of a lease that is taken for its row's lock: see `keep_an_administrator`."""


class UserPower:
    """Stops users, starts them again, and resets their passwords."""

    def __init__(
        self,
        *,
        administration: Administration,
        sessions: Sessions,
        grants: Grants,
        passwords: PasswordHasher,
        secret_maker: SecretMaker,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._administration = administration
        self._sessions = sessions
        self._grants = grants
        self._passwords = passwords
        self._secret_maker = secret_maker

    def stop(self, handle: str, status: UserStatus, action: str, act: Act) -> User:
        """Disable or delete; a deleted user leaves its subject and nothing else.

        Raises:
            NotFound: there is no such user.
            Conflict: it is the last enabled administrator.
            Forbidden: the user administers, and the act may not touch such users.
        """
        with self._administration.database.reading() as stores:
            subject = existing(stores, handle).subject
        with self._administration.changing([], takes_power=True) as stores:
            identities = held_identities(stores, subject)
            self.keep_an_administrator(stores, handle)
            before = existing(stores, subject)
            guard_user(stores, act, before)
            act.expect(described(before, stores.groups.of(before.subject)))
            after = replace(before, status=status)
            if status is UserStatus.DELETED:
                after = replace(
                    after,
                    password_hash=b"",
                    is_administrator=False,
                    roles=frozenset(),
                    data=PersonalData(),
                )
                self._forget(stores, before.subject, identities)
            stores.users.save(after)
            self._take_power(stores, before.subject, GrantEnd.USER_STOPPED, act)
            self._administration.record(
                stores,
                act,
                action,
                before.subject,
                {"username": before.username, "before": str(before.status), "after": str(status)},
            )
        return after

    def start(self, handle: str, act: Act) -> User:
        """Enable. Raises NotFound; Forbidden for a user with a role, without the permission."""
        with self._administration.changing([], takes_power=False) as stores:
            before = existing(stores, handle)
            guard_user(stores, act, before)
            act.expect(described(before, stores.groups.of(before.subject)))
            after = replace(before, status=UserStatus.ENABLED)
            stores.users.save(after)
            stores.authority.advance([known_anew(before.subject, self._administration.clock.now())])
            self._administration.record(
                stores,
                act,
                "user.enabled",
                before.subject,
                {"username": before.username, "before": str(before.status), "after": "enabled"},
            )
        return after

    def reset_password(self, handle: str, act: Act) -> str:
        """A new one-time password; everything that the user had signed in to ends.

        Raises:
            NotFound: there is no such user.
            Forbidden: the user administers, and the act may not touch such users.
        """
        with self._administration.database.reading() as stores:
            guard_user(stores, act, existing(stores, handle))
        password = self._secret_maker.one_time_password()
        # Before the transaction: it takes a quarter of a second.
        hashed = self._passwords.hash(password)
        with self._administration.changing([], takes_power=True) as stores:
            before = existing(stores, handle)
            guard_user(stores, act, before)
            stores.users.save(replace(before, password_hash=hashed, must_change_password=True))
            self._take_power(stores, before.subject, GrantEnd.PASSWORD_CHANGED, act)
            self._administration.record(
                stores, act, "user.password_reset", before.subject, {"username": before.username}
            )
        return password

    def keep_an_administrator(self, stores: Stores, handle: str) -> None:
        """Refuse to take the power to administer from the last user who has it.

        Raises:
            NotFound: there is no such user.
            Conflict: it is the last enabled administrator.
        """
        # Two who stop each other at the same time would both count the other. Everybody has the
        # same name here, so that nobody is refused and each waits for the one before.
        now = self._administration.clock.now()
        stores.leases.acquire(ONE_AT_A_TIME, ONE_AT_A_TIME, now, 1.0)
        user = existing(stores, handle)
        # Others get in as long as their provider does, which is no reason to keep anybody.
        counts = user.is_administrator and user.is_enabled and user.password_hash
        if counts and stores.users.count_administrators() <= 1:
            raise Conflict(
                f"{user.username} is the last enabled administrator with a password here: "
                "make another one first"
            )

    def _take_power(self, stores: Stores, subject: str, end: GrantEnd, act: Act) -> None:
        now = self._administration.clock.now()
        self._sessions.end_all_in(stores, subject, act=act)
        self._grants.end_in(
            stores, GrantFilter(subject=subject), end, actor=act.actor, call=act.call(now), now=now
        )
        stores.authority.advance([tokens_denied(subject, now), known_anew(subject, now)])

    def _forget(self, stores: Stores, subject: str, identities: Sequence[Identity]) -> None:
        now = self._administration.clock.now()
        for identity in identities:
            stores.identities.unlink(identity.provider, identity.subject_key, now)
        for consent in stores.consents.list(subject):
            stores.consents.remove(subject, consent.client_id)
        for name in stores.groups.of(subject):
            stores.groups.leave(name, subject)
