"""Connect keys in memory."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.memory_secrets import MemoryStore

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.connect_keys import ConnectKey


class MemoryConnectKeys(MemoryStore):
    def get(self, resource: str, issuer: str) -> ConnectKey | None:
        self._told("get")
        return self._state.connect_keys.get((resource, issuer))

    def list(self, resource: str | None = None) -> Sequence[ConnectKey]:
        self._told("list")
        stored = self._state.connect_keys.items()
        return [key for name, key in sorted(stored) if resource in (None, name[0])]

    def put(self, key: ConnectKey) -> None:
        self._told("put", changes=True)
        assert key.resource in self._state.resources
        self._state.connect_keys[key.resource, key.issuer] = key

    def remove(self, resource: str, issuer: str) -> bool:
        self._told("remove", changes=True)
        return self._state.connect_keys.pop((resource, issuer), None) is not None

    def replace_sealed(self, before: ConnectKey, after: ConnectKey) -> bool:
        self._told("replace_sealed", changes=True)
        name = (before.resource, before.issuer)
        stored = self._state.connect_keys.get(name)
        if stored is None or (stored.sealed, stored.sealed_before) != (
            before.sealed,
            before.sealed_before,
        ):
            return False
        self._state.connect_keys[name] = replace(
            stored, sealed=after.sealed, sealed_before=after.sealed_before
        )
        return True
