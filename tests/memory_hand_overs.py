"""Hand-overs and mapped subjects in memory."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from authserver.domain.clients import SUBJECT_PREFIX
from tests.memory_secrets import MemoryStore

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from authserver.domain.hand_over import HandOver, SubjectAccount


class MemoryHandOvers(MemoryStore):
    def get(self, resource: str) -> HandOver | None:
        self._told("get")
        return self._state.hand_overs.get(resource)

    def list(self) -> Sequence[HandOver]:
        self._told("list")
        return sorted(self._state.hand_overs.values(), key=lambda each: each.resource)

    def put(self, hand_over: HandOver) -> None:
        self._told("put", changes=True)
        assert hand_over.resource in self._state.resources
        self._state.hand_overs[hand_over.resource] = hand_over

    def remove(self, resource: str) -> bool:
        self._told("remove", changes=True)
        return self._state.hand_overs.pop(resource, None) is not None

    def replace_sealed(self, resource: str, *, before: bytes, after: bytes) -> bool:
        self._told("replace_sealed", changes=True)
        stored = self._state.hand_overs.get(resource)
        if stored is None or stored.sealed != before:
            return False
        self._state.hand_overs[resource] = replace(stored, sealed=after)
        return True


class MemoryAccounts(MemoryStore):
    def get(self, resource: str, subject: str) -> SubjectAccount | None:
        self._told("get")
        return self._state.accounts.get((resource, subject))

    def list(
        self,
        resource: str,
        *,
        after: str = "",
        limit: int = 1000,
        text: str = "",
        subjects: Collection[str] = (),
    ) -> Sequence[SubjectAccount]:
        self._told("list")
        found = (
            each
            for each in self._state.accounts.values()
            if each.resource == resource
            and each.subject > after
            and (
                text.lower() in f"{each.subject}\n{each.account}".lower()
                or each.subject in subjects
            )
        )
        return sorted(found, key=lambda each: each.subject)[:limit]

    def count(self, resource: str) -> int:
        self._told("count")
        return sum(each.resource == resource for each in self._state.accounts.values())

    def stands_for_a_user(self, resource: str, account: str) -> bool:
        self._told("stands_for_a_user")
        return any(
            each.resource == resource
            and each.account.lower() == account.lower()
            and not each.subject.startswith(SUBJECT_PREFIX)
            for each in self._state.accounts.values()
        )

    def put(self, accounts: Iterable[SubjectAccount]) -> None:
        self._told("put", changes=True)
        for each in accounts:
            assert each.resource in self._state.resources
            self._state.accounts[each.resource, each.subject] = each

    def remove(self, resource: str, subject: str) -> bool:
        self._told("remove", changes=True)
        return self._state.accounts.pop((resource, subject), None) is not None

    def remove_all(self, resource: str) -> int:
        self._told("remove_all", changes=True)
        mine = [key for key in self._state.accounts if key[0] == resource]
        for key in mine:
            del self._state.accounts[key]
        return len(mine)
