"""Audit records, their seals and checkpoints, and how far each journal was moved."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)

from authserver.storage.rows.metadata import metadata, time_column

_ID: Final = BigInteger().with_variant(Integer, "sqlite")
# Byte order, as in SQLite: prefixes become ranges, and no locale decides what they hold.
_WORD: Final = Text().with_variant(Text(collation="C"), "postgresql")

NO_SUCCESS: Final = text("outcome <> 'success'")
# Decisions, which are many, are found by their requests.
NO_DECISION: Final = text("object_kind <> 'decision'")


def _word(name: str) -> Column[str]:
    return Column(name, _WORD, nullable=False)


def _index_where(condition: str, *columns: str, name: str | None = None) -> Index:
    """A partial index: other records leave the column empty. A named one is unique."""
    where = text(condition)
    unique = name is not None
    return Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)


audit_records: Final = Table(
    "audit_records",
    metadata,
    Column("id", _ID, primary_key=True, autoincrement=True),
    Column("issuer_id", Integer, nullable=False),
    time_column("at"),
    time_column("recorded_at"),
    _word("action"),
    _word("outcome"),
    _word("actor_kind"),
    _word("actor"),
    _word("client_id"),
    _word("resource"),
    _word("object_kind"),
    _word("object_id"),
    _word("token_id"),
    _word("reason"),
    _word("request_id"),
    _word("peer"),
    Column("details", Text, nullable=False),  # a JSON object in ASCII
    Column("journal", Integer),
    Column("journal_offset", BigInteger),
    _word("key_id"),
    Column("code", LargeBinary, nullable=False),
    Index(None, "at", "id"),
    Index(None, "action", "at"),
    Index(None, "actor", "at"),
    _index_where(str(NO_SUCCESS), "outcome", "at"),
    _index_where(str(NO_SUCCESS), "action", "outcome", "at"),
    _index_where(str(NO_DECISION), "object_id", "at"),
    _index_where("reason <> ''", "reason"),
    _index_where("resource <> ''", "resource"),
    _index_where("client_id <> ''", "client_id", "at"),
    _index_where("request_id <> ''", "request_id"),
    _index_where("token_id <> ''", "token_id"),
    # Where a record stands in a journal: it is moved once.
    _index_where(
        "journal IS NOT NULL", "journal", "journal_offset", name="uq_audit_records_journal"
    ),
    # Ids are never given out again, even after retention emptied the table.
    sqlite_autoincrement=True,
)

audit_seals: Final = Table(
    "audit_seals",
    metadata,
    Column("number", _ID, primary_key=True, autoincrement=False),
    Column("position", BigInteger, nullable=False),
    Column("count", Integer, nullable=False),
    Column("first_id", BigInteger, nullable=False),
    Column("last_id", BigInteger, nullable=False),
    time_column("newest_at"),
    time_column("sealed_at"),
    Column("ids", LargeBinary, nullable=False),
    Column("codes", LargeBinary, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("previous", LargeBinary, nullable=False),
    Column("code", LargeBinary, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("pruned", Boolean, nullable=False),
)

audit_checkpoints: Final = Table(
    "audit_checkpoints",
    metadata,
    Column("number", _ID, primary_key=True, autoincrement=False),
    time_column("at"),
    Column("seal", BigInteger, nullable=False),
    Column("code", LargeBinary, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("pruned_through", BigInteger, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("signature", LargeBinary, nullable=False),
)

audit_journals: Final = Table(
    "audit_journals",
    metadata,
    Column("journal", Integer, primary_key=True, autoincrement=True),
    Column("name", Text, nullable=False, unique=True),
    Column("moved_to", BigInteger, nullable=False),
    # Its records up to here are in the counts of calls.
    Column("counted_to", BigInteger, nullable=False, server_default=text("0")),
    Column("damaged", Integer, nullable=False),
    time_column("ended_at", nullable=True),
    sqlite_autoincrement=True,
)
