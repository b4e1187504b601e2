"""Settings as people are shown them: by dotted name, as JSON can hold them, defaults in full."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from authserver.settings_sources import declarations

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.settings import Settings

_DERIVED: Final[Mapping[str, str]] = {
    "database.url": "database_url",
    "audit.journal_directory": "journal_directory",
    "metrics.directory": "metrics_directory",
    "server.pid_file": "pid_file",
    "server.workers": "worker_count",
}


def shown_settings(settings: Settings) -> Mapping[str, object]:
    """Every setting, in the order of their declarations. None of them holds a secret."""
    return {each.name: _value(settings, each.name) for each in declarations()}


def _value(settings: Settings, name: str) -> object:
    value: object = settings
    for part in _DERIVED.get(name, name).split("."):
        value = getattr(value, part)
    if isinstance(value, Path):
        return str(value)
    if name.endswith("_mode"):
        return f"{value:03o}"
    return list(value) if isinstance(value, tuple) else value
