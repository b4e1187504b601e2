"""Seals and checkpoints in the database, and the records as the chain sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from authserver.domain.audit_chain import Seal, Unsealed
from authserver.domain.audit_checkpoints import Checkpoint
from authserver.domain.audit_ports import Link, StoredContent
from authserver.storage import audit_horizon, audit_pruning
from authserver.storage.audit_content import CONTENT_COLUMNS
from authserver.storage.audit_reading import moment, octets, raw, rows_of, whole, words
from authserver.storage.inserts import insert_into
from authserver.storage.rows.audit import audit_checkpoints, audit_records, audit_seals

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection, Row, Select, Table

    from authserver.domain.audit_ports import Pruned

_RECORDED_AT: Final = CONTENT_COLUMNS.index("recorded_at")
_KEY_ID: Final = CONTENT_COLUMNS.index("key_id")


class ChainRows:
    """Satisfies `authserver.domain.audit_ports.ChainStore`."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def horizon(self, wait_seconds: float) -> int | None:
        """See the port."""
        return audit_horizon.horizon(self._connection, wait_seconds)

    def unsealed(self, after_id: int, horizon: int, limit: int) -> Sequence[Unsealed]:
        """See the port."""
        query = _after(after_id, limit, "id", "code", "at")
        return [
            Unsealed(record_id, octets(code), moment(at))
            for record_id, code, at in self._connection.execute(query)
            if record_id <= horizon
        ]

    def contents(self, after_id: int, last_id: int | None, limit: int) -> Sequence[StoredContent]:
        """See the port."""
        rows = rows_of(self._connection, _after(after_id, limit, "id", "code", *CONTENT_COLUMNS))
        return [_stored_content(row) for row in rows if last_id is None or row[0] <= last_id]

    def last_seal(self) -> Seal | None:
        """See the port."""
        query = select(*raw(audit_seals)).order_by(audit_seals.c.number.desc()).limit(1)
        return next((_seal(*row) for row in rows_of(self._connection, query)), None)

    def seals(self, after: int, limit: int) -> Sequence[Seal]:
        """See the port."""
        number = audit_seals.c.number
        query = select(*raw(audit_seals)).where(number > after).order_by(number).limit(limit)
        return [_seal(*row) for row in rows_of(self._connection, query)]

    def add_seal(self, seal: Seal) -> bool:
        """See the port."""
        return self._add(audit_seals, seal)

    def last_checkpoint(self) -> Checkpoint | None:
        """See the port."""
        number = audit_checkpoints.c.number
        query = select(*raw(audit_checkpoints)).order_by(number.desc()).limit(1)
        return next((_checkpoint(*row) for row in rows_of(self._connection, query)), None)

    def checkpoints(self, after: int, limit: int) -> Sequence[Checkpoint]:
        """See the port."""
        number = audit_checkpoints.c.number
        query = select(*raw(audit_checkpoints)).where(number > after).order_by(number).limit(limit)
        return [_checkpoint(*row) for row in rows_of(self._connection, query)]

    def add_checkpoint(self, checkpoint: Checkpoint) -> bool:
        """See the port."""
        return self._add(audit_checkpoints, checkpoint)

    def links(self, numbers: Sequence[int]) -> Mapping[int, Link]:
        """See the port."""
        query = select(*raw(audit_seals, "number", "code", "position", "count")).where(
            audit_seals.c.number.in_(numbers)
        )
        return {
            row[0]: Link(octets(row[1]), whole(row[2]) + whole(row[3]) - 1)
            for row in rows_of(self._connection, query)
        }

    def prunable(self, before: float) -> int | None:
        """See the port."""
        return audit_pruning.prunable(self._connection, before)

    def prune(self, through: int, limit: int) -> Pruned:
        """See the port."""
        return audit_pruning.prune(self._connection, through, limit)

    def _add(self, table: Table, value: Seal | Checkpoint) -> bool:
        row = {column.name: getattr(value, column.name) for column in table.columns}
        statement = insert_into(self._connection, table).values(row).on_conflict_do_nothing()
        return self._connection.execute(statement).rowcount == 1


def _after(after_id: int, limit: int, *names: str) -> Select[*tuple[Any, ...]]:
    # Only one bound in SQL: with two, PostgreSQL expects few rows and sorts all of them instead
    # of stopping after `limit`. The caller drops what is too much.
    column = audit_records.c.id
    columns = raw(audit_records, *names)
    return select(*columns).where(column > after_id).order_by(column).limit(limit)


def _stored_content(row: Row[*tuple[Any, ...]]) -> StoredContent:
    record_id, code, *rest = row
    content = tuple(rest)
    return StoredContent(
        record_id,
        moment(content[_RECORDED_AT]),
        words(content[_KEY_ID]),
        octets(code),
        content,
    )


def _seal(*row: Any) -> Seal:
    (number, position, count, first_id, last_id, newest_at, sealed_at) = row[:7]
    (ids, codes, content, previous, code, key_id, pruned) = row[7:]
    return Seal(
        number=number,
        position=whole(position),
        count=whole(count),
        first_id=whole(first_id),
        last_id=whole(last_id),
        newest_at=moment(newest_at),
        sealed_at=moment(sealed_at),
        ids=octets(ids),
        codes=octets(codes),
        content=octets(content),
        previous=octets(previous),
        code=octets(code),
        key_id=words(key_id),
        pruned=bool(pruned),
    )


def _checkpoint(*row: Any) -> Checkpoint:
    (number, at, seal, code, position, pruned_through, key_id, signature) = row
    return Checkpoint(
        number=number,
        at=moment(at),
        seal=whole(seal),
        code=octets(code),
        position=whole(position),
        pruned_through=whole(pruned_through),
        key_id=words(key_id),
        signature=octets(signature),
    )
