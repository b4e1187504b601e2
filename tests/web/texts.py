"""Collects the texts of the pages: `python -m tests.web.texts` brings every catalogue up to date.

What is new gets an empty translation, what is gone is taken out; translations that are there stay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from authserver.catalogue.loader import load_catalogue
from authserver.web.catalogues import LANGUAGES, SOURCE
from tests.architecture.sources import ROOT

if TYPE_CHECKING:
    from pathlib import Path

WEB: Final = ROOT / "authserver" / "web"
METHODS: Final = [
    ("**.py", "python"),
    ("templates/**.html", "jinja2"),
    ("templates/**.txt", "jinja2"),
]
OPTIONS: Final = {
    "templates/**.html": {"silent": "false"},
    "templates/**.txt": {"silent": "false"},
}
KEYWORDS: Final = {
    "_": None,
    "_l": None,
    "_said": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "plural": (1, 2),
}

HEADER: Final = """msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""
"""Without dates, which would change with every run."""


def path_of(language: str) -> Path:
    """Where a language's catalogue is."""
    return WEB / "locales" / language / "messages.po"


def extracted() -> Catalog:
    """Every text of the pages, with the files it is in."""
    catalog = Catalog(charset="utf-8")
    found = extract_from_dir(WEB, METHODS, OPTIONS, keywords=KEYWORDS)
    for name, _, message, comments, context in sorted(found, key=lambda each: each[:2]):
        # Without line numbers, which would change with every edit.
        catalog.add(message, None, [(name, 0)], auto_comments=comments, context=context)
    for title in sorted(scope_titles()):
        catalog.add(title, None, [("catalogue/data/scopes.txt", 0)])
    return catalog


def scope_titles() -> set[str]:
    """What scopes are called on the consent page: the template has a variable there."""
    return {scope.title for scope in load_catalogue().scopes}


def read(language: str) -> Catalog:
    """A catalogue as it is."""
    with path_of(language).open("rb") as file:
        return read_po(file, locale=language)


def write(language: str) -> None:
    """Bring a catalogue up to date."""
    catalog = read(language)
    catalog.update(extracted(), no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    with path_of(language).open("wb") as file:
        file.write(HEADER.format(language=language).encode())
        write_po(file, catalog, width=100, omit_header=True, sort_output=True, include_lineno=False)


if __name__ == "__main__":
    for each in LANGUAGES:
        if each != SOURCE:
            write(each)
