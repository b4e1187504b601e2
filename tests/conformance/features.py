"""The page `docs/features.md`."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.conformance.page import ROOT, marks, tests_as_list

if TYPE_CHECKING:
    from collections.abc import Iterator

FEATURES_PAGE: Final = ROOT / "docs" / "features.md"
LISTS: Final = {"feature": "features.tsv", "trap": "traps.tsv"}
"""The lists by the markers of the tests that show their rows."""
_TITLES: Final = {"feature": "Promises", "trap": "Traps"}
_HEAD: Final = """\
# Features

This page is generated from the tests: `make docs` writes it anew. Each promise has a number; a
test that shows it, or a part of it, carries the number as `@pytest.mark.feature(…)`. Traps are
mistakes that products of this kind are known for; the tests that keep us out of them carry
`@pytest.mark.trap(…)`. Numbers that are missing belong to parts that are listed once they are
built.
"""


@dataclass(frozen=True, slots=True)
class Promise:
    """One row of a list; `note` is a sentence on its limits, or empty."""

    number: str
    text: str
    note: str


def promises(marker: str) -> list[Promise]:
    """The list that the marker's numbers stand for, in its order."""
    with (Path(__file__).parent / LISTS[marker]).open(newline="") as file:
        rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        next(rows)
        return [Promise(*row) for row in rows]


def features_page() -> str:
    """The page as Markdown, ending with a line end."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield _HEAD.removesuffix("\n")
    for marker, title in _TITLES.items():
        shown = marks(marker)
        yield f"\n## {title}\n"
        for row in promises(marker):
            yield " ".join(filter(None, [f"* **{row.number}** {row.text}.", row.note]))
            yield from tests_as_list(shown.get(row.number, []))
