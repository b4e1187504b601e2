"""The work beside the requests, wired: journals, seals, keys, expired rows, old records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.audit import Actor, ActorKind
from authserver.services.administration import Act
from authserver.services.housekeeping import Chore, run_chores

if TYPE_CHECKING:
    import threading

    from authserver.wiring_administration import AdministrationParts

KEYS_SECONDS: Final = 10.0

SYSTEM: Final = Act(Actor(ActorKind.SYSTEM, "housekeeping"))


class Housekeeping:
    """What one process does beside the requests; leases see to it that one of N does it."""

    def __init__(self, parts: AdministrationParts) -> None:
        """Work with these parts."""
        self._parts = parts

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set."""
        run_chores(self._chores(), self._parts.clock, stop)

    def _chores(self) -> list[Chore]:
        parts = self._parts
        return [
            Chore(
                "signing keys",
                KEYS_SECONDS,
                lambda: parts.signing_keys.maintain(parts.holder, SYSTEM),
            ),
        ]
