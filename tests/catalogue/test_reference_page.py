"""The figures and tables of the reference page are those of the data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from authserver.catalogue.loader import APIS
from authserver.catalogue.operation_rows import BASES
from authserver.domain.operations import Effect
from authserver.domain.resources import ResourceKind
from authserver.domain.scope_coverage import has_list

if TYPE_CHECKING:
    from authserver.catalogue.loader import Catalogue

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "catalogue.md"


def table(first_heading: str) -> list[list[str]]:
    """The rows of the table whose first heading is given, cells without code marks."""
    text = PAGE.read_text(encoding="utf-8")
    _, found, rest = text.partition(f"\n| {first_heading} |")
    assert found
    lines = rest.split("\n\n")[0].splitlines()[2:]
    return [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in lines]


def test_the_counts_of_every_api_are_true(catalogue: Catalogue) -> None:
    expected = []
    for kind, apis in APIS.items():
        for api in apis:
            operations = [
                each for each in catalogue.operations.of_kind(kind).operations if each.api == api
            ]
            reads = sum(each.effect is Effect.READ for each in operations)
            bare = sum(not has_list(each) for each in operations)
            expected.append([api, kind, str(len(operations)), str(reads), str(bare)])
    assert table("API") == expected


def test_the_counts_of_scopes_are_true(catalogue: Catalogue) -> None:
    assert table("kind") == [
        [kind, str(len(catalogue.scopes.of_kind(kind)))]
        for kind in (
            ResourceKind.JIRA_CLOUD,
            ResourceKind.CONFLUENCE_CLOUD,
            ResourceKind.JIRA_DC,
            ResourceKind.CONFLUENCE_DC,
        )
    ]
    assert f"{len(catalogue.scopes)} scopes are described" in PAGE.read_text(encoding="utf-8")


def test_every_basis_is_explained() -> None:
    assert [row[0] for row in table("basis")] == list(BASES)
