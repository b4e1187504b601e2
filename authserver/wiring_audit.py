"""The audit engine, wired: journals moved, records sealed, searched, verified, given up in time."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from authserver.crypto.audit_keys import Ed25519Checkpoints
from authserver.services.audit import AuditService
from authserver.services.audit_sealing import Sealer
from authserver.services.call_counting import CallCounting
from authserver.services.counted_calls import CountedCalls
from authserver.services.dashboard import DashboardService
from authserver.services.unknown_paths import UnknownPaths
from authserver.storage.audit_anchor import AnchorFile
from authserver.storage.call_backlog import CallBacklog
from authserver.storage.journal_mover import JournalMover
from authserver.wiring_foundation import Foundation

if TYPE_CHECKING:
    from pathlib import Path


class AuditParts(Foundation):
    """The part of a container that looks after the record of acts."""

    @cached_property
    def checkpoints(self) -> Ed25519Checkpoints:
        """Signs and verifies checkpoints."""
        return Ed25519Checkpoints(self.key_files.checkpoint)

    @cached_property
    def anchor(self) -> AnchorFile | None:
        """The configured copy of all checkpoints, if there is one."""
        path = self.settings.audit.anchor_file
        return None if path is None else AnchorFile(path)

    def audit_anchor(self, path: Path) -> AnchorFile:
        """The anchor in that file."""
        return AnchorFile(path)

    @cached_property
    def journal_mover(self) -> JournalMover:
        """Moves this node's journals into the database."""
        return JournalMover(
            database=self.database,
            keys=self.chain_keys,
            directory=self.settings.journal_directory,
            clock=self.clock,
        )

    @cached_property
    def call_counting(self) -> CallCounting:
        """Keeps the counts of calls complete, and no longer than the records."""
        return CallCounting(self.database, CallBacklog(self.database))

    @cached_property
    def counted_calls(self) -> CountedCalls:
        """Looks counts of calls up."""
        return CountedCalls(self.database, self.clock)

    @cached_property
    def dashboard(self) -> DashboardService:
        """The numbers that those who administer see first."""
        return DashboardService(self.database, self.clock)

    @cached_property
    def audit_sealer(self) -> Sealer:
        """Links committed records into the chain."""
        return Sealer(
            database=self.database,
            keys=self.chain_keys,
            signer=self.checkpoints,
            clock=self.clock,
            holder=self.holder,
            anchor=self.anchor,
        )

    @cached_property
    def audit(self) -> AuditService:
        """Use cases of auditors."""
        return AuditService(
            database=self.database,
            keys=self.chain_keys,
            signer=self.checkpoints,
            signatures=self.checkpoints,
            clock=self.clock,
            anchor=self.anchor,
            sealer=self.audit_sealer,
            move_journals=self.journal_mover.run_once,
        )

    @cached_property
    def unknown_paths(self) -> UnknownPaths:
        """Sums up calls to routes that no operation is known for."""
        return UnknownPaths(database=self.database, records=self.database, clock=self.clock)
