"""Local groups."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GroupHead:
    """A group without its members, which may be many."""

    name: str
    description: str
    created_at: float


@dataclass(frozen=True, slots=True)
class Group:
    """A named set of users; `members` are subjects."""

    name: str
    description: str
    members: frozenset[str]
    created_at: float
