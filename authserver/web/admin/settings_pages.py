"""`/admin/settings`: how this server is set up, to be read; it is changed in files only."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from flask import request

from authserver.domain.roles import Area, to_read
from authserver.web.admin.console_pages import ConsolePage, MenuEntry, Section
from authserver.web.admin.showing import show
from authserver.web.languages import gettext as _
from authserver.web.languages import lazy_gettext as _l

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from flask import Response

    from authserver.web.admin.console_pages import Administrator

SETTINGS: Final = "/settings"
LONGEST_SEARCH: Final = 200


@dataclass(frozen=True, slots=True)
class SettingLine:
    """One setting. `value` and `default` as they would be written, empty for nothing.

    `origin` is the file or the environment variable that says so, empty for the default; `variable`
    the variable that could say so.
    """

    name: str
    value: str
    default: str
    origin: str
    variable: str
    meaning: str
    allowed: str

    @property
    def group(self) -> str:
        """The table of the file that it is in; empty for the top of the file."""
        return self.name.rpartition(".")[0]


@dataclass(frozen=True, slots=True)
class SettingsPages:
    """Shows them; `file` is the file that was read, empty for none."""

    settings: Callable[[], Sequence[SettingLine]]
    file: str

    def show(self, who: Administrator) -> Response:
        """GET /admin/settings, with `q` and `set=yes` for those that somebody has set."""
        del who
        search = request.args.get("q", "").strip()[:LONGEST_SEARCH]
        only_set = bool(request.args.get("set"))
        every = self.settings()
        found = [
            each
            for each in every
            if (not only_set or each.origin) and _fits(each, search.casefold())
        ]
        groups = [(name, list(lines)) for name, lines in groupby(found, lambda each: each.group)]
        return show(
            "admin/settings.html",
            title=_("Settings"),
            groups=groups,
            found=len(found),
            number=len(every),
            set_number=sum(bool(each.origin) for each in every),
            search=search,
            only_set=only_set,
            file=self.file,
        )

    def pages(self) -> Iterable[ConsolePage]:
        """The row of the table of pages."""
        menu = MenuEntry(Section.SERVER, _l("Settings"))
        needs = frozenset({to_read(Area.SETTINGS)})
        yield ConsolePage(SETTINGS, "settings", needs, self.show, menu=menu)


def _fits(line: SettingLine, wanted: str) -> bool:
    texts = (line.name, line.value, line.variable, line.meaning)
    return any(wanted in text.casefold() for text in texts)
