"""Setting an installation up, and looking at one without changing it."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from alembic.script import ScriptDirectory
from sqlalchemy import text

from authserver.crypto.key_file_making import ensure_key_files
from authserver.crypto.key_files import list_key_ids
from authserver.domain.errors import Conflict
from authserver.domain.installation import SchemaStatus, SchemaUpgrade
from authserver.domain.keys import KeyState
from authserver.settings_secrets import connection_url
from authserver.storage.issuers import remember_issuer, stored_issuer
from authserver.storage.schema import MIGRATIONS, SchemaState, schema_status, upgrade
from authserver.storage.schema import SchemaStatus as StoredStatus
from authserver.storage.sqlite import file_path
from authserver.wiring_administration import AdministrationParts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from authserver.domain.keys import SigningKey
    from authserver.settings import Settings

SQLITE_FACTS = ("journal_mode", "synchronous", "foreign_keys")
POSTGRESQL_FACTS = ("synchronous_commit", "fsync", "full_page_writes")


class Installer:
    """The steps of `authserver init`; satisfies `domain.installation.InitialisationSteps`."""

    def __init__(self, settings: Settings) -> None:
        """Remember the settings; nothing is opened yet."""
        self._settings = settings
        self._parts = AdministrationParts(settings)

    def ensure_key_files(self) -> Sequence[Path]:
        """Make the missing key files; those made now."""
        directory = self._settings.keys.directory
        if self._needs_old_keys() and not _has_key_files(directory):
            raise Conflict(
                f"{directory}: the key files are missing, but the database was made with them: "
                "restore them from your backup; new ones could not open what the old ones sealed"
            )
        return [directory / name for name in ensure_key_files(directory, self._parts.entropy)]

    def upgrade_database(self) -> SchemaUpgrade:
        """Create the database where needed and bring its schema up to date."""
        return upgrade_schema(self._settings)

    def remember_issuer(self) -> bool:
        """Store the issuer for ever; True when that happened now."""
        return remember_issuer(self._parts.database, self._settings.issuer, self._parts.clock.now())

    def ensure_signing_keys(self) -> Sequence[str]:
        """Make and activate a first key for each ring without one."""
        signing_keys = self._parts.signing_keys
        before = {key.kid for key in signing_keys.list()}
        signing_keys.maintain(self._parts.holder, self._parts.operator)
        return [
            f"{key.algorithm} {key.kid}"
            for key in signing_keys.list()
            if key.kid not in before and key.state is KeyState.ACTIVE
        ]

    def ensure_administrator(self, username: str) -> str | None:
        """The one-time password of an administrator made now; `None` when there is one."""
        return self._parts.users.ensure_administrator(username, self._parts.operator)

    def close(self) -> None:
        """Let go of the database."""
        self._parts.close()

    def _needs_old_keys(self) -> bool:
        with AdministrationParts(self._settings) as parts:
            if not _as_domain(_status(parts)).is_current:
                return False
            with parts.database.reading() as stores:
                return bool(stores.keys.list())


class Inspector:
    """A look at an installation; satisfies `domain.installation.Inspection`."""

    def __init__(self, parts: AdministrationParts) -> None:
        """Look with these parts."""
        self._parts = parts

    def schema(self) -> SchemaStatus:
        """Where the schema stands."""
        return _as_domain(_status(self._parts))

    def stored_issuer(self) -> str | None:
        """The issuer that was stored for ever."""
        return stored_issuer(self._parts.database)

    def database_facts(self) -> Mapping[str, str]:
        """What the database says of itself."""
        database = self._parts.database
        dialect = database.engine.dialect.name
        with database.connection_for_reading() as connection:

            def ask(question: str) -> str:
                return str(connection.execute(text(question)).scalar_one())

            if dialect == "sqlite":
                facts = {name: ask(f"PRAGMA {name}") for name in SQLITE_FACTS}
                facts["version"] = ask("SELECT sqlite_version()")
            else:
                facts = {name: ask(f"SHOW {name}") for name in POSTGRESQL_FACTS}
                facts["version"] = ask("SHOW server_version")
                facts["clock"] = ask("SELECT extract(epoch FROM clock_timestamp())")
        return {"dialect": dialect, **facts}

    def published_keys(self) -> Sequence[SigningKey]:
        """The keys that stand in the JWKS."""
        return [key for key in self._parts.signing_keys.list() if key.state.is_published]

    def administrators(self) -> int:
        """Enabled administrators."""
        with self._parts.database.reading() as stores:
            return stores.users.count_administrators()


@contextmanager
def inspecting(settings: Settings) -> Iterator[Inspector]:
    """A look at the installation of the settings, closed with the block."""
    with AdministrationParts(settings) as parts:
        yield Inspector(parts)


def upgrade_schema(settings: Settings) -> SchemaUpgrade:
    """Bring the schema up to date.

    Raises:
        Conflict: the database belongs to a newer version.
        StorageUnavailable: it does not answer.
    """
    with AdministrationParts(settings) as parts:
        before = _status(parts)
    if before.state is SchemaState.AHEAD:
        raise Conflict(
            f"the database has schema {before.current}, newer than this version knows "
            f"({before.head}): install the version that made it"
        )
    after = upgrade(connection_url(settings))
    return SchemaUpgrade(before.current or "", after.current or "")


def _status(parts: AdministrationParts) -> StoredStatus:
    """The schema's status; an SQLite file that is not there yet is an empty database."""
    engine = parts.database.engine
    if engine.dialect.name == "sqlite" and not Path(file_path(engine.url)).exists():
        head = ScriptDirectory(str(MIGRATIONS)).get_current_head()
        return StoredStatus(state=SchemaState.EMPTY, current=None, head=head or "")
    return schema_status(engine)


def _has_key_files(directory: Path) -> bool:
    return directory.is_dir() and any(list_key_ids(directory).values())


def _as_domain(status: StoredStatus) -> SchemaStatus:
    return SchemaStatus(
        current=status.current or "",
        head=status.head,
        is_known=status.state is not SchemaState.AHEAD,
    )
