"""The parts that the commands of `authserver audit` ask a container for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.errors import StorageUnavailable
from authserver.services.audit import AuditService
from authserver.services.counted_calls import CountedCalls
from authserver.services.dashboard import DashboardService
from authserver.storage.audit_anchor import AnchorFile
from tests.audit_events import KEYS
from tests.audits import SIGNER

if TYPE_CHECKING:
    from pathlib import Path

    from tests.audits import Trail


class Container:
    """The parts that `cli.audit.AuditParts` asks for."""

    def __init__(self, trail: Trail, journals: Path) -> None:
        self.moves_fail = False
        self._mover = trail.mover(journals)
        self.audit = AuditService(
            database=trail.database,
            keys=KEYS,
            signer=SIGNER,
            signatures=SIGNER,
            clock=trail.clock,
            anchor=None,
            sealer=trail.sealer(),
            move_journals=self._move,
        )
        self.counted_calls = CountedCalls(trail.database, trail.clock)
        self.dashboard = DashboardService(trail.database, trail.clock)

    def _move(self) -> object:
        if self.moves_fail:
            raise StorageUnavailable("a journal cannot be moved")
        return self._mover.run_once()

    def audit_anchor(self, path: Path) -> AnchorFile:
        return AnchorFile(path)

    def close(self) -> None:
        pass
