"""Gateways in memory."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from authserver.domain.errors import AlreadyExists, NotFound
from tests.memory_secrets import MemoryStore, ended, used

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from authserver.domain.gateways import Gateway
    from authserver.domain.stored_secrets import StoredSecret


class MemoryGateways(MemoryStore):
    def get(self, name: str) -> Gateway | None:
        self._told("get")
        return self._state.gateways.get(name)

    def by_key(self, digests: Iterable[tuple[str, bytes]]) -> Gateway | None:
        self._told("by_key")
        asked = set(digests)
        for gateway in self._state.gateways.values():
            if any((key.pepper_id, key.digest) in asked for key in gateway.keys):
                return gateway
        return None

    def list(self) -> Sequence[Gateway]:
        self._told("list")
        return sorted(self._state.gateways.values(), key=lambda gateway: gateway.name)

    def add(self, gateway: Gateway) -> None:
        self._told("add", changes=True)
        if gateway.name in self._state.gateways:
            raise AlreadyExists("gateway", gateway.name)
        self._state.gateways[gateway.name] = gateway

    def save(self, gateway: Gateway) -> None:
        self._told("save", changes=True)
        stored = self._stored(gateway.name)
        self._state.gateways[gateway.name] = replace(gateway, keys=stored.keys)

    def remove(self, name: str) -> None:
        self._told("remove", changes=True)
        self._stored(name)
        del self._state.gateways[name]

    def add_key(self, name: str, key: StoredSecret) -> None:
        self._told("add_key", changes=True)
        stored = self._stored(name)
        self._state.gateways[name] = replace(stored, keys=(*stored.keys, key))

    def expire_keys(self, name: str, *, keep: str, at: float) -> int:
        self._told("expire_keys", changes=True)
        stored = self._stored(name)
        keys = tuple(ended(key, keep, at) for key in stored.keys)
        self._state.gateways[name] = replace(stored, keys=keys)
        return sum(new != old for new, old in zip(keys, stored.keys, strict=True))

    def note_use(self, uses: Mapping[str, float]) -> None:
        self._told("note_use", changes=True)
        for name, gateway in self._state.gateways.items():
            keys = tuple(used(key, uses) for key in gateway.keys)
            self._state.gateways[name] = replace(gateway, keys=keys)

    def _stored(self, name: str) -> Gateway:
        stored = self._state.gateways.get(name)
        if stored is None:
            raise NotFound("gateway", name)
        return stored
