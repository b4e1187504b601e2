"""The page `docs/reference/command-line.md`: `python -m tests.documentation.command_line_page`."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from authserver.cli.exit_codes import ExitCode
from authserver.cli.main import NOUNS, cli

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE: Final = Path(__file__).parents[2] / "docs" / "reference" / "command-line.md"
_MEANINGS: Final = {
    ExitCode.OK: "done",
    ExitCode.REFUSED: "refused: not found, taken, or in a state that forbids it",
    ExitCode.USAGE: "wrong options, arguments or values, or a configuration that is refused",
    ExitCode.FINDINGS: "the command looked for problems and found some that must be mended",
    ExitCode.STORAGE: "the database, the journal or a file system does not answer",
    ExitCode.NOT_INSTALLED: "`authserver init` or `authserver db upgrade` has to run first",
}
_HEAD: Final = """\
# The command line

This page is generated: `make docs` writes it anew.

Answers go to stdout, everything else to stderr. `--json` prints the same for scripts. A secret is
printed once, and nobody can show it again. Refusals are `error: …` and `hint: …` on stderr.

| exit code | meaning |
|---|---|
"""


def command_line_page() -> str:
    """The page as Markdown, ending with a line end."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield _HEAD + "\n".join(f"| {code} | {text} |" for code, text in _MEANINGS.items())
    context = click.Context(cli, info_name="authserver")
    for noun in cli.list_commands(context):
        command = cli.get_command(context, noun)
        if command is not None:
            yield f"\n## `authserver {noun}`\n"
            if isinstance(command, click.Group):
                yield NOUNS[noun]
            yield from _command(command, f"authserver {noun}")


def _command(command: click.Command, name: str) -> Iterator[str]:
    if isinstance(command, click.Group):
        for inner_name, inner in command.commands.items():
            yield f"\n### `{name} {inner_name}`\n"
            yield from _command(inner, f"{name} {inner_name}")
        return
    if command.help:
        yield inspect.cleandoc(command.help).replace("\b\n", "")
    context = click.Context(command, info_name=name)
    yield f"\n    {name} {' '.join(command.collect_usage_pieces(context))}".rstrip()
    records = [
        record
        for parameter in command.get_params(context)
        if "--help" not in parameter.opts and (record := parameter.get_help_record(context))
    ]
    if records:
        yield "\n| option | |\n|---|---|"
        for option, text in records:
            yield f"| `{_cell(option)}` | {_cell(text)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    sys.stdout.write(command_line_page())
