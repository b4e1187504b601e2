"""Running the command line inside the test process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from click.testing import CliRunner, Result

from authserver.cli.context import Context
from authserver.cli.main import cli

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def run(
    *arguments: str,
    wiring: Any = None,
    environment: Mapping[str, str] | None = None,
    input_text: str | None = None,
) -> Result:
    """One command, with a stand-in for the wiring where one is given."""
    context = Context() if wiring is None else Context(wiring=wiring)
    return CliRunner().invoke(
        cli, arguments, obj=context, env=dict(environment or {}), input=input_text
    )


def home(folder: Path, **settings: str) -> dict[str, str]:
    """Environment of an installation in `folder`; settings as `SERVER_PORT="1"`."""
    return {
        "AUTHSERVER_DATA_DIRECTORY": str(folder / "var"),
        "AUTHSERVER_KEYS_DIRECTORY": str(folder / "keys"),
        **{f"AUTHSERVER_{name}": value for name, value in settings.items()},
    }
