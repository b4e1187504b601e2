"""What there is to know of all API tokens together, for those who look after the server."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ApiTokenLook:
    """Live API tokens: how many, and the ids of those that somebody should look at.

    `ownerless` belong to nobody who may act any more; `ending` end within a week and were not
    rotated; `exposed` were seen in the clear and still work.
    """

    live: int = 0
    ownerless: tuple[str, ...] = ()
    ending: tuple[str, ...] = ()
    exposed: tuple[str, ...] = ()
