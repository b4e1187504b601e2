"""What stands in files that others will read."""

from __future__ import annotations

import re
from typing import Final

from tests.architecture.sources import ROOT, shown, text_files

_MACHINE_PATH: Final = re.compile(r"(?<![\w.~-])/(work|root|home/[a-z]+|tmp/[a-z]+|Users)/[\w.]")
_REGISTRY: Final = re.compile(r"pypi\.org|pythonhosted|docker\.io|registry\.npmjs|deb\.debian\.org")


def test_nothing_depends_on_the_machine_it_was_written_on() -> None:
    offenders = [
        f"{shown(path)}:{number}: {line.strip()}"
        for path in text_files()
        if path.name != "test_texts.py"
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if _MACHINE_PATH.search(line) or _REGISTRY.search(line)
    ]
    assert offenders == []


def test_every_page_of_the_documentation_is_linked_from_another() -> None:
    pages = [path for path in text_files() if path.suffix == ".md"]
    linked = {
        (page.parent / target.partition("#")[0]).resolve()
        for page in pages
        for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text())
        if "://" not in target and not target.startswith("#")
    }
    documents = {path for path in pages if path.is_relative_to(ROOT / "docs")}
    assert sorted(shown(path) for path in documents - linked) == []


def test_links_between_files_lead_somewhere() -> None:
    broken = [
        f"{shown(page)}: {target}"
        for page in text_files()
        if page.suffix == ".md"
        for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text())
        if "://" not in target
        and not target.startswith(("#", "mailto:"))
        and not (page.parent / target.partition("#")[0]).exists()
    ]
    assert broken == []


def test_the_licence_is_there_in_full() -> None:
    text = (ROOT / "LICENSE").read_text()
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text
    assert len(text) > 10_000
