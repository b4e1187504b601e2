"""Verification: checking every record, seal and checkpoint while the server runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.services.audit_chain_walk import ChainWalk
from authserver.services.audit_checkpoint_checks import CheckpointChecks
from authserver.services.audit_findings import Findings
from authserver.services.audit_record_checks import RecordChecks

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from authserver.domain.audit_findings import Verification
    from authserver.domain.audit_key_ports import ChainKeys, CheckpointVerifier
    from authserver.domain.audit_ports import Anchor, AuditDatabase
    from authserver.domain.ports import Clock

UNSEALED_SECONDS: Final = 30.0
"""A record that waits longer for its seal is a finding."""


def verify(
    *,
    database: AuditDatabase,
    keys: ChainKeys,
    signatures: CheckpointVerifier,
    clock: Clock,
    anchors: Sequence[Anchor] = (),
    unsealed_seconds: float = UNSEALED_SECONDS,
    progress: Callable[[int], None] | None = None,
    go_on: Callable[[], bool] = lambda: True,
) -> Verification:
    """Walk the chain in bounded memory and hold it against its checkpoints and the anchors.

    May run beside writers, sealers and retention. `progress` is told now and then how many
    records were looked at; `go_on` is asked now and then, and ends the walk before its time.

    Raises:
        StorageUnavailable: the database cannot answer.
        OSError: an anchor cannot be read.
    """
    findings = Findings(progress)
    checkpoints = CheckpointChecks(database, signatures, findings)
    records = RecordChecks(keys, findings)
    walk = ChainWalk(database, keys, records, checkpoints, findings, go_on=go_on)
    walk.along_seals()
    while not walk.behind_seals(clock.now(), unsealed_seconds):
        walk.along_seals()
    if not walk.is_stopped:
        checkpoints.compare(anchors)
    return findings.report(is_complete=not walk.is_stopped)
