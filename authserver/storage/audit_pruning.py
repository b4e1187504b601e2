"""Retention: the only thing that removes audit records, whole seals at a time, oldest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select, update

from authserver.domain.audit_ports import Pruned
from authserver.storage.rows.audit import (
    audit_checkpoints,
    audit_journals,
    audit_records,
    audit_seals,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Row


def prunable(connection: Connection, before: float) -> int | None:
    """The number of the last seal that may be emptied now; see `ChainStore.prunable`."""
    number = audit_seals.c.number
    end = connection.execute(select(func.max(number))).scalar_one()
    if end is None:
        return None
    kept = connection.execute(
        select(func.min(number)).where(audit_seals.c.newest_at >= before)
    ).scalar_one()
    last = end - 1 if kept is None else min(kept, end) - 1
    return connection.execute(
        select(number).where(number == last, audit_seals.c.pruned.is_(False))
    ).scalar_one_or_none()


def prune(connection: Connection, through: int, limit: int) -> Pruned:
    """Empty the oldest seals up to number `through`, about `limit` records; see `ChainStore`."""
    seals = audit_seals.c
    removed = records = 0
    last = None
    candidates: Sequence[Row[int, int, int, float]] = connection.execute(
        select(seals.number, seals["count"].label("records"), seals.last_id, seals.newest_at)
        .where(seals.number <= through, seals.pruned.is_(False))
        .order_by(seals.number)
        .limit(limit)
    ).all()
    for candidate in candidates:
        if last is not None and records + candidate.records > limit:
            break
        last = candidate
        records += candidate.records
        removed += 1
    if last is None:
        return Pruned(0, 0, more=False)
    connection.execute(delete(audit_records).where(audit_records.c.id <= last.last_id))
    connection.execute(delete(audit_seals).where(seals.number < last.number))
    connection.execute(
        update(audit_seals)
        .where(seals.number == last.number)
        .values(ids=b"", codes=b"", pruned=True)
    )
    connection.execute(delete(audit_checkpoints).where(audit_checkpoints.c.seal < last.number))
    connection.execute(delete(audit_journals).where(audit_journals.c.ended_at < last.newest_at))
    return Pruned(records, removed, more=last.number < through)
