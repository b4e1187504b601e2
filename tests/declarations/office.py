"""A server whose configuration is kept in files, on any database, with fake providers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from authserver.cli.declaration_files import LocalSecretFiles, read_configuration
from authserver.crypto.key_file_making import ensure_key_files
from authserver.crypto.passwords import BcryptHasher
from authserver.crypto.system import SystemEntropy
from authserver.domain.declarations import DeclarationsInvalid
from authserver.services.users import UserDraft
from authserver.settings_sources import load_settings
from authserver.wiring import Container
from tests.doubles import FakeClock
from tests.federation.fake_http import FakeHttp
from tests.federation.fake_provider import FakeProvider
from tests.rfc.installations import catalogue, environment_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from authserver.domain.declarations import NewSecret
    from authserver.domain.providers import ProviderKind
    from authserver.services.administration import Act
    from authserver.services.declarations import DeclarationPlan

PASSWORD: Final = "correct horse battery staple"


class Office:
    """One installation; files of configuration are in `folder / "conf"`."""

    def __init__(self, folder: Path, database_url: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.files = folder / "conf"
        self.files.mkdir()
        self.clock = FakeClock()
        self.http = FakeHttp()
        settings = load_settings(
            environ=environment_of(folder, {"AUTHSERVER_DATABASE_URL": database_url})
        )
        settings.keys.directory.mkdir(mode=0o700)
        ensure_key_files(settings.keys.directory, SystemEntropy())
        self.container = Container(settings, clock=self.clock)
        parts = vars(self.container)
        parts["catalogue"] = catalogue()
        parts["provider_http"] = self.http
        parts["passwords"] = BcryptHasher(
            SystemEntropy(), cost=4, at_once=2, waiting=8, patience_seconds=30
        )

    @property
    def act(self) -> Act:
        """Whoever has a shell."""
        return self.container.operator

    def write(self, name: str, text: str) -> Path:
        """A file of configuration, or of a secret."""
        path = self.files / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def plan(self, act: Act | None = None, *, prune: bool = False) -> DeclarationPlan:
        """What applying the folder would do."""
        files = read_configuration([str(self.files)])
        return self.container.declarations.plan(
            files, act or self.act, LocalSecretFiles(), prune=prune
        )

    def apply(self, act: Act | None = None, *, prune: bool = False) -> Sequence[NewSecret]:
        """Apply the folder; what was made."""
        plan = self.plan(act, prune=prune)
        return self.container.declarations.apply(plan, act or self.act, LocalSecretFiles())

    def mistakes(self) -> list[str]:
        """What is wrong with the folder, its own name left out."""
        try:
            self.plan()
        except DeclarationsInvalid as refusal:
            return [str(each).replace(f"{self.files}/", "") for each in refusal.problems]
        return []

    def exported(self) -> dict[str, str]:
        """Everything, by the names of files."""
        found = self.container.declaration_export.export(self.act, people=True)
        return {each.name: each.text for each in found.files}

    def write_export(self, other: Office) -> None:
        """Put everything that `other` has into this one's folder."""
        for name, text in other.exported().items():
            self.write(name, text)

    @property
    def position(self) -> tuple[int, int]:
        """How many records there are, and where the authority stands."""
        with self.container.database.reading() as stores:
            seq = stores.authority.position().seq
        with self.container.database.connection_for_reading() as connection:
            records = connection.exec_driver_sql("SELECT count(*) FROM audit_records").scalar_one()
        return int(records), seq

    def add_user(self, username: str, **stated: Any) -> None:
        """A user with a password."""
        self.container.users.create(UserDraft(username, password=PASSWORD, **stated), self.act)

    def fake(self, kind: ProviderKind, **stated: Any) -> FakeProvider:
        """A provider that answers from now on."""
        return FakeProvider(kind=kind, http=self.http, now=self.clock.now, **stated)
