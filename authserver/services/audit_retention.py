"""Retention: giving up the oldest audit records, in the open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from authserver.domain.audit import Actor, AuditEvent, Outcome
from authserver.domain.audit_checkpoints import checkpoint
from authserver.domain.errors import Conflict
from authserver.services.audit_sealing import carry_to_anchor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.audit_checkpoints import Checkpoint
    from authserver.domain.audit_key_ports import CheckpointSigner
    from authserver.domain.audit_ports import Anchor, AuditDatabase
    from authserver.domain.ports import Clock

BATCH_RECORDS: Final = 1000
_ATTEMPTS: Final = 5
_PAUSE: Final = 0.005


@dataclass(frozen=True, slots=True)
class PrunedRecords:
    """How much retention removed, and the last seal it emptied (0: there was nothing to do)."""

    records: int
    seals: int
    through: int


def prune(
    *,
    database: AuditDatabase,
    signer: CheckpointSigner,
    anchor: Anchor | None,
    clock: Clock,
    actor: Actor,
    before: float,
    batch_records: int = BATCH_RECORDS,
) -> PrunedRecords:
    """Remove the records of whole seals that are older than `before` (seconds since the epoch).

    What is given up is signed and recorded first, then removed in small transactions; after a
    crash the next call goes on. Records that are not sealed, and the chain's last seal, stay.

    Raises:
        StorageUnavailable: the database cannot answer; some batches may be done.
        Conflict: other sealers kept adding checkpoints; nothing was removed.
    """
    with database.reading() as stores:
        through = stores.audit.chain.prunable(before)
    if through is None:
        return PrunedRecords(0, 0, 0)
    details = {"before": before, "through_seal": through}
    signed = _give_up(database, signer, clock, actor, details)
    if anchor is not None:
        carry_to_anchor(database, anchor, signed)
    records = seals = 0
    more = True
    while more:
        with database.writing() as stores:
            step = stores.audit.chain.prune(through, batch_records)
        records, seals, more = records + step.records, seals + step.seals, step.more
        clock.sleep(_PAUSE)
    return PrunedRecords(records, seals, through)


def _give_up(
    database: AuditDatabase,
    signer: CheckpointSigner,
    clock: Clock,
    actor: Actor,
    details: Mapping[str, int | float],
) -> Checkpoint:
    """Sign and record what will be removed, in one transaction."""
    through = int(details["through_seal"])
    for _ in range(_ATTEMPTS):
        now = clock.now()
        with database.writing() as stores:
            last = stores.audit.chain.last_seal()
            if last is None or last.number <= through:
                break
            newest = stores.audit.chain.last_checkpoint()
            signed = checkpoint(signer, last, newest, now, pruned=through)
            if stores.audit.chain.add_checkpoint(signed):
                stores.audit.add(
                    AuditEvent(
                        at=now,
                        action="audit.pruned",
                        outcome=Outcome.SUCCESS,
                        actor=actor,
                        object_kind="audit",
                        details=details,
                    )
                )
                return signed
    raise Conflict("the audit chain is being signed by others; try again")
