"""Local groups in memory: members by hand, and by what groups at providers mean."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from authserver.domain.errors import AlreadyExists, NotFound
from authserver.domain.groups import GroupHead
from tests.memory_secrets import MemoryStore

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from authserver.domain.groups import Group


class MemoryGroups(MemoryStore):
    def get(self, name: str) -> Group | None:
        self._told("get")
        stored = self._state.groups.get(name)
        return None if stored is None else self._whole(stored)

    def list(self) -> Sequence[Group]:
        self._told("list")
        whole = (self._whole(each) for each in self._state.groups.values())
        return sorted(whole, key=lambda each: each.name)

    def heads(self) -> Sequence[GroupHead]:
        self._told("heads")
        heads = (
            GroupHead(each.name, each.description, each.created_at)
            for each in self._state.groups.values()
        )
        return sorted(heads, key=lambda head: head.name)

    def first_members(self, name: str, limit: int) -> Sequence[str]:
        self._told("first_members")
        group = self._state.groups.get(name)
        return [] if group is None else sorted(self._whole(group).members)[:limit]

    def count_members(self, names: Iterable[str]) -> Mapping[str, int]:
        self._told("count_members")
        groups = {each: self._state.groups.get(each) for each in names}
        return {
            name: 0 if group is None else len(self._whole(group).members)
            for name, group in groups.items()
        }

    def add(self, group: Group) -> None:
        self._told("add", changes=True)
        if group.name in self._state.groups:
            raise AlreadyExists("group", group.name)
        self._state.groups[group.name] = group

    def remove(self, name: str) -> None:
        self._told("remove", changes=True)
        if self._state.groups.pop(name, None) is None:
            raise NotFound("group", name)
        for key, groups in list(self._state.derived_groups.items()):
            self._state.derived_groups[key] = groups - {name}

    def join(self, name: str, subject: str) -> bool:
        self._told("join", changes=True)
        stored = self._state.groups.get(name)
        if stored is None:
            raise NotFound("group", name)
        self._state.groups[name] = replace(stored, members=stored.members | {subject})
        return subject not in stored.members

    def leave(self, name: str, subject: str) -> bool:
        self._told("leave", changes=True)
        stored = self._state.groups.get(name)
        if stored is None or subject not in stored.members:
            return False
        self._state.groups[name] = replace(stored, members=stored.members - {subject})
        return True

    def of(self, subject: str) -> Sequence[str]:
        self._told("of")
        whole = (self._whole(each) for each in self._state.groups.values())
        return sorted(each.name for each in whole if subject in each.members)

    def of_each(self, subjects: Iterable[str]) -> Mapping[str, Sequence[str]]:
        return {each: self.of(each) for each in subjects}

    def _whole(self, group: Group) -> Group:
        derived = {
            subject
            for (_, subject), groups in self._state.derived_groups.items()
            if group.name in groups
        }
        return replace(group, members=group.members | derived)
