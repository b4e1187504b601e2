"""The whole configuration, as one frozen value. Read by app, wiring and cli only.

The names double as keys of `authserver.toml` and, in capitals behind `AUTHSERVER_`, as environment
variables. No field ever holds a secret: secrets are in files, and settings name the files.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from authserver.settings_admin import AdminSettings
from authserver.settings_fields import NOT_SET, setting
from authserver.settings_kinds import Choice, FilePath, IssuerUrl
from authserver.settings_mail import MailSettings
from authserver.settings_people import (
    RefreshSettings,
    RegistrationSettings,
    SessionSettings,
    SignInSettings,
)
from authserver.settings_rates import RatesSettings
from authserver.settings_rules import (
    ClientSettings,
    OutboundSettings,
    ThrottlingSettings,
    TokenSettings,
)
from authserver.settings_serving import HousekeepingSettings, MetricsSettings, ServerSettings
from authserver.settings_state import AuditSettings, DatabaseSettings, KeySettings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_FEWEST_WORKERS: Final = 2


@dataclass(frozen=True, slots=True)
class Settings:
    """The whole configuration. Paths are absolute once loaded."""

    issuer: str = setting(
        IssuerUrl(),
        "http://localhost:8000",
        "The issuer: the URL that clients know this server by. It stands in every token and is "
        "fixed for ever by `authserver init`.",
    )
    data_directory: Path = setting(
        FilePath(), "var", "Folder of everything this server writes by itself."
    )
    log_level: str = setting(
        Choice(("debug", "info", "warning", "error")),
        "info",
        "How much is logged. Secrets are left out at every level.",
    )
    server: ServerSettings = field(default_factory=ServerSettings)
    database: DatabaseSettings = field(default_factory=DatabaseSettings)
    keys: KeySettings = field(default_factory=KeySettings)
    tokens: TokenSettings = field(default_factory=TokenSettings)
    refresh: RefreshSettings = field(default_factory=RefreshSettings)
    sessions: SessionSettings = field(default_factory=SessionSettings)
    sign_in: SignInSettings = field(default_factory=SignInSettings)
    clients: ClientSettings = field(default_factory=ClientSettings)
    registration: RegistrationSettings = field(default_factory=RegistrationSettings)
    admin: AdminSettings = field(default_factory=AdminSettings)
    audit: AuditSettings = field(default_factory=AuditSettings)
    throttling: ThrottlingSettings = field(default_factory=ThrottlingSettings)
    metrics: MetricsSettings = field(default_factory=MetricsSettings)
    housekeeping: HousekeepingSettings = field(default_factory=HousekeepingSettings)
    outbound: OutboundSettings = field(default_factory=OutboundSettings)
    mail: MailSettings = field(default_factory=MailSettings)
    rates: RatesSettings = field(default_factory=RatesSettings)
    origins: Mapping[str, str] = field(
        default_factory=dict, compare=False, repr=False, metadata={NOT_SET: True}
    )
    """Where each value came from, by dotted name: nobody sets this."""

    @property
    def worker_count(self) -> int:
        """Worker processes: as set, or one per core, at least two."""
        return self.server.workers or max(_FEWEST_WORKERS, os.cpu_count() or 1)

    @property
    def revokers_at_once(self) -> int:
        """Revocations a worker takes at once: a quarter of the waiting threads is for others."""
        return self.server.waiting_threads * 3 // 4

    @property
    def strangers_at_once(self) -> int:
        """Reports of leaks by strangers that a worker takes at once, beside the revocations."""
        return max(1, self.server.waiting_threads // 16)

    @property
    def journal_directory(self) -> Path:
        """Folder of the journals: as set, or in the data directory."""
        return self.audit.journal_directory or self.data_directory / "journal"

    @property
    def metrics_directory(self) -> Path:
        """Folder of the workers' counters: as set, or in the data directory."""
        return self.metrics.directory or self.data_directory / f"metrics-{self._listener}"

    @property
    def pid_file(self) -> Path:
        """The supervisor's process id: as set, or in the data directory."""
        return self.server.pid_file or self.data_directory / f"serve-{self._listener}.pid"

    @property
    def counters_file(self) -> Path:
        """File in which the workers of this machine count calls; its size is part of its name."""
        return self.data_directory / f"rates-{self.rates.file_mebibytes}.counters"

    @property
    def database_url(self) -> str:
        """The database as a URL without its password."""
        return self.database.url or f"sqlite:///{self.data_directory / 'authserver.db'}"

    @property
    def _listener(self) -> str:
        """What tells servers that share a data directory apart."""
        socket = self.server.unix_socket
        return socket.stem if socket else str(self.server.port)
