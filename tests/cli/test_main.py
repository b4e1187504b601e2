"""The root of the command line: help, refusals, exit codes."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from typing import TYPE_CHECKING

import click
import pytest

from authserver.cli import main
from authserver.cli.exit_codes import ExitCode, exit_code
from authserver.cli.main import NOUNS, cli
from authserver.domain.errors import (
    AlreadyExists,
    Conflict,
    InvalidField,
    NotFound,
    StorageUnavailable,
)
from authserver.domain.installation import NotInstalled, SchemaStatus
from authserver.settings_sources import SettingsInvalid
from tests.cli.runs import home, run
from tests.cli.stub_wiring import HEAD, StubInstallation

if TYPE_CHECKING:
    from pathlib import Path

HEAVY = ("flask", "sqlalchemy", "authlib", "cryptography", "authserver.wiring")


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from authserver.cli.main import cli\n"
        "try:\n    cli(['--help'])\n"
        "except SystemExit:\n    pass\n"
        f"print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
    assert "serve" in done.stdout


def test_the_help_lists_the_nouns_that_exist() -> None:
    result = run("--help")
    assert result.exit_code == 0
    for noun in ("init", "serve", "doctor", "settings", "db"):
        assert f"  {noun} " in result.stdout


def test_every_listed_noun_is_a_command_with_a_help_of_its_own() -> None:
    context = click.Context(cli)
    for noun in cli.list_commands(context):
        result = run(noun, "--help")
        assert result.exit_code == 0, noun
        assert "Usage:" in result.stdout


def test_an_unknown_noun_is_a_usage_error() -> None:
    result = run("tokenz")
    assert result.exit_code == ExitCode.USAGE
    assert "No such command 'tokenz'" in result.stderr


def test_a_noun_that_is_nearly_right_is_told() -> None:
    assert "Did you mean 'client'?" in run("clients").stderr


def test_no_line_in_the_list_of_a_noun_s_commands_is_cut_off() -> None:
    for noun in cli.list_commands(click.Context(cli)):
        listed = run(noun, "--help").stdout.partition("\nCommands:\n")[2]
        assert "..." not in listed, noun


def test_a_noun_without_a_module_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main, "NOUNS", {**NOUNS, "nothing": "Does not exist."})
    assert "nothing" not in run("--help").stdout
    assert run("nothing").exit_code == ExitCode.USAGE


def test_a_module_that_cannot_be_imported_breaks_its_own_noun_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken.py").write_text("import no_such_module")
    monkeypatch.setattr("authserver.cli.__path__", [*main_path(), str(tmp_path)])
    monkeypatch.setattr(main, "NOUNS", {**NOUNS, "broken": "Breaks."})
    assert "broken" in run("--help").stdout
    assert isinstance(run("broken").exception, ModuleNotFoundError)
    assert run("settings", "reference").exit_code == 0


def main_path() -> list[str]:
    import authserver.cli  # noqa: PLC0415 - its path, before the test changes it

    return list(authserver.cli.__path__)


def test_the_version_is_printed() -> None:
    assert run("--version").stdout == f"authserver {version('authserver')}\n"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (NotFound("client", "x"), 1),
        (AlreadyExists("client", "x"), 1),
        (Conflict("x"), 1),
        (InvalidField("x", "y"), 2),
        (SettingsInvalid(("x",)), 2),
        (StorageUnavailable("x"), 4),
        (NotInstalled("x", hint="y"), 5),
    ],
)
def test_each_refusal_has_its_exit_code(error: Exception, code: int) -> None:
    assert exit_code(error) == code


def test_a_refusal_is_one_line_and_a_hint_on_stderr_without_traceback() -> None:
    stub = StubInstallation(schema_now=SchemaStatus("", HEAD))
    result = run("db", "check", wiring=stub)
    assert result.exit_code == ExitCode.NOT_INSTALLED
    assert result.stdout == ""
    assert result.stderr == "error: the database is empty\nhint: run: authserver init\n"


def test_what_steers_terminals_is_escaped_in_refusals() -> None:
    stub = StubInstallation(schema_now=StorageUnavailable("no\x1b[2J\nerror: fake"))
    assert run("db", "check", wiring=stub).stderr == "error: no\\x1b[2J\\nerror: fake\n"


def test_a_refused_configuration_lists_every_problem(tmp_path: Path) -> None:
    result = run("db", "check", environment=home(tmp_path, SERVER_PORT="x", LOG_LEVEL="y"))
    assert result.exit_code == ExitCode.USAGE
    assert result.stderr.count("error: ") == 2
    assert result.stderr.endswith("hint: authserver settings reference lists every setting\n")


def test_the_configuration_file_can_be_named(tmp_path: Path) -> None:
    path = tmp_path / "other.toml"
    path.write_text("[server]\nport = 8123\n")
    result = run("--config", str(path), "settings", "show", "--json")
    assert '"value": 8123' in result.stdout
    assert str(path) in result.stdout
