"""Commands on a database that was not set up, or not brought up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.installation import SchemaStatus
from tests.cli.runs import home, run
from tests.cli.stub_wiring import HEAD, StubInstallation

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

    from tests.cli.administered import Administered

COMMANDS = [
    ("client", "list"),
    ("resource", "list"),
    ("key", "list"),
    ("audit", "search"),
    ("audit", "verify"),
]


@pytest.mark.parametrize("command", COMMANDS)
def test_without_its_file_a_command_says_what_makes_one(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    result = run(*command, environment=home(tmp_path))
    assert (result.exit_code, result.stdout) == (5, "")
    assert result.stderr == (
        f"error: the database is empty: nothing is set up with the data directory {tmp_path}/var\n"
        "hint: go to the folder where the server was set up; or, for a new one, run: "
        "authserver init\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_without_its_folder_there_is_nothing_to_upgrade(tmp_path: Path) -> None:
    result = run("db", "upgrade", environment=home(tmp_path))
    assert (result.exit_code, result.stdout) == (5, "")
    assert result.stderr == (
        f"error: the folder {tmp_path}/var does not exist\nhint: run: authserver init\n"
    )


def on_schema(here: Administered, status: SchemaStatus) -> Result:
    return run(
        "client", "list", wiring=StubInstallation(container=here.container, schema_now=status)
    )


def test_on_an_older_schema_a_command_says_what_has_to_run_first(here: Administered) -> None:
    result = on_schema(here, SchemaStatus("0001", HEAD))
    assert result.exit_code == 5
    assert "hint: run: authserver db upgrade" in result.stderr


def test_on_a_newer_schema_commands_go_on(here: Administered) -> None:
    """A newer version only adds to it; some nodes are upgraded before others."""
    assert on_schema(here, SchemaStatus("9999", HEAD, is_known=False)).exit_code == 0
