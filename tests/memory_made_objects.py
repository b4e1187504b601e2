"""What files made, in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.memory_secrets import MemoryStore

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.declarations import DeclaredKind, MadeObject


class MemoryMadeObjects(MemoryStore):
    def list(self) -> Sequence[MadeObject]:
        self._told("list")
        return sorted(self._state.made_objects.values(), key=lambda each: (each.kind, each.name))

    def put(self, made: MadeObject) -> None:
        self._told("put", changes=True)
        self._state.made_objects[made.kind, made.name] = made

    def remove(self, kind: DeclaredKind, name: str) -> None:
        self._told("remove", changes=True)
        self._state.made_objects.pop((kind, name), None)
