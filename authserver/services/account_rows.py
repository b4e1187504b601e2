"""Rows of an import: checked all together, and every wrong line named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from authserver.domain.errors import InvalidField
from authserver.services.hand_over_rules import check_account, check_subject

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MOST_ROWS: Final = 100_000
"""Of one import, which is one transaction: others wait for its end on SQLite."""
MOST_SHOWN: Final = 20
"""Wrong lines that are named; the others are counted."""


@dataclass(frozen=True, slots=True)
class ImportRow:
    """What one line of a file says; `line` counts from 1.

    `problem` is what the reader of the file found wrong already, else empty.
    """

    line: int
    subject: str
    account: str
    problem: str = ""


class ImportRefused(InvalidField):
    """Lines are wrong: `problems` holds a text for each, at most 20, and how many more there are.

    No text repeats what stands in a line.
    """

    def __init__(self, problems: list[str]) -> None:
        """Remember the lines' texts."""
        shown = problems[:MOST_SHOWN]
        if len(problems) > MOST_SHOWN:
            shown.append(f"and {len(problems) - MOST_SHOWN} more wrong lines")
        super().__init__("lines", "; ".join(shown))
        self.problems = tuple(shown)


def checked(rows: Iterable[ImportRow]) -> Mapping[str, ImportRow]:
    """The rows by their subjects, in their order.

    Raises:
        ImportRefused: at least one line is wrong.
    """
    by_subject: dict[str, ImportRow] = {}
    first_lines: dict[str, int] = {}
    problems = []
    for number, row in enumerate(rows):
        if number >= MOST_ROWS:
            problems.append(f"line {row.line}: at most {MOST_ROWS} rows in one import")
            break
        problem = row.problem or _problem(row, first_lines)
        if problem:
            problems.append(f"line {row.line}: {problem}")
        first_lines.setdefault(row.subject, row.line)
        by_subject[row.subject] = row
    if problems:
        raise ImportRefused(problems)
    return by_subject


def _problem(row: ImportRow, first_lines: Mapping[str, int]) -> str:
    found = []
    try:
        check_subject(row.subject)
    except InvalidField as error:
        found.append(str(error))
    try:
        check_account("account", row.account)
    except InvalidField as error:
        found.append(str(error))
    if not found and row.subject in first_lines:
        found.append(f"subject: the one of line {first_lines[row.subject]} again")
    return ", ".join(found)
