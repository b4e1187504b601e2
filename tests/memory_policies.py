"""Policy documents in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.errors import AlreadyExists
from tests.memory_secrets import MemoryStore

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.policy_documents import PolicyVersion


class MemoryPolicies(MemoryStore):
    def names(self) -> Sequence[str]:
        self._told("names")
        return sorted({name for name, _ in self._state.policies})

    def current(self, name: str) -> PolicyVersion | None:
        self._told("current")
        return next(iter(self._newest_first(name)), None)

    def seen(self, name: str) -> PolicyVersion | None:
        self._told("seen")
        return next(iter(self._newest_first(name)), None)

    def version(self, name: str, number: int) -> PolicyVersion | None:
        self._told("version")
        return self._state.policies.get((name, number))

    def versions(
        self, name: str, *, before: int | None = None, limit: int | None = None
    ) -> Sequence[PolicyVersion]:
        self._told("versions")
        found = self._newest_first(name)
        return [each for each in found if before is None or each.number < before][:limit]

    def add(self, version: PolicyVersion) -> None:
        self._told("add", changes=True)
        key = (version.name, version.number)
        if key in self._state.policies:
            raise AlreadyExists("policy version", f"{version.name}@{version.number}")
        self._state.policies[key] = version

    def _newest_first(self, name: str) -> list[PolicyVersion]:
        found = [each for each in self._state.policies.values() if each.name == name]
        return sorted(found, key=lambda each: -each.number)
