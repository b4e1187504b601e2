"""Devices, dynamic registration, logout deliveries and groups in memory."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from authserver.domain.errors import AlreadyExists
from tests.memory_secrets import MemoryStore

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.device_authorizations import DeviceAuthorization, DeviceState
    from authserver.domain.logout_deliveries import LogoutDelivery
    from authserver.domain.people_ports import Digests
    from authserver.domain.registrations import InitialAccessToken, Registration


class MemoryDevices(MemoryStore):
    def add(self, device: DeviceAuthorization) -> None:
        self._told("add", changes=True)
        taken = (
            each
            for each in self._state.devices.values()
            if each.user_code_digest == device.user_code_digest
            and device.created_at < each.expires_at
        )
        if any(taken):
            raise AlreadyExists("device authorization", "with this user code")
        self._state.devices[device.pepper_id, device.digest] = device

    def find(self, digests: Digests) -> DeviceAuthorization | None:
        self._told("find")
        found = (self._state.devices.get(key) for key in digests)
        return next((each for each in found if each is not None), None)

    def find_by_user_code(self, digests: Digests) -> DeviceAuthorization | None:
        self._told("find_by_user_code")
        asked = set(digests)
        found = (
            each
            for each in self._state.devices.values()
            if (each.pepper_id, each.user_code_digest) in asked
        )
        return max(found, key=lambda each: each.created_at, default=None)

    def note_poll(self, device: DeviceAuthorization, *, at: float, interval: int) -> None:
        self._told("note_poll", changes=True)
        key = (device.pepper_id, device.digest)
        stored = self._state.devices.get(key)
        if stored is not None:
            self._state.devices[key] = replace(stored, last_polled_at=at, interval=interval)

    def move(
        self,
        device: DeviceAuthorization,
        *,
        expected: DeviceState,
        to: DeviceState,
        grant_id: str = "",
    ) -> bool:
        self._told("move", changes=True)
        key = (device.pepper_id, device.digest)
        stored = self._state.devices.get(key)
        if stored is None or stored.state is not expected:
            return False
        self._state.devices[key] = replace(stored, state=to, grant_id=grant_id or stored.grant_id)
        return True


class MemoryRegistrations(MemoryStore):
    def add_initial(self, token: InitialAccessToken) -> None:
        self._told("add_initial", changes=True)
        assert token.token_id not in self._state.initial_tokens
        self._state.initial_tokens[token.token_id] = token

    def find_initial(self, digests: Digests) -> InitialAccessToken | None:
        self._told("find_initial")
        asked = set(digests)
        for token in self._state.initial_tokens.values():
            if (token.pepper_id, token.digest) in asked:
                return token
        return None

    def list_initial(self) -> Sequence[InitialAccessToken]:
        self._told("list_initial")
        return sorted(
            self._state.initial_tokens.values(), key=lambda each: (-each.created_at, each.token_id)
        )

    def revoke_initial(self, token_id: str, at: float) -> bool:
        self._told("revoke_initial", changes=True)
        stored = self._state.initial_tokens.get(token_id)
        if stored is None or not stored.is_live(at):
            return False
        self._state.initial_tokens[token_id] = replace(stored, revoked_at=at)
        return True

    def use_initial(self, token_id: str, now: float) -> bool:
        self._told("use_initial", changes=True)
        stored = self._state.initial_tokens.get(token_id)
        if stored is None or not stored.is_live(now) or stored.used >= stored.quota:
            return False
        self._state.initial_tokens[token_id] = replace(stored, used=stored.used + 1)
        return True

    def add(self, registration: Registration) -> None:
        self._told("add", changes=True)
        assert registration.client_id not in self._state.registrations
        self._state.registrations[registration.client_id] = registration

    def get(self, client_id: str) -> Registration | None:
        self._told("get")
        return self._state.registrations.get(client_id)

    def replace_token(self, client_id: str, *, digest: bytes, pepper_id: str) -> bool:
        self._told("replace_token", changes=True)
        stored = self._state.registrations.get(client_id)
        if stored is None:
            return False
        self._state.registrations[client_id] = replace(stored, digest=digest, pepper_id=pepper_id)
        return True

    def remove(self, client_id: str) -> None:
        self._told("remove", changes=True)
        self._state.registrations.pop(client_id, None)

    def note_use(self, client_id: str, at: float) -> None:
        self._told("note_use", changes=True)
        stored = self._state.registrations.get(client_id)
        if stored is not None and stored.last_used_at < at:
            self._state.registrations[client_id] = replace(stored, last_used_at=at)

    def unused_since(self, before: float, limit: int) -> Sequence[str]:
        self._told("unused_since")
        unused = (each for each in self._state.registrations.values() if each.last_used_at < before)
        oldest = sorted(unused, key=lambda each: (each.last_used_at, each.client_id))
        return [each.client_id for each in oldest[:limit]]


class MemoryLogoutDeliveries(MemoryStore):
    def add(self, delivery: LogoutDelivery) -> None:
        self._told("add", changes=True)
        assert delivery.delivery_id not in self._state.logout_deliveries
        self._state.logout_deliveries[delivery.delivery_id] = delivery

    def due(self, now: float, limit: int) -> Sequence[LogoutDelivery]:
        self._told("due")
        waiting = (
            each for each in self._state.logout_deliveries.values() if each.next_attempt_at <= now
        )
        return sorted(waiting, key=lambda each: (each.next_attempt_at, each.delivery_id))[:limit]

    def retry(self, delivery_id: str, *, next_attempt_at: float) -> None:
        self._told("retry", changes=True)
        stored = self._state.logout_deliveries.get(delivery_id)
        if stored is not None:
            self._state.logout_deliveries[delivery_id] = replace(
                stored, attempts=stored.attempts + 1, next_attempt_at=next_attempt_at
            )

    def remove(self, delivery_id: str) -> None:
        self._told("remove", changes=True)
        self._state.logout_deliveries.pop(delivery_id, None)
