"""The navigation of the console: only what its reader may see."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from authserver.web.admin.console_pages import Section
from authserver.web.languages import lazy_gettext as _l

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from authserver.web.admin.console_pages import Administrator, ConsolePage
    from authserver.web.languages import Text

TITLES: Final[Mapping[Section, Text]] = {
    Section.START: "",
    Section.ACCESS: _l("Access"),
    Section.PEOPLE: _l("People"),
    Section.RULES: _l("Rules"),
    Section.RECORDS: _l("Records"),
    Section.SERVER: _l("Server"),
}


@dataclass(frozen=True, slots=True)
class Link:
    """One entry; `is_here` says that the page is it, or lies below it."""

    label: Text
    path: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class Menu:
    """All entries, in the order of the table within each section."""

    pages: tuple[ConsolePage, ...]

    @classmethod
    def of(cls, pages: Iterable[ConsolePage]) -> Menu:
        """The entries among the pages."""
        listed = [page for page in pages if page.menu is not None]
        return cls(tuple(sorted(listed, key=_section)))

    def seen_by(self, who: Administrator, here: str) -> Sequence[tuple[Text, Sequence[Link]]]:
        """Sections with their links; `here` is the path of the page below `/admin`."""
        allowed = [page for page in self.pages if page.needs <= who.powers]
        nearest = max((page.path for page in allowed if _leads_to(page.path, here)), default="")
        return [
            (
                TITLES[section],
                [
                    Link(page.menu.label, page.path, page.path == nearest)
                    for page in pages
                    if page.menu is not None
                ],
            )
            for section, pages in groupby(allowed, key=_section)
        ]


def _section(page: ConsolePage) -> Section:
    return Section.START if page.menu is None else page.menu.section


def _leads_to(path: str, here: str) -> bool:
    return path == here or (path != "" and here.startswith(path + "/"))
