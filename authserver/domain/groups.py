"""Local groups."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Group:
    """A named set of users; `members` are subjects."""

    name: str
    description: str
    members: frozenset[str]
    created_at: float
