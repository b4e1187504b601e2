"""Looking at an installation without changing it: needs neither key files nor a schema."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text

from authserver.crypto.key_files import KeyKind
from authserver.crypto.sealing import SealBroken, key_id_of
from authserver.crypto.system import SystemClock
from authserver.domain.installation import SchemaStatus, SealedValue
from authserver.domain.mail import MailStatus
from authserver.services.api_token_looks import look_at
from authserver.services.connect_resealing import sealed_in
from authserver.services.mail_resealing import unsent
from authserver.services.provider_lookup import looked_at
from authserver.services.provider_resealing import sealed_secrets
from authserver.storage.database import SqlDatabase
from authserver.storage.issuers import stored_issuer
from authserver.storage.schema_state import SchemaState, newest_revision, schema_status
from authserver.storage.schema_state import SchemaStatus as StoredStatus
from authserver.storage.sqlite import file_path
from authserver.wiring_rates import look_at_node_counters, look_at_shared_counters
from authserver.wiring_storage import make_engine_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from authserver.domain.api_token_looks import ApiTokenLook
    from authserver.domain.clients import Client
    from authserver.domain.connect_keys import ConnectKey
    from authserver.domain.gateways import Gateway
    from authserver.domain.keys import SigningKey
    from authserver.domain.mail import WaitingMail
    from authserver.domain.ports import Clock
    from authserver.domain.provider_looks import ProviderLook
    from authserver.domain.rates import CountersLook
    from authserver.domain.resources import ProtectedResource
    from authserver.settings import Settings

SQLITE_FACTS = ("journal_mode", "synchronous", "foreign_keys")
POSTGRESQL_FACTS = ("synchronous_commit", "fsync", "full_page_writes")


class Inspector:
    """A look at an installation; satisfies `domain.installation.Inspection`."""

    def __init__(self, database: SqlDatabase, clock: Clock, settings: Settings) -> None:
        """Look at this database, and at what else the settings name."""
        self._database = database
        self._clock = clock
        self._settings = settings
        self._api_tokens: ApiTokenLook | None = None

    def schema(self) -> SchemaStatus:
        """Where the schema stands."""
        return as_domain(status_of(self._database))

    def stored_issuer(self) -> str | None:
        """The issuer that was stored for ever."""
        return stored_issuer(self._database)

    def database_facts(self) -> Mapping[str, str]:
        """What the database says of itself."""
        database = self._database
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
        with self._database.reading() as stores:
            return [key for key in stores.keys.list() if key.state.is_published]

    def sealed_values(self) -> Sequence[SealedValue]:
        """What can only be used while its key file is there."""
        with self._database.reading() as stores:
            credentials = [each for each in stores.hand_overs.list() if each.sealed]
            secrets = sealed_secrets(stores.providers.list(), self._clock.now())
            apps = stores.connect_keys.list()
            mails = unsent(stores)
        return [
            *(
                SealedValue(f"signing key {key.kid}", _key_file(key.sealed_private), vital=True)
                for key in self.published_keys()
            ),
            *(
                SealedValue(
                    f"credential of resource {each.resource}", _key_file(each.sealed), vital=False
                )
                for each in credentials
            ),
            *(
                SealedValue(
                    f"secret of provider {each.provider}", _key_file(each.sealed), vital=False
                )
                for each in secrets
            ),
            *(
                SealedValue(
                    f"secret of {each.issuer} at resource {each.resource}",
                    _key_file(sealed),
                    vital=False,
                )
                for each in apps
                for sealed in sealed_in(each, self._clock.now())
            ),
            *(
                SealedValue(f"mail {each.mail_id}", _key_file(each.sealed), vital=False)
                for each in mails
            ),
        ]

    def administrators(self) -> int:
        """Enabled administrators."""
        with self._database.reading() as stores:
            return stores.users.count_administrators()

    def clients(self) -> Sequence[Client]:
        """All clients but deleted ones."""
        with self._database.reading() as stores:
            return stores.clients.list()

    def gateways(self) -> Sequence[Gateway]:
        """All gateways."""
        with self._database.reading() as stores:
            return stores.gateways.list()

    def api_tokens(self) -> ApiTokenLook:
        """All API tokens together, looked at once."""
        if self._api_tokens is None:
            with self._database.reading() as stores:
                self._api_tokens = look_at(stores, self._clock.now())
        return self._api_tokens

    def resources(self) -> Sequence[ProtectedResource]:
        """All protected resources but deleted ones."""
        with self._database.reading() as stores:
            return stores.resources.list()

    def node_counters(self) -> CountersLook:
        """How the machine's own counters for rate limits stand."""
        return look_at_node_counters(self._settings, self._clock)

    def shared_counters(self) -> CountersLook:
        """How the counters in Redis stand."""
        return look_at_shared_counters(self._settings)

    def connect_keys(self) -> Sequence[ConnectKey]:
        """All Connect keys."""
        with self._database.reading() as stores:
            return stores.connect_keys.list()

    def waiting_mails(self) -> Sequence[WaitingMail]:
        """Mail that waits to be sent, a thousand at most."""
        with self._database.reading() as stores:
            return stores.mails.list(MailStatus.WAITING)

    def providers(self) -> Sequence[ProviderLook]:
        """All identity providers but removed ones, with what is kept of them."""
        with self._database.reading() as stores:
            return [looked_at(stores, each) for each in stores.providers.list()]


def _key_file(sealed: bytes) -> str:
    try:
        return KeyKind.KEK.file_name(key_id_of(sealed))
    except SealBroken:
        return ""


@contextmanager
def inspecting(settings: Settings) -> Iterator[Inspector]:
    """A look at the installation of the settings, closed with the block."""
    database = SqlDatabase(make_engine_of(settings))
    try:
        yield Inspector(database, SystemClock(), settings)
    finally:
        database.close()


def status_of(database: SqlDatabase) -> StoredStatus:
    """The schema's status; an SQLite file that is not there yet is an empty database.

    Raises:
        StorageUnavailable: the database does not answer.
    """
    engine = database.engine
    if engine.dialect.name == "sqlite" and not Path(file_path(engine.url)).exists():
        return StoredStatus(state=SchemaState.EMPTY, current=None, head=newest_revision())
    return schema_status(engine)


def as_domain(status: StoredStatus) -> SchemaStatus:
    """The status in the words of `domain.installation`."""
    return SchemaStatus(
        current=status.current or "",
        head=status.head,
        is_known=status.state is not SchemaState.AHEAD,
    )
