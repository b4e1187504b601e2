"""How much of a rate limit is used."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RateState:
    """Where a caller stands with one limit after a call.

    `name` is the rule's; `quota` calls are allowed in any `window_seconds`; `remaining` of them are
    left; after `reset_seconds` (whole, rounded up) there is room again.
    """

    name: str
    quota: int
    window_seconds: int
    remaining: int
    reset_seconds: int
