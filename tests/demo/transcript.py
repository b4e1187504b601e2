"""What the audience reads: numbered, aligned, in colour on a terminal only."""

from __future__ import annotations

import os
import shutil
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TextIO

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.demo.steps import Step

WIDEST: Final = 110
MARGIN: Final = 20
"""Columns in front of the text."""

BOLD, DIM, GREEN, RED = "1", "2", "32", "31"


@dataclass(slots=True)
class Transcript:
    """Writes to a terminal or a file."""

    out: TextIO

    @property
    def _on_terminal(self) -> bool:
        return self.out.isatty() and os.environ.get("TERM") != "dumb"

    @property
    def _width(self) -> int:
        return min(WIDEST, shutil.get_terminal_size((WIDEST, 24)).columns)

    def title(self, title: str, about: str) -> None:
        """The first lines."""
        self._line(self._paint(title, BOLD))
        self._line()
        for line in textwrap.wrap(about, self._width):
            self._line(line)

    def table(self, rows: Sequence[tuple[str, str, str]]) -> None:
        """Three aligned columns."""
        first = max(len(row[0]) for row in rows)
        second = max(len(row[1]) for row in rows)
        self._line()
        for name, version, part in rows:
            self._line(f"  {name:{first}}  {version:{second}}  {part}".rstrip())

    def begin(self, number: int, step: Step) -> None:
        """What comes next and what should come of it."""
        self._line()
        self._entry(f"{number:2}  {step.who}", step.does, BOLD)
        self._entry("    expected", step.expected, DIM)

    def ok(self, happened: str, seconds: float) -> None:
        """It came as told."""
        self._entry(f"    ok {seconds:8.2f} s", happened, "", GREEN)

    def failed(self, happened: str, seconds: float) -> None:
        """It did not."""
        self._entry(f"    FAILED {seconds:4.2f} s", happened, RED, RED)

    def close(self, line: str, *, good: bool) -> None:
        """The last line."""
        self._line()
        self._line(self._paint(line, GREEN if good else RED))

    def note(self, text: str) -> None:
        """Something beside the story."""
        self._entry("    note", text, DIM)

    def _entry(self, label: str, text: str, colour: str, label_colour: str = "") -> None:
        lines = [
            line
            for paragraph in text.split("\n") or [""]
            for line in textwrap.wrap(
                paragraph,
                self._width - MARGIN,
                break_on_hyphens=False,
                subsequent_indent="  " if "\n" in text else "",
            )
            or [""]
        ]
        head = self._paint(f"{label:{MARGIN - 1}}", label_colour or colour)
        self._line(f"{head} {self._paint(lines[0], colour)}".rstrip())
        for line in lines[1:]:
            self._line(" " * MARGIN + self._paint(line, colour))

    def _paint(self, text: str, colour: str) -> str:
        if not colour or not self._on_terminal or "NO_COLOR" in os.environ:
            return text
        return f"\x1b[{colour}m{text}\x1b[0m"

    def _line(self, text: str = "") -> None:
        self.out.write(text + "\n")
        self.out.flush()
