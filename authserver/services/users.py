"""Local users: small installations, and the administrator who gets in when all else fails."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from authserver.domain.errors import NotFound
from authserver.domain.users import PersonalData, User, UserStatus
from authserver.services.administration import before_and_after
from authserver.services.derived_rights import (
    DerivedRights,
    administrators_by_group,
    rights_of,
)
from authserver.services.policy_mentions import any_is_mentioned
from authserver.services.user_lookup import SUBJECT_PREFIX, existing, known_anew
from authserver.services.user_rules import PersonalUpdate, checked_username, described

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.ports import PasswordHasher, SecretMaker, Stores
    from authserver.services.administration import Act, Administration
    from authserver.services.password_rules import PasswordRules
    from authserver.services.user_power import UserPower


@dataclass(frozen=True, slots=True)
class UserDraft:
    """What an administrator states of a new user.

    With a `password`, which must keep the rules, the user need not change it; without one a
    one-time password is made.
    """

    username: str
    is_administrator: bool = False
    groups: Sequence[str] = ()
    personal: PersonalUpdate = field(default_factory=PersonalUpdate)
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class UserUpdate:
    """What an administrator changes; `None` and empty lists leave things as they are."""

    personal: PersonalUpdate = field(default_factory=PersonalUpdate)
    is_administrator: bool | None = None
    add_groups: Sequence[str] = ()
    remove_groups: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class KnownUser:
    """A user with the names of its groups.

    `administers_by` are the providers whose groups let it administer; `rights`, of a single user
    that is looked at, what each of its identities gives.
    """

    user: User
    groups: Sequence[str]
    administers_by: Sequence[str] = ()
    rights: Sequence[DerivedRights] = ()


@dataclass(frozen=True, slots=True)
class CreatedUser:
    """A new user; `one_time_password` exists at this moment only, empty where one was chosen."""

    known: KnownUser
    one_time_password: str = field(repr=False)


class Users:
    """Use cases of local user administration."""

    def __init__(
        self,
        *,
        administration: Administration,
        passwords: PasswordHasher,
        secret_maker: SecretMaker,
        rules: PasswordRules,
        power: UserPower,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._administration = administration
        self._passwords = passwords
        self._secret_maker = secret_maker
        self._rules = rules
        self._power = power

    def ensure_administrator(self, username: str, act: Act) -> str | None:
        """Create the first administrator; the one-time password, or `None` when one exists.

        Raises:
            InvalidField: the user name has other characters than allowed.
            AlreadyExists: the name belongs to a user who is no administrator.
        """
        checked_username(username)
        with self._administration.database.reading() as stores:
            if stores.users.count_administrators():
                return None
        password = self._secret_maker.one_time_password()
        user = self._new(UserDraft(username, is_administrator=True), PersonalData(), password)
        user = replace(user, password_hash=self._passwords.hash(password))
        with self._administration.changing([], takes_power=False) as stores:
            if stores.users.count_administrators():
                return None
            stores.users.add(user)
            self._administration.record(
                stores, act, "user.created", user.subject, {"after": {"username": username}}
            )
        return password

    def list(self) -> Sequence[KnownUser]:
        """All users but deleted ones, by user name."""
        with self._administration.database.reading() as stores:
            by_group = administrators_by_group(stores)
            return [
                replace(_known(stores, user), administers_by=by_group.get(user.subject, ()))
                for user in stores.users.list()
            ]

    def get(self, handle: str) -> KnownUser:
        """One user by user name or subject. Raises NotFound, also for a deleted one."""
        with self._administration.database.reading() as stores:
            known = _known(stores, existing(stores, handle))
            rights = rights_of(stores, known.user.subject)
            by = [each.identity.provider for each in rights if each.makes_administrator]
            return replace(known, administers_by=by, rights=rights)

    def create(self, draft: UserDraft, act: Act) -> CreatedUser:
        """Add a user.

        Raises:
            InvalidField: names the field and what is allowed; nothing was stored.
            AlreadyExists: the user name is taken.
            NotFound: there is no such group.
        """
        checked_username(draft.username)
        data = draft.personal.applied(PersonalData())
        one_time = "" if draft.password else self._secret_maker.one_time_password()
        user = self._new(draft, data, one_time)
        if draft.password:
            self._rules.check(draft.password, user)
        user = replace(user, password_hash=self._passwords.hash(draft.password or one_time))
        with self._administration.changing([], takes_power=False) as stores:
            stores.users.add(user)
            for name in sorted(set(draft.groups)):
                _join(stores, name, user.subject)
            known = _known(stores, user)
            self._administration.record(
                stores, act, "user.created", user.subject, {"after": described(user, known.groups)}
            )
        return CreatedUser(known, one_time)

    def update(self, handle: str, update: UserUpdate, act: Act) -> KnownUser:
        """Change what is known of a user, whether it administers, and its groups.

        When this returns, no worker knows the address that was, nor the groups that were left.

        Raises:
            NotFound: there is no such user or group.
            InvalidField: names the field and what is allowed; nothing was changed.
            Conflict: nobody would be left who administers.
        """
        # Policies ask for e-mail domains, and Basic for the address.
        moves = update.personal.email is not None
        takes_power = True
        with self._administration.changing([], takes_power=lambda: takes_power) as stores:
            if update.is_administrator is False:
                self._power.keep_an_administrator(stores, handle)
            before = existing(stores, handle)
            groups = stores.groups.of(before.subject)
            data = update.personal.applied(before.data)
            after = replace(before, data=data)
            if data != before.data:
                after = replace(after, updated_at=self._administration.clock.now())
            if update.is_administrator is not None:
                after = replace(after, is_administrator=update.is_administrator)
            stores.users.save(after)
            # Locked in one order for everybody.
            for name in sorted({*update.add_groups, *update.remove_groups}):
                _existing_group(stores, name)
            # With the groups locked: no policy that names them is applied meanwhile.
            takes_power = (
                moves or bool(update.remove_groups) or any_is_mentioned(stores, update.add_groups)
            )
            for name in update.add_groups:
                stores.groups.join(name, after.subject)
            for name in update.remove_groups:
                stores.groups.leave(name, after.subject)
            stores.authority.advance([known_anew(after.subject, self._administration.clock.now())])
            known = _known(stores, after)
            self._administration.record(
                stores,
                act,
                "user.updated",
                after.subject,
                before_and_after(described(before, groups), described(after, known.groups)),
            )
        return known

    def disable(self, handle: str, act: Act) -> User:
        """Stop a user: sessions, grants and tokens end before this returns.

        Raises:
            NotFound: there is no such user.
            Conflict: it is the last enabled administrator.
        """
        return self._power.stop(handle, UserStatus.DISABLED, "user.disabled", act)

    def enable(self, handle: str, act: Act) -> User:
        """Let a disabled user sign in again; what ended stays ended. Raises NotFound."""
        return self._power.start(handle, act)

    def delete(self, handle: str, act: Act) -> User:
        """End a user for ever: its name is free, its subject never comes back.

        Raises:
            NotFound: there is no such user.
            Conflict: it is the last enabled administrator.
        """
        return self._power.stop(handle, UserStatus.DELETED, "user.deleted", act)

    def reset_password(self, handle: str, act: Act) -> str:
        """Give a user a one-time password, which this returns; all of its sessions and grants end.

        Raises:
            NotFound: there is no such user.
        """
        return self._power.reset_password(handle, act)

    def _new(self, draft: UserDraft, data: PersonalData, one_time: str) -> User:
        now = self._administration.clock.now()
        return User(
            subject=SUBJECT_PREFIX + self._secret_maker.identifier(),
            username=draft.username,
            is_administrator=draft.is_administrator,
            status=UserStatus.ENABLED,
            password_hash=b"",
            must_change_password=bool(one_time),
            created_at=now,
            data=data,
            updated_at=now,
        )


def _known(stores: Stores, user: User) -> KnownUser:
    return KnownUser(user, stores.groups.of(user.subject))


def _join(stores: Stores, name: str, subject: str) -> None:
    _existing_group(stores, name)
    stores.groups.join(name, subject)


def _existing_group(stores: Stores, name: str) -> None:
    if stores.groups.get(name) is None:
        raise NotFound("group", name)
