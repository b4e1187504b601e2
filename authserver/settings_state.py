"""Settings of what is kept: database, keys, audit records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from authserver.settings_fields import DAY, HOUR, YEAR_DAYS, setting
from authserver.settings_kinds import Choice, DatabaseUrl, FilePath, WholeNumber

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class DatabaseSettings:
    """Where state is kept, and how long it may take to answer."""

    url: str = setting(
        DatabaseUrl(), "", "The database. SQLite serves one machine, PostgreSQL several."
    )
    password_file: Path | None = setting(
        FilePath(optional=True),
        "",
        "File whose first line is the PostgreSQL password; not readable by others.",
    )
    pool_size: int = setting(
        WholeNumber(1, 100), 5, "Most connections that one worker opens.", unit="connections"
    )
    pool_timeout_seconds: int = setting(
        WholeNumber(1, 60),
        2,
        "How long a request waits for a free connection before it is answered 503.",
        unit="seconds",
    )
    connect_timeout_seconds: int = setting(
        WholeNumber(1, 60), 3, "How long opening a connection may take.", unit="seconds"
    )
    statement_timeout_seconds: int = setting(
        WholeNumber(1, 60),
        3,
        "How long one statement, or the wait for SQLite's write lock, may take.",
        unit="seconds",
    )

    @property
    def is_sqlite(self) -> bool:
        """Whether the embedded database is used."""
        return not self.url.startswith("postgresql")


@dataclass(frozen=True, slots=True)
class KeySettings:
    """Key files, and the life of signing keys."""

    directory: Path = setting(
        FilePath(), "keys", "Folder of the key files (key-encryption key, pepper, audit keys)."
    )
    use_days: int = setting(
        WholeNumber(1, YEAR_DAYS), 30, "How long a key signs before the next one does.", unit="days"
    )
    announce_seconds: int = setting(
        WholeNumber(60, 30 * DAY),
        DAY,
        "How long a key stands in the JWKS before it signs; longer than jwks_max_age_seconds.",
        unit="seconds",
    )
    keep_seconds: int = setting(
        WholeNumber(60, 30 * DAY),
        DAY,
        "How long a key stays in the JWKS after its last signature; longer than any token lives.",
        unit="seconds",
    )
    jwks_max_age_seconds: int = setting(
        WholeNumber(30, DAY),
        HOUR,
        "How long others may keep our JWKS (Cache-Control: max-age).",
        unit="seconds",
    )


@dataclass(frozen=True, slots=True)
class AuditSettings:
    """The record of every act."""

    durability: str = setting(
        Choice(("journal", "database")),
        "journal",
        "When an act counts as recorded. journal: it is in the worker's journal file, which "
        "survives the death of every process; a power cut may cost the last 10 ms. database: the "
        "database has committed it.",
    )
    journal_directory: Path | None = setting(
        FilePath(optional=True), "", "Folder of the journals; empty: journal in data_directory."
    )
    retention_days: int = setting(
        WholeNumber(1, 10 * YEAR_DAYS), 400, "How long records are kept.", unit="days"
    )
    anchor_file: Path | None = setting(
        FilePath(optional=True),
        "",
        "File that receives a copy of every signed checkpoint, best on another machine's disk: "
        "with it a cut tail is found. Empty: none.",
    )
