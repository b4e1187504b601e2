"""Local users in memory: kept by user name, deleted ones by subject."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from authserver.domain.errors import AlreadyExists, NotFound
from authserver.domain.identities import IdentityStatus
from authserver.domain.searches import UserSort
from authserver.domain.users import User, UserStatus, canonical
from tests.memory_pages import at_most_of, is_found, page_of
from tests.memory_secrets import MemoryStore

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from authserver.domain.pages import Page, Place
    from authserver.domain.roles import Role
    from authserver.domain.searches import UserSearch


class MemoryUsers(MemoryStore):
    def names(self, subjects: Iterable[str]) -> Mapping[str, str]:
        self._told("names")
        asked = set(subjects)
        found = self._state.users.values()
        return {each.subject: each.username for each in found if each.subject in asked}

    def page(
        self,
        wanted: UserSearch,
        *,
        sort: UserSort = UserSort.USERNAME,
        descending: bool = False,
        after: Place | None = None,
        limit: int = 50,
    ) -> Page[User]:
        self._told("page")

        def place(user: User) -> tuple[str | float, ...]:
            by_time = sort is UserSort.CREATED
            return (user.created_at, user.subject) if by_time else (user.username,)

        return page_of(self._wanted(wanted), place, descending=descending, after=after, limit=limit)

    def count(self, wanted: UserSearch, at_most: int | None = None) -> int:
        self._told("count")
        return at_most_of(len(self._wanted(wanted)), at_most)

    def _wanted(self, wanted: UserSearch) -> Sequence[User]:
        return [each for each in self._state.users.values() if self._is_wanted(each, wanted)]

    def _is_wanted(self, user: User, wanted: UserSearch) -> bool:
        is_deleted = user.status is UserStatus.DELETED
        data = user.data
        return (
            (not is_deleted if wanted.status is None else user.status is wanted.status)
            and (wanted.role is None or wanted.role in self._roles(user))
            and (wanted.group is None or self._is_member(user.subject, wanted.group))
            and is_found(
                wanted.text,
                *(user.username, data.name, data.given_name, data.family_name, data.email),
            )
        )

    def _roles(self, user: User) -> frozenset[Role]:
        given = (
            each.given_roles
            for each in self._state.identities.values()
            if each.subject == user.subject
            and each.status is IdentityStatus.LINKED
            and each.asleep_since is None
            and self._state.providers[each.provider].is_enabled
        )
        return user.own_roles.union(*given)

    def _is_member(self, subject: str, group: str) -> bool:
        stored = self._state.groups.get(group)
        return (stored is not None and subject in stored.members) or any(
            group in groups
            for (_, member), groups in self._state.derived_groups.items()
            if member == subject
        )

    def get(self, subject: str) -> User | None:
        self._told("get")
        users = self._state.users.values()
        return next((user for user in users if user.subject == subject), None)

    def get_by_username(self, username: str) -> User | None:
        self._told("get_by_username")
        return next((user for user in self._kept() if user.username == username), None)

    def get_by_email(self, email: str) -> User | None:
        self._told("get_by_email")
        asked = canonical(email)
        found = [
            user
            for user in self._kept()
            if asked and canonical(user.data.email) == asked and user.password_hash
        ]
        return found[0] if len(found) == 1 else None

    def list(self) -> Sequence[User]:
        self._told("list")
        return sorted(self._kept(), key=lambda user: user.username)

    def count_administrators(self) -> int:
        self._told("count_administrators")
        return sum(
            user.is_administrator and user.is_enabled and bool(user.password_hash)
            for user in self._state.users.values()
        )

    def add(self, user: User) -> None:
        self._told("add", changes=True)
        known = any(each.subject == user.subject for each in self._state.users.values())
        if known or self._is_taken(user):
            raise AlreadyExists("user", user.username)
        self._state.users[user.username] = user

    def save(self, user: User) -> None:
        self._told("save", changes=True)
        found = [each for each in self._state.users.items() if each[1].subject == user.subject]
        if not found:
            raise NotFound("user", user.username)
        if self._is_taken(user):
            raise AlreadyExists("user", user.username)
        ((key, stored),) = found
        del self._state.users[key]
        is_deleted = user.status is UserStatus.DELETED
        key = user.subject if is_deleted else user.username
        self._state.users[key] = replace(user, created_at=stored.created_at)

    def _kept(self) -> Sequence[User]:
        users = self._state.users.values()
        return [user for user in users if user.status is not UserStatus.DELETED]

    def _is_taken(self, user: User) -> bool:
        return user.status is not UserStatus.DELETED and any(
            each.username == user.username and each.subject != user.subject for each in self._kept()
        )
