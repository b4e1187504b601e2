"""The page `docs/conformance.md`."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.conformance.markers import Marks, find_marks

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = ROOT / "docs" / "conformance.md"
REQUIREMENTS: Final = Path(__file__).parent / "requirements.tsv"
_GROUPS: Final = {
    "AZ": "Authorization endpoint",
    "PK": "PKCE",
    "TK": "Token endpoint",
    "CA": "Client authentication",
    "RT": "Refresh tokens",
    "PS": "Pushed authorization requests",
    "IN": "Introspection",
    "RV": "Revocation",
    "MD": "Metadata, keys and their rotation",
    "JW": "Access tokens and other JWTs",
    "AU": "Audit and logs",
    "HT": "Platform",
    "AD": "Administration",
    "AK": "API tokens",
    "FE": "Identity providers",
    "OI": "OpenID Connect",
    "LO": "Logout",
    "SE": "Sessions and passwords",
    "FA": "Gateways and their decisions",
    "F": "Faults",
}
_HEAD: Final = """\
# Conformance

This page is generated from the tests: `make docs` writes it anew. Each requirement has an id; a
test that proves it carries the id as `@pytest.mark.rule("…")`. Level B is the baseline; H applies
where the feature is built. A requirement without a test is not claimed.
"""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One row of the list."""

    identifier: str
    level: str
    source: str
    text: str

    @property
    def group(self) -> str:
        """What stands before the number."""
        return self.identifier.partition("-")[0]


def requirements() -> list[Requirement]:
    """The list, in its order."""
    with REQUIREMENTS.open(newline="") as file:
        rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        next(rows)
        return [Requirement(*row) for row in rows]


@cache
def marks(marker: str = "rule") -> Marks:
    """Every test of the project with the marker."""
    return find_marks(sorted((ROOT / "tests").rglob("test_*.py")), ROOT, marker)


def conformance_page() -> str:
    """The page as Markdown, ending with a line end."""
    return "\n".join(_lines(requirements(), marks())) + "\n"


def _lines(rows: list[Requirement], proven: Marks) -> Iterator[str]:
    yield _HEAD
    count = sum(row.identifier in proven for row in rows)
    yield f"{count} of {len(rows)} requirements have a test."
    for group, title in _GROUPS.items():
        yield f"\n## {title}\n"
        for row in rows:
            if row.group == group:
                source = f" ({row.source})" if row.source else ""
                yield f"* **{row.identifier}** {row.level}: {row.text}{source}."
                yield from tests_as_list(proven.get(row.identifier, []))


def tests_as_list(names: list[str]) -> Iterator[str]:
    """Lines that link the tests by what their names say."""
    if not names:
        yield "  * no test yet"
    for name in names:
        path, _, test = name.partition("::")
        yield f"  * [{test.removeprefix('test_').replace('_', ' ')}](../{path})"
