"""Pages about configuration in files say what the code does, and their commands work."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from authserver.cli.exit_codes import ExitCode
from tests.cli.runs import home, run
from tests.documentation import declarations_page
from tests.documentation.console_blocks import documented_commands, documented_files

if TYPE_CHECKING:
    import pytest

HOWTO = Path(__file__).parents[2] / "docs" / "howto" / "keep-configuration-in-files.md"


def test_the_page_of_configuration_files_is_what_the_code_says() -> None:
    page = declarations_page.PAGE.read_text()
    assert page == declarations_page.declarations_page(), "run: make docs"


def test_the_commands_that_keep_configuration_in_files_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = HOWTO.read_text()
    environment = home(tmp_path)
    assert run("init", environment=environment).exit_code == 0
    monkeypatch.chdir(tmp_path)
    for name, text in documented_files(page).items():
        (tmp_path / name).write_text(text)
    commands = list(documented_commands(page))
    assert commands
    for command in commands:
        result = run(*shlex.split(command.text)[1:], environment=environment)
        assert result.exit_code == 0, result.output
        assert command.expects(result.stdout), result.output
    assert (tmp_path / "secrets/ci-reader").exists()
    refused = run("apply", "-f", "broken.toml", environment=environment)
    assert refused.exit_code == ExitCode.USAGE
    assert f"```text\n{refused.stderr}```" in page
