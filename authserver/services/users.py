"""Local users: small installations, and the administrator who gets in when all else fails."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from authserver.domain.errors import NotFound
from authserver.domain.roles import Role
from authserver.domain.users import PersonalData, User, UserStatus
from authserver.services.administration import before_and_after
from authserver.services.administrators import guard_user
from authserver.services.derived_rights import DerivedRights, rights_of, roles_by_group
from authserver.services.policy_mentions import any_is_mentioned
from authserver.services.user_lookup import SUBJECT_PREFIX, existing, known_anew
from authserver.services.user_roles import changed_roles, guard_groups, guard_roles, with_roles
from authserver.services.user_rules import PersonalUpdate, checked_username, described

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
    roles: Sequence[str] = ()
    """Names of roles; `owner` is the same as `is_administrator`."""
    groups: Sequence[str] = ()
    personal: PersonalUpdate = field(default_factory=PersonalUpdate)
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class UserUpdate:
    """What an administrator changes; `None` and empty lists leave things as they are."""

    personal: PersonalUpdate = field(default_factory=PersonalUpdate)
    is_administrator: bool | None = None
    """Whether it is an owner."""
    add_roles: Sequence[str] = ()
    remove_roles: Sequence[str] = ()
    add_groups: Sequence[str] = ()
    remove_groups: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class KnownUser:
    """A user with the names of its groups.

    `administers_by` are the providers whose groups let it administer; `rights`, of a single user
    that is looked at, what each of its identities gives. `roles` are all that count now, by hand
    and by groups.
    """

    user: User
    groups: Sequence[str]
    administers_by: Sequence[str] = ()
    rights: Sequence[DerivedRights] = ()
    roles: frozenset[Role] = frozenset()


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
            by_group = roles_by_group(stores)
            return [
                _with_given(_known(stores, user), by_group.get(user.subject, {}))
                for user in stores.users.list()
            ]

    def get(self, handle: str) -> KnownUser:
        """One user by user name or subject. Raises NotFound, also for a deleted one."""
        with self._administration.database.reading() as stores:
            known = _known(stores, existing(stores, handle))
            rights = rights_of(stores, known.user.subject)
            given = {each.identity.provider: each.roles for each in rights if each.roles}
            return replace(_with_given(known, given), rights=rights)

    def create(self, draft: UserDraft, act: Act) -> CreatedUser:
        """Add a user.

        Raises:
            InvalidField: names the field and what is allowed; nothing was stored.
            AlreadyExists: the user name is taken.
            NotFound: there is no such group.
            Forbidden: it has a role or a group that the act may not give.
        """
        checked_username(draft.username)
        roles = changed_roles(
            frozenset(), is_administrator=draft.is_administrator or None, add=draft.roles, remove=()
        )
        data = draft.personal.applied(PersonalData())
        one_time = "" if draft.password else self._secret_maker.one_time_password()
        user = with_roles(self._new(draft, data, one_time), roles)
        if draft.password:
            self._rules.check(draft.password, user)
        user = replace(user, password_hash=self._passwords.hash(draft.password or one_time))
        with self._administration.changing([], takes_power=False) as stores:
            guard_roles(act, frozenset(), roles)
            guard_groups(stores, act, draft.groups)
            stores.users.add(user)
            for name in sorted(set(draft.groups)):
                _join(stores, name, user.subject)
            known = _known(stores, user)
            self._administration.record(
                stores, act, "user.created", user.subject, {"after": described(user, known.groups)}
            )
        return CreatedUser(known, one_time)

    def update(self, handle: str, update: UserUpdate, act: Act) -> KnownUser:
        """Change what is known of a user, its roles and its groups.

        When this returns, no worker knows the address that was, nor the groups that were left.

        Raises:
            NotFound: there is no such user or group.
            InvalidField: names the field and what is allowed; nothing was changed.
            Conflict: nobody would be left who administers.
            Forbidden: the user administers, or gets roles or groups that the act may not give.
        """
        # Policies ask for e-mail domains, and Basic for the address.
        moves = update.personal.email is not None
        is_about_roles = update.is_administrator is not None or bool(
            update.add_roles or update.remove_roles
        )
        takes_power = True
        with self._administration.changing([], takes_power=lambda: takes_power) as stores:
            if update.is_administrator is False or Role.OWNER in update.remove_roles:
                self._power.keep_an_administrator(stores, handle)
            before = existing(stores, handle)
            guard_user(stores, act, before)
            roles = changed_roles(
                before.own_roles,
                is_administrator=update.is_administrator,
                add=update.add_roles,
                remove=update.remove_roles,
            )
            guard_roles(act, before.own_roles, roles)
            guard_groups(stores, act, (*update.add_groups, *update.remove_groups))
            groups = stores.groups.of(before.subject)
            act.expect(described(before, groups))
            data = update.personal.applied(before.data)
            after = with_roles(replace(before, data=data), roles)
            if data != before.data:
                after = replace(after, updated_at=self._administration.clock.now())
            stores.users.save(after)
            # Locked in one order for everybody.
            for name in sorted({*update.add_groups, *update.remove_groups}):
                _existing_group(stores, name)
            # With the groups locked: no policy that names them is applied meanwhile.
            takes_power = (
                moves
                or is_about_roles
                or bool(update.remove_groups)
                or any_is_mentioned(stores, update.add_groups)
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
        """Give a one-time password, which this returns; sessions and grants end; or NotFound."""
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
    return KnownUser(user, stores.groups.of(user.subject), roles=_own(user))


def _own(user: User) -> frozenset[Role]:
    return user.own_roles if user.is_enabled else frozenset()


def _with_given(known: KnownUser, given: Mapping[str, frozenset[Role]]) -> KnownUser:
    """With what groups give, by provider."""
    roles = frozenset().union(known.roles, *given.values())
    is_enabled = known.user.is_enabled
    return replace(known, administers_by=list(given), roles=roles if is_enabled else frozenset())


def _join(stores: Stores, name: str, subject: str) -> None:
    _existing_group(stores, name)
    stores.groups.join(name, subject)


def _existing_group(stores: Stores, name: str) -> None:
    if stores.groups.get(name) is None:
        raise NotFound("group", name)
