"""A call from outside, as far as records and rules need to know it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Call:
    """When (seconds since the epoch), under which request id, and from which address."""

    at: float
    request_id: str
    peer: str
