"""The work beside the requests, wired: journals, seals, keys, expired rows, old records."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from authserver.domain.audit import Actor, ActorKind
from authserver.services.administration import Act
from authserver.services.housekeeping import Chore, run_chores

if TYPE_CHECKING:
    from authserver.wiring_administration import AdministrationParts

KEYS_SECONDS: Final = 10.0
MOVE_SECONDS: Final = 0.2
SEAL_SECONDS: Final = 0.5
SWEEP_SECONDS: Final = 60.0
PRUNE_SECONDS: Final = 3600.0
LEASE_SECONDS: Final = 30.0
DAY_SECONDS: Final = 86_400

SYSTEM: Final = Act(Actor(ActorKind.SYSTEM, "housekeeping"))


class Housekeeping:
    """What one process does beside the requests; leases see to it that one of N does it."""

    def __init__(self, parts: AdministrationParts) -> None:
        """Work with these parts."""
        self._parts = parts

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set.

        Journals are moved and sealed beside everything else: a long sweep must not delay them.
        """
        parts = self._parts
        mover = threading.Thread(target=parts.journal_mover.run, args=(stop, MOVE_SECONDS))
        sealer = threading.Thread(target=parts.audit_sealer.run, args=(stop, SEAL_SECONDS))
        for thread in (mover, sealer):
            thread.start()
        try:
            run_chores(self._chores(stop), parts.clock, stop)
        finally:
            stop.set()
            for thread in (mover, sealer):
                thread.join()

    def _chores(self, stop: threading.Event) -> list[Chore]:
        parts = self._parts
        return [
            Chore(
                "signing keys",
                KEYS_SECONDS,
                lambda: parts.signing_keys.maintain(parts.holder, SYSTEM),
            ),
            Chore("expired rows", SWEEP_SECONDS, lambda: self._sweep(stop)),
            Chore("old audit records", PRUNE_SECONDS, self._prune),
        ]

    def _sweep(self, stop: threading.Event) -> None:
        """Delete expired rows, holding the lease from batch to batch."""
        self._parts.sweeper.sweep(lambda: not stop.is_set() and self._has_lease("sweeper"))

    def _prune(self) -> None:
        if self._has_lease("audit-retention"):
            days = self._parts.settings.audit.retention_days
            before = self._parts.clock.now() - days * DAY_SECONDS
            self._parts.audit.prune(before, SYSTEM.actor)

    def _has_lease(self, name: str) -> bool:
        parts = self._parts
        with parts.database.writing() as stores:
            return stores.leases.acquire(name, parts.holder, parts.clock.now(), LEASE_SECONDS)
