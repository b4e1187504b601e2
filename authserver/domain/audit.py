"""Audit records: who did what, when, from where, with what outcome."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Outcome(StrEnum):
    """How an act ended."""

    SUCCESS = "success"
    REFUSED = "refused"
    FAILED = "failed"


class ActorKind(StrEnum):
    """What kind of party acted."""

    CLIENT = "client"
    RESOURCE = "resource"
    USER = "user"
    ADMINISTRATOR = "administrator"
    OPERATOR = "operator"
    """Somebody with a shell on the server (command line)."""
    SYSTEM = "system"
    ANONYMOUS = "anonymous"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acted: `identifier` is a client id, resource name, subject or login name."""

    kind: ActorKind
    identifier: str


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One act. `details` hold the inputs of the decision or before and after; never a secret.

    `action` is dotted, noun first: `token.issued`, `client.created`. `at` is seconds since the
    epoch (UTC). `object_kind`/`object_id` name what was acted on.
    """

    at: float
    action: str
    outcome: Outcome
    actor: Actor
    object_kind: str = ""
    object_id: str = ""
    client_id: str = ""
    resource: str = ""
    token_id: str = ""
    reason: str = ""
    request_id: str = ""
    peer: str = ""
    details: Mapping[str, object] = field(default_factory=dict)
