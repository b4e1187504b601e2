"""Pages about policies say what the code does, and their examples are documents."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from authserver.services.policy_language import DOCUMENT
from authserver.services.policy_reading import read_policy
from authserver.services.policy_tables import Rules, Table
from tests.documentation import policy_page

DOCS: Final = Path(__file__).parents[2] / "docs"
PAGES: Final = ("explanation/policies.md", "howto/write-a-policy.md")
_EXAMPLE: Final = re.compile(r"^```toml[^\n]*\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def examples(page: str) -> list[str]:
    return [found[1] for found in _EXAMPLE.finditer((DOCS / page).read_text(encoding="utf-8"))]


def test_the_page_of_the_language_is_what_the_code_says() -> None:
    assert policy_page.PAGE.read_text() == policy_page.policy_page(), "run: make docs"


def test_every_section_and_key_is_on_the_page() -> None:
    page = policy_page.policy_page()
    for section in DOCUMENT.keys:
        table = section.kind.table if isinstance(section.kind, Rules) else section.kind
        assert isinstance(table, Table)
        assert f"[{section.name}]" in page
        assert all(f"| `{key.name}` |" in page or f".{key.name}]]" in page for key in table.keys)


@pytest.mark.parametrize("page", PAGES)
def test_every_example_is_a_document(page: str) -> None:
    found = examples(page)
    assert found
    for each in found:
        assert read_policy(each) != read_policy("")


def test_every_section_has_an_example() -> None:
    written = "\n".join(each for page in PAGES for each in examples(page))
    for section in DOCUMENT.keys:
        assert re.search(rf"^\[+{section.name}\]+$", written, re.MULTILINE), section.name
