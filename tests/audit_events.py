"""Audit events and keys, with few imports: child processes of tests start with them."""

from __future__ import annotations

import hmac
from typing import Final

from authserver.domain.audit import Actor, ActorKind, AuditEvent, Outcome
from tests.doubles import EPOCH


class TestKey:
    """An HMAC key; satisfies `ChainKey`."""

    __test__ = False

    def __init__(self, key_id: str) -> None:
        self.key_id = key_id

    def mac(self, message: bytes) -> bytes:
        return hmac.digest(f"audit key {self.key_id}".encode(), message, "sha256")


class TestKeys:
    """Keys by id; satisfies `ChainKeys`."""

    __test__ = False

    def __init__(self, current: str = "1", *older: str) -> None:
        self.current = TestKey(current)
        self._known = {current, *older}

    def find(self, key_id: str) -> TestKey | None:
        return TestKey(key_id) if key_id in self._known else None


KEYS: Final = TestKeys()


def event(number: int = 0, **changes: object) -> AuditEvent:
    """An act like the server's own; `changes` replace its fields."""
    fields: dict[str, object] = {
        "at": EPOCH + number / 1000,
        "action": "token.issued",
        "outcome": Outcome.SUCCESS,
        "actor": Actor(ActorKind.CLIENT, f"robot-{number % 3}"),
        "object_kind": "token",
        "object_id": f"token-{number}",
        "client_id": f"robot-{number % 3}",
        "resource": "jira",
        "token_id": f"token-{number}",
        "request_id": f"request-{number}",
        "peer": "192.0.2.7",
        "details": {"number": number, "scopes": ["read:jira-work"]},
    }
    return AuditEvent(**(fields | changes))  # type: ignore[arg-type]  # the caller knows the fields
