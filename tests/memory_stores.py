"""The other stores in memory: one small class for each port."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Final

from authserver.domain.authority import DENIALS, Change, NumberedChange, Position
from authserver.domain.errors import AlreadyExists
from authserver.domain.keys import KeyState, SigningKey
from tests.memory_secrets import MemoryStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from authserver.domain.audit import AuditEvent
    from tests.memory_database import MemoryState

LOTS: Final = count()


class MemoryKeys(MemoryStore):
    def list(self) -> Sequence[SigningKey]:
        self._told("list")
        return sorted(self._state.keys.values(), key=lambda key: (key.created_at, key.kid))

    def add(self, key: SigningKey) -> None:
        self._told("add", changes=True)
        if key.kid in self._state.keys:
            raise AlreadyExists("key", key.kid)
        self._state.keys[key.kid] = key

    def move(self, kid: str, *, expected: KeyState, to: KeyState, at: float) -> bool:
        self._told("move", changes=True)
        key = self._state.keys.get(kid)
        if key is None or key.state is not expected:
            return False
        self._state.keys[kid] = replace(
            key,
            state=to,
            activated_at=at if to is KeyState.ACTIVE else key.activated_at,
            retired_at=at if to is KeyState.RETIRING else key.retired_at,
            ended_at=key.ended_at if to.is_published else at,
            sealed_private=key.sealed_private if to.is_published else b"",
        )
        return True

    def replace_sealed(self, kid: str, *, before: bytes, after: bytes) -> bool:
        self._told("replace_sealed", changes=True)
        key = self._state.keys.get(kid)
        if key is None or key.sealed_private != before:
            return False
        self._state.keys[kid] = replace(key, sealed_private=after)
        return True


class MemoryAuthority(MemoryStore):
    def position(self) -> Position:
        self._told("position")
        return Position(self._state.seq, self._stamp_of(self._state.seq))

    def holds(self, position: Position) -> bool:
        self._told("holds")
        return self._stamp_of(position.seq) == position.stamp

    def advance(self, changes: Iterable[Change]) -> int:
        self._told("advance", changes=True)
        # Drawn anew each time: two histories have no stamp in common.
        stamp = f"stamp-{next(LOTS)}"
        for change in changes:
            self._state.seq += 1
            position = Position(self._state.seq, stamp)
            self._state.changes.append(NumberedChange(position, change))
        return self._state.seq

    def since(self, seq: int) -> Sequence[NumberedChange]:
        self._told("since")
        return [numbered for numbered in self._state.changes if numbered.position.seq > seq]

    def kept_from(self) -> int:
        self._told("kept_from")
        return self._state.kept_from

    def denials(self, now: float) -> Sequence[Change]:
        self._told("denials")
        return [
            each.change
            for each in self._state.changes
            if each.change.kind in DENIALS and each.change.expires_at > now
        ]

    def horizon(self, now: float) -> float:
        self._told("horizon")
        over = (
            each.change.expires_at
            for each in self._state.changes
            if each.change.kind in DENIALS and each.change.expires_at <= now
        )
        return max(self._state.denials_swept_until, *over, 0.0)

    def is_denied(self, change_keys: Iterable[tuple[str, str]]) -> Sequence[Change]:
        self._told("is_denied")
        asked = set(change_keys)
        return [
            each.change
            for each in self._state.changes
            if each.change.kind in DENIALS and (each.change.kind, each.change.value) in asked
        ]

    def _stamp_of(self, seq: int) -> str:
        stamps = (each.position.stamp for each in self._state.changes if each.position.seq == seq)
        return next(stamps, "")


class MemoryAssertions(MemoryStore):
    def spend(self, client_id: str, jti: str, expires_at: float) -> bool:
        self._told("spend", changes=True)
        if (client_id, jti) in self._state.assertions:
            return False
        self._state.assertions[client_id, jti] = expires_at
        return True


class MemoryFailures(MemoryStore):
    def add(self, keys: Iterable[str], window_start: float, expires_at: float) -> Mapping[str, int]:
        self._told("add", changes=True)
        assert expires_at > window_start
        counts = {}
        for key in keys:
            self._state.failures[key, window_start] += 1
            counts[key] = self._state.failures[key, window_start]
        return counts

    def counts(self, keys: Iterable[str], window_start: float) -> Mapping[str, int]:
        self._told("counts")
        found = {key: self._state.failures[key, window_start] for key in keys}
        return {key: count for key, count in found.items() if count}

    def take_back(self, keys: Iterable[str], window_start: float) -> None:
        self._told("take_back", changes=True)
        for key in keys:
            self._state.failures[key, window_start] = max(
                0, self._state.failures[key, window_start] - 1
            )


class MemoryLeases(MemoryStore):
    def acquire(self, name: str, holder: str, now: float, seconds: float) -> bool:
        self._told("acquire", changes=True)
        owner, until = self._state.leases.get(name, (holder, now))
        if owner != holder and now < until:
            return False
        self._state.leases[name] = (holder, now + seconds)
        return True

    def release(self, name: str, holder: str) -> None:
        self._told("release", changes=True)
        if self._state.leases.get(name, ("", 0.0))[0] == holder:
            del self._state.leases[name]


class MemoryAudit(MemoryStore):
    def __init__(self, state: MemoryState, told: Callable[..., None]) -> None:
        super().__init__(state, told)
        self._added: list[AuditEvent] = []

    def add(self, event: AuditEvent) -> None:
        self._told("add", changes=True)
        self._added.append(event)

    def write(self) -> None:
        """Last before the commit, as in a real database."""
        self._state.audit.extend(self._added)
        self._added.clear()
