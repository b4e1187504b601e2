"""Where the console begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.web.admin.console_pages import ConsolePage, MenuEntry, Section
from authserver.web.admin.showing import show
from authserver.web.languages import gettext as _
from authserver.web.languages import lazy_gettext as _l

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Response

    from authserver.web.admin.console_pages import Administrator
    from authserver.web.admin.dashboard_pages import DashboardPages


def proved(who: Administrator) -> Response:
    """GET /admin/proved: where a sign-in leads that a waiting form asked for."""
    del who
    return show("admin/proved.html", title=_("Signed in"))


def start_pages(dashboard: DashboardPages) -> Sequence[ConsolePage]:
    """Pages for everybody who has any role."""
    nobody_less: frozenset[str] = frozenset()
    return (
        ConsolePage(
            "",
            "start",
            nobody_less,
            dashboard.show,
            menu=MenuEntry(Section.START, _l("Overview")),
            for_any_role=True,
        ),
        ConsolePage("/proved", "proved", nobody_less, proved, for_any_role=True),
    )
