"""What everything else stands on: time, keys, database, journal, catalogue."""

from __future__ import annotations

import getpass
import os
import socket
from functools import cached_property
from typing import TYPE_CHECKING, Final, Self

from authserver.catalogue.loader import Catalogue, load_catalogue
from authserver.crypto.audit_keys import HmacChainKeys
from authserver.crypto.digests import HmacDigester
from authserver.crypto.key_files import KeyFiles, load_key_files
from authserver.crypto.passwords import BcryptHasher
from authserver.crypto.sealing import Sealer
from authserver.crypto.secret_values import ReadableSecretMaker
from authserver.crypto.successor_sealing import HkdfSuccessorSealer
from authserver.crypto.system import SystemClock, SystemEntropy
from authserver.domain.outbound import OutboundPolicy
from authserver.domain.resources import ResourceKind
from authserver.machine.turns import Turns
from authserver.services.administration import Act, operator
from authserver.settings_shown import shown_settings
from authserver.storage.database import SqlDatabase
from authserver.storage.journal import FileJournal
from authserver.storage.journal_database import DatabaseJournal
from authserver.upstream.http_client import GuardedHttpClient
from authserver.wiring_storage import make_engine_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Engine

    from authserver.domain.ports import Clock, Entropy
    from authserver.settings import Settings
    from authserver.wiring_storage import ClosableJournal

DATABASE: Final = "database"
"""The value of `audit.durability` that waits for the database's commit."""
PASSWORDS_WAITING: Final = 4
"""Comparisons that stand in line in one process; each takes a quarter of a second."""
PASSWORD_PATIENCE_SECONDS: Final = 2.0


class Foundation:
    """The lowest part of a container. Nothing is opened before it is asked for."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock | None = None,
        entropy: Entropy | None = None,
    ) -> None:
        """Remember the settings; time and chance are the system's unless given."""
        self.settings = settings
        self._make_engine: Callable[[Settings], Engine] = make_engine_of
        self.clock: Clock = SystemClock() if clock is None else clock
        self.entropy: Entropy = SystemEntropy() if entropy is None else entropy

    def __enter__(self) -> Self:
        """Use as a block that closes what it opened."""
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def make_engine_with(self, make: Callable[[Settings], Engine]) -> None:
        """Let an application make the engine; without effect once there is a database."""
        self._make_engine = make

    def close(self) -> None:
        """Close what was opened."""
        for name in ("journal", "database", "client_http"):
            part = self.__dict__.get(name)
            if part is not None:
                part.close()

    @property
    def operator(self) -> Act:
        """The act of whoever runs this process from a shell."""
        return operator(getpass.getuser())

    @cached_property
    def shown_settings(self) -> Mapping[str, object]:
        """Every setting by its name; none holds a secret."""
        return shown_settings(self.settings)

    @cached_property
    def key_files(self) -> KeyFiles:
        """Key-encryption keys, peppers and audit keys. Raises KeyFileProblem."""
        return load_key_files(self.settings.keys.directory)

    @cached_property
    def database(self) -> SqlDatabase:
        """The database. Connections are opened when they are needed."""
        return SqlDatabase(
            self._make_engine(self.settings), chain_keys=self.chain_keys, aside=self.turns.aside
        )

    @cached_property
    def chain_keys(self) -> HmacChainKeys:
        """Mark audit records, and link them."""
        return HmacChainKeys(self.key_files.audit)

    @cached_property
    def journal(self) -> ClosableJournal:
        """Where acts without state of their own are recorded."""
        if self.settings.audit.durability == DATABASE:
            return DatabaseJournal(self.database)
        return FileJournal(self.settings.journal_directory, socket.gethostname(), self.entropy)

    @cached_property
    def catalogue(self) -> Catalogue:
        """Atlassian's operations and scopes."""
        return load_catalogue()

    @cached_property
    def scopes_of_kind(self) -> dict[ResourceKind, frozenset[str]]:
        """Which scopes mean something at a kind of protected resource."""
        return {kind: self.catalogue.scopes.of_kind(kind) for kind in ResourceKind}

    @cached_property
    def secret_maker(self) -> ReadableSecretMaker:
        """Makes secrets and identifiers."""
        return ReadableSecretMaker(self.entropy)

    @cached_property
    def holder(self) -> str:
        """This process, as leases name it."""
        return f"{socket.gethostname()}:{os.getpid()}:{self.secret_maker.identifier()[:8]}"

    @cached_property
    def digester(self) -> HmacDigester:
        """Keyed digests."""
        pepper = self.key_files.pepper
        return HmacDigester(pepper.values, pepper.current, self.entropy)

    @cached_property
    def turns(self) -> Turns:
        """How many requests work at the same time."""
        return Turns(self.settings.server.blocking_threads)

    @cached_property
    def passwords(self) -> BcryptHasher:
        """The bounded bcrypt pool."""
        return BcryptHasher(
            self.entropy,
            waiting=PASSWORDS_WAITING,
            patience_seconds=PASSWORD_PATIENCE_SECONDS,
            aside=self.turns.aside,
        )

    @cached_property
    def sealer(self) -> Sealer:
        """Seals what must be opened again."""
        kek = self.key_files.kek
        return Sealer(kek.values, kek.current, self.entropy)

    @cached_property
    def successor_sealer(self) -> HkdfSuccessorSealer:
        """Seals what only the holder of another secret may open."""
        return HkdfSuccessorSealer(self.entropy)

    @cached_property
    def client_http(self) -> GuardedHttpClient:
        """Calls URLs that clients registered: strangers may have, so little is open to it."""
        chosen = self.settings.outbound
        policy = OutboundPolicy(
            private_origins=frozenset(chosen.client_origins),
            connect_seconds=chosen.connect_seconds,
            total_seconds=chosen.total_seconds,
        )
        return GuardedHttpClient(clock=self.clock, policy=policy, ca_file=chosen.ca_file)
