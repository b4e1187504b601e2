"""Local users in memory: kept by user name, deleted ones by subject."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from authserver.domain.errors import AlreadyExists, NotFound
from authserver.domain.users import User, UserStatus, canonical
from tests.memory_secrets import MemoryStore

if TYPE_CHECKING:
    from collections.abc import Sequence


class MemoryUsers(MemoryStore):
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
