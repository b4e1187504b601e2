"""The languages that are spoken here, and their texts; no request is needed for them."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from babel.messages.pofile import read_po

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SOURCE: Final = "en"
"""The language the texts are written in."""
LANGUAGE_NAMES: Final[Mapping[str, str]] = {"en": "English", "de": "Deutsch"}
"""What each is called in itself."""
LANGUAGES: Final = tuple(LANGUAGE_NAMES)


def spoken(locales: Iterable[str]) -> str:
    """The first of these languages that is spoken here; empty when none is."""
    for wanted in locales:
        # RFC 5646: the language comes first, what narrows it behind hyphens.
        language = wanted.replace("_", "-").partition("-")[0].lower()
        if language in LANGUAGES:
            return language
    return ""


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Translations by English text; what has none is missing. Singular and plural stand apart."""
    if language == SOURCE:
        return {}
    path = files("authserver.web") / "locales" / language / "messages.po"
    with path.open("rb") as source:
        read = read_po(source, locale=language)
    texts: dict[str, str] = {}
    for message in read:
        if not message.id or message.fuzzy:
            continue
        if isinstance(message.id, str):
            texts[message.id] = str(message.string)
        elif isinstance(message.string, tuple | list):
            texts |= dict(zip(message.id, message.string, strict=True))
    return texts
