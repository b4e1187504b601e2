"""What commands print: aligned text for people, JSON for scripts, secrets exactly once."""

from __future__ import annotations

import json
import os
import shutil
import sys
import unicodedata
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


_GAP: Final = "  "


class Console:
    """Answers go to stdout, everything else to stderr, so that stdout can be piped."""

    def line(self, text: str = "", *, colour: str | None = None) -> None:
        """One line of the answer; coloured in a terminal, unless `NO_COLOR` is set."""
        line = printable(text)
        click.echo(line if colour is None or os.environ.get("NO_COLOR") else _in(colour, line))

    def text(self, text: str) -> None:
        """Lines that somebody wrote: piped as they are, in a terminal without what steers it."""
        shown = text
        if sys.stdout.isatty():
            shown = "\n".join(map(printable, text.expandtabs().splitlines())) + "\n"
        click.echo(shown, nl=False)

    def note(self, text: str) -> None:
        """A line about the answer, on stderr."""
        click.echo(printable(text), err=True)

    def json(self, value: object) -> None:
        """The answer as one JSON document; keys keep their order."""
        click.echo(json.dumps(value, indent=2, ensure_ascii=True, default=_plain))

    def secret(self, value: str) -> None:
        """A secret, alone on stdout and only here: nobody can show it again."""
        click.echo(value)

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Rows under their headings, aligned; a line of its own where there are no rows.

        In a terminal that is too narrow the last columns are left out, which a note says: broken
        lines are aligned with nothing. Put what matters first.
        """
        if not rows:
            self.note("none")
            return
        cells = [[printable(_text(cell)) for cell in row] for row in rows]
        headings = [column.upper() for column in columns]
        widths = [
            max(_width(row[index]) for row in [headings, *cells]) for index in range(len(columns))
        ]
        shown = _fitting(widths, _room())
        for row in [headings, *cells]:
            padded = (
                cell + " " * (width - _width(cell))
                for cell, width in zip(row[:shown], widths, strict=False)
            )
            click.echo(_GAP.join(padded).rstrip())
        if shown < len(columns):
            self.note(
                f"(no room for {', '.join(columns[shown:])}: widen the window, or use --json)"
            )

    def fields(self, values: Mapping[str, object]) -> None:
        """One thing: its fields below each other, values aligned."""
        width = max((len(name) for name in values), default=0)
        for name, value in values.items():
            self.line(f"{name.ljust(width)}  {_text(value)}".rstrip())


def _in(colour: str, line: str) -> str:
    return click.style(line, fg=colour)


def _room() -> int | None:
    """Columns of the terminal that stdout is; `None` when it is something else."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def _fitting(widths: Sequence[int], room: int | None) -> int:
    """How many columns have room, at least one."""
    used = -len(_GAP)
    for index, width in enumerate(widths):
        used += len(_GAP) + width
        if room is not None and used > room and index:
            return index
    return len(widths)


def printable(text: str) -> str:
    """`text` with everything that could steer a terminal written as an escape."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )


def _text(value: object) -> str:
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case str():
            return value
        case list() | tuple() | set() | frozenset():
            return " ".join(_text(item) for item in value) or "-"
        case _:
            return str(value)


def _width(text: str) -> int:
    """Columns on a terminal: wide East Asian characters take two, combining marks none."""
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return len(text) + wide - sum(unicodedata.combining(char) > 0 for char in text)


def _plain(value: Any) -> object:
    match value:
        case set() | frozenset():
            return sorted(value)
        case bytes():
            raise TypeError("bytes have no place in an answer")
        case _:
            return str(value)
