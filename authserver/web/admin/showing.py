"""Pages of the console out of their templates, in the frame they share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import g, request

from authserver.web.rendering import render

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flask import Response

    from authserver.web.admin.console_pages import Administrator, ConsolePage
    from authserver.web.admin.menu import Menu
    from authserver.web.languages import Text

Crumb = tuple["Text", str]
"""What a page above is called, and its path below `/admin`."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the frame needs: the page, who sees it, and where else there is to go."""

    page: ConsolePage
    who: Administrator
    menu: Menu
    must_prove: bool = False


def show(
    template: str,
    *,
    title: Text,
    crumbs: Sequence[Crumb] = (),
    status: int = 200,
    **values: Any,
) -> Response:
    """A page of the console; `crumbs` are the pages above it, the console's start left out.

    Templates know `who` (`who.may("admin:clients:write")`), `page`, `title` and `crumbs`.
    """
    shown: Shown = g.authserver_console
    return render(
        template,
        status=status,
        title=title,
        crumbs=crumbs,
        page=shown.page,
        who=shown.who,
        menu=shown.menu.seen_by(shown.who, shown.page.path),
        **values,
    )


def what_happened(known: Mapping[str, Text]) -> str:
    """What the page may say was done before it, by the word that its address gives for that.

    Empty for no word, and for one that the page does not know.
    """
    return str(known.get(request.args.get("done", ""), ""))
