"""What every command gets: settings, services and the console, made when first asked for."""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, cast

import click

from authserver.cli.console import Console
from authserver.cli.schema_state import require_tables
from authserver.settings_sources import LoadedSettings, read_settings

if TYPE_CHECKING:
    import threading
    from contextlib import AbstractContextManager
    from pathlib import Path

    from authserver.domain.installation import (
        InitialisationSteps,
        Inspection,
        SchemaStatus,
        SchemaUpgrade,
    )
    from authserver.settings import Settings


class Wiring(Protocol):
    """What the command line asks of `authserver.wiring`."""

    def build_container(self, settings: Settings) -> Any:
        """Every service, wired; it has `close()`."""
        ...

    def initialisation_steps(self, settings: Settings) -> InitialisationSteps:
        """The steps of `init`; needs neither key files nor schema."""
        ...

    def inspection(self, settings: Settings) -> AbstractContextManager[Inspection]:
        """A look at the installation."""
        ...

    def schema_status(self, settings: Settings) -> SchemaStatus:
        """Where the schema stands. Raises StorageUnavailable."""
        ...

    def upgrade_schema(self, settings: Settings) -> SchemaUpgrade:
        """Bring the schema up to date. Raises StorageUnavailable, Conflict."""
        ...

    def run_housekeeping(self, settings: Settings, stop: threading.Event) -> None:
        """Work until `stop` is set."""
        ...


@dataclass
class Context:
    """One run of the command line.

    Args:
        config: the file given by `--config`.
        wiring: stands in for `authserver.wiring` in tests.
    """

    config: Path | None = None
    wiring: Wiring = field(default_factory=lambda: cast("Wiring", _LateWiring()))
    console: Console = field(default_factory=Console)

    @cached_property
    def loaded(self) -> LoadedSettings:
        """Settings with their origins. Raises SettingsInvalid."""
        return read_settings(self.config)

    @property
    def settings(self) -> Settings:
        """The settings. Raises SettingsInvalid."""
        return self.loaded.settings

    def container(self) -> Any:
        """Every service, built at the first call and closed when the command ends.

        Raises:
            DomainError: the installation cannot be used; the text says why.
        """
        return self._container

    @cached_property
    def _container(self) -> Any:
        status = self.wiring.schema_status(self.settings)
        require_tables(status, self.settings.data_directory)
        container = self.wiring.build_container(self.settings)
        click.get_current_context().call_on_close(container.close)
        return container


pass_context = click.make_pass_decorator(Context, ensure=True)


class _LateWiring:
    """Loads `authserver.wiring` at the first use: `--help` needs none of it."""

    def __getattr__(self, name: str) -> Any:
        return getattr(importlib.import_module("authserver.wiring"), name)
