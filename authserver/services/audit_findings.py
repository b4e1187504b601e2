"""Collecting what a verification finds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.audit_findings import FINDINGS_KEPT, Break, BreakKind, Verification

if TYPE_CHECKING:
    from collections.abc import Callable


class Findings:
    """Counts while the chain is walked; spells out the first findings only."""

    def __init__(self, progress: Callable[[int], None] | None) -> None:
        self.sealed = 0
        self.unsealed = 0
        self.pruned = 0
        self.seals = 0
        self.checkpoints = 0
        self._anchored_position = 0
        self._broken = 0
        self._breaks: list[Break] = []
        self._progress = progress

    def found(
        self, kind: BreakKind, detail: str, *, position: int = 0, record_id: int = 0, seal: int = 0
    ) -> None:
        """Note one finding."""
        self._broken += 1
        if len(self._breaks) < FINDINGS_KEPT:
            self._breaks.append(Break(kind, position, record_id, seal, detail))

    def anchored(self, position: int) -> None:
        """Note that a checkpoint vouches for the chain up to there."""
        self._anchored_position = max(self._anchored_position, position)

    def checked(self) -> None:
        """Tell whoever waits how many records were looked at."""
        if self._progress is not None:
            self._progress(self.sealed + self.unsealed)

    def report(self, *, is_complete: bool) -> Verification:
        """Everything so far."""
        return Verification(
            sealed=self.sealed,
            unsealed=self.unsealed,
            pruned=self.pruned,
            seals=self.seals,
            checkpoints=self.checkpoints,
            anchored_position=self._anchored_position,
            broken=self._broken,
            breaks=tuple(self._breaks),
            is_complete=is_complete,
        )
