"""The authority: what has lost its power, and how sure a worker is that it knows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ChangeKind(StrEnum):
    """What a change of the authority is about. The value names the thing."""

    TOKEN = "token"  # noqa: S105 - a kind of change, not a secret
    GRANT = "grant"
    SUBJECT = "subject"
    CLIENT = "client"
    RESOURCE = "resource"
    KEY = "key"
    GATEWAY = "gateway"
    HAND_OVER = "hand-over"
    """How calls reach a resource, and which accounts stand for its callers there."""
    PROVIDER = "provider"
    """An identity provider: how it is configured, its group rules, what of its counts no more."""
    USER = "user"
    """A user: its status, its identities, its groups and what they give. By subject."""
    API_TOKEN = "api-token"  # noqa: S105 - a kind of change, not a secret
    """An API token, by id; `*` for many at once."""
    POLICY = "policy"
    """A policy document, by name."""
    CONNECT_KEY = "connect-key"
    """The Connect keys of a resource, by its name."""


DENIALS = frozenset({ChangeKind.TOKEN, ChangeKind.GRANT, ChangeKind.SUBJECT})
"""Kinds that deny for ever; the others tell workers to read the thing anew."""


@dataclass(frozen=True, slots=True)
class Change:
    """One step of the authority's sequence.

    A denial (`TOKEN`, `GRANT`, `SUBJECT`) holds until `expires_at` (seconds since the epoch): after
    that every token it reaches has expired by itself. A `SUBJECT` denial reaches tokens issued
    at or before `issued_until`. Other kinds only say that cached knowledge of `value` is stale.
    """

    kind: ChangeKind
    value: str
    expires_at: float
    issued_until: float = 0.0


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the history of the authority: the number of a change, and its stamp.

    A database that is restored from a backup gives numbers out a second time, for other changes.
    Stamps are drawn by lot and never come back, so that equal positions have equal histories.
    Before the first change the stamp is "".
    """

    seq: int
    stamp: str


@dataclass(frozen=True, slots=True)
class NumberedChange:
    """A change with its place in the sequence."""

    position: Position
    change: Change
