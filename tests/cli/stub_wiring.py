"""A stand-in for `authserver.wiring`: an installation that is whatever the test says."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from authserver.domain.api_token_looks import ApiTokenLook
from authserver.domain.errors import DomainError
from authserver.domain.installation import SchemaStatus, SchemaUpgrade, SealedValue
from authserver.domain.keys import KeyState, SigningAlgorithm, SigningKey
from authserver.domain.rates import CountersLook

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from authserver.domain.clients import Client
    from authserver.domain.connect_keys import ConnectKey
    from authserver.domain.gateways import Gateway
    from authserver.domain.mail import WaitingMail
    from authserver.domain.provider_looks import ProviderLook
    from authserver.domain.resources import ProtectedResource
    from authserver.settings import Settings

HEAD = "0002"


def active_key(algorithm: SigningAlgorithm = SigningAlgorithm.ES256) -> SigningKey:
    return SigningKey("kid-1", algorithm, KeyState.ACTIVE, {}, b"", 0.0, 0.0, None, None)


@dataclass
class StubInstallation:
    """Plays every part of `cli.context.Wiring` with what its fields say."""

    schema_now: SchemaStatus | DomainError = field(default_factory=lambda: SchemaStatus(HEAD, HEAD))
    issuer: str | None = "http://localhost:8000"
    facts: Mapping[str, str] = field(
        default_factory=lambda: {
            "dialect": "sqlite",
            "journal_mode": "wal",
            "synchronous": "2",
            "foreign_keys": "1",
            "version": "3.40.1",
        }
    )
    keys: Sequence[SigningKey] = field(default_factory=lambda: [active_key()])
    sealed: Sequence[SealedValue] = (SealedValue("signing key kid-1", "kek-1.key", vital=True),)
    administrator_count: int = 1
    registered: Sequence[Client] = ()
    proxies: Sequence[Gateway] = ()
    apps: Sequence[ConnectKey] = ()
    mails: Sequence[WaitingMail] = ()
    tokens: ApiTokenLook = field(default_factory=ApiTokenLook)
    sites: Sequence[ProtectedResource] = ()
    upstreams: Sequence[ProviderLook] = ()
    own_counters: CountersLook = field(default_factory=CountersLook)
    redis: CountersLook = field(default_factory=CountersLook)
    container: Any = None
    closed: int = 0

    def build_container(self, settings: Settings) -> Any:
        return self.container

    @contextlib.contextmanager
    def inspection(self, settings: Settings) -> Iterator[StubInstallation]:
        yield self
        self.closed += 1

    def initialisation_steps(self, settings: Settings) -> StubSteps:
        return StubSteps(self)

    def schema_status(self, settings: Settings) -> SchemaStatus:
        return self.schema()

    def upgrade_schema(self, settings: Settings) -> SchemaUpgrade:
        status = self.schema()
        self.schema_now = SchemaStatus(HEAD, HEAD)
        return SchemaUpgrade(status.current, HEAD)

    def run_housekeeping(self, settings: Settings, stop: threading.Event) -> None:
        stop.wait()

    def schema(self) -> SchemaStatus:
        if isinstance(self.schema_now, DomainError):
            raise self.schema_now
        return self.schema_now

    def stored_issuer(self) -> str | None:
        return self.issuer

    def database_facts(self) -> Mapping[str, str]:
        return self.facts

    def published_keys(self) -> Sequence[SigningKey]:
        return self.keys

    def sealed_values(self) -> Sequence[SealedValue]:
        return self.sealed

    def administrators(self) -> int:
        return self.administrator_count

    def clients(self) -> Sequence[Client]:
        return self.registered

    def gateways(self) -> Sequence[Gateway]:
        return self.proxies

    def resources(self) -> Sequence[ProtectedResource]:
        return self.sites

    def node_counters(self) -> CountersLook:
        return self.own_counters

    def shared_counters(self) -> CountersLook:
        return self.redis

    def connect_keys(self) -> Sequence[ConnectKey]:
        return self.apps

    def api_tokens(self) -> ApiTokenLook:
        return self.tokens

    def waiting_mails(self) -> Sequence[WaitingMail]:
        return self.mails

    def providers(self) -> Sequence[ProviderLook]:
        return self.upstreams


@dataclass
class StubSteps:
    """The steps of `init` on a stub; `log` keeps the order."""

    installation: StubInstallation
    log: list[str] = field(default_factory=list)

    def ensure_key_files(self) -> Sequence[Path]:
        return []

    def upgrade_database(self) -> SchemaUpgrade:
        return self.installation.upgrade_schema(None)  # type: ignore[arg-type]  # it does not look

    def remember_issuer(self) -> bool:
        return False

    def ensure_signing_keys(self) -> Sequence[str]:
        return []

    def ensure_administration_api(self) -> bool:
        return False

    def ensure_administrator(self, username: str) -> str | None:
        return None

    def close(self) -> None:
        self.installation.closed += 1
