"""`/admin/who`: who can do something at a site now, in one question."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from flask import request

from authserver.domain.pages import Place
from authserver.domain.roles import Area, to_read
from authserver.services.openings import Question
from authserver.services.site_callers import HolderKind
from authserver.web.admin.client_lists import CLIENTS
from authserver.web.admin.console_pages import ConsolePage, MenuEntry, Section
from authserver.web.admin.forms import REFUSALS, Form
from authserver.web.admin.showing import show
from authserver.web.admin.token_lists import token_path
from authserver.web.languages import gettext as _
from authserver.web.languages import lazy_gettext as _l

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from flask import Response

    from authserver.domain.resources import ProtectedResource
    from authserver.services.site_callers import Holder
    from authserver.services.who_may_call import WhoCan, WhoMayCall
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.cursors import Cursors
    from authserver.web.languages import Text

WHO: Final = "/who"
READ: Final = to_read(Area.AUDIT)
LIST: Final = "who"
FIELDS: Final = ("what", "project", "resource", "address")
SHOWN: Final = 100
KINDS: Final[Mapping[HolderKind, Text]] = {
    HolderKind.WAY: _l("Without a token"),
    HolderKind.CLIENT: _l("Client, for itself"),
    HolderKind.API_TOKEN: _l("API token"),
    HolderKind.GRANT: _l("App that a user allowed"),
}
WAYS: Final[Mapping[str, Text]] = {
    "basic": _l("Anybody with a name and a password of the site"),
    "oauth1": _l("Anybody with OAuth 1.0 keys of the site"),
    "session": _l("Anybody who is signed in at the site, in a browser"),
    "anonymous": _l("Anybody at all"),
    "atlassian-token": _l("Anybody with a personal access token of the site"),
}


@dataclass(frozen=True, slots=True)
class WhoPages:
    """Asks and answers; nothing is changed here."""

    who_may_call: WhoMayCall
    sites: Callable[[], Sequence[ProtectedResource]]
    cursors: Cursors

    def show(self, who: Administrator) -> Response:
        """GET /admin/who: the question, and its answer where it was asked."""
        form = Form(request.args if "what" in request.args else None)
        found = self._found(form) if "what" in request.args else None
        return show(
            "admin/who.html",
            title=_("Who can …?"),
            status=200 if form.is_right else 400,
            form=form,
            found=found,
            rows=[_row(who, each) for each in found.page.items] if found else (),
            more=self._more(form, found) if found else "",
            sites=[(each.name, each.name) for each in self.sites() if each.is_site],
        )

    def _found(self, form: Form) -> WhoCan | None:
        question = Question(
            form.value("what"),
            form.value("resource"),
            form.value("project"),
            form.value("address"),
        )
        sealed = request.args.get("cursor", "")
        try:
            # Sealed by us, so it holds what a place holds.
            after = Place(self.cursors.open(sealed, _bound(form))) if sealed else None  # type: ignore[arg-type]  # see above
            return self.who_may_call.find(question, after=after, limit=SHOWN)
        except REFUSALS as refusal:
            form.refused(refusal)
            return None

    def _more(self, form: Form, found: WhoCan) -> str:
        """The path of the rest of the answer."""
        place = found.page.next_place
        if place is None:
            return ""
        query = {name: form.value(name) for name in FIELDS}
        query["cursor"] = self.cursors.seal(place.values, _bound(form))
        return f"{WHO}?{urlencode(query)}"

    def pages(self) -> Iterable[ConsolePage]:
        """The rows of the table of pages."""
        menu = MenuEntry(Section.RECORDS, _l("Who can …?"))
        yield ConsolePage(WHO, LIST, frozenset({READ}), self.show, menu=menu)


def _bound(form: Form) -> tuple[str, str]:
    return LIST, urlencode({name: form.value(name) for name in FIELDS})


def _row(who: Administrator, holder: Holder) -> Mapping[str, object]:
    """What the table shows, with a path to what it is by for those who may see that."""
    path = ""
    if holder.kind is HolderKind.CLIENT and who.may(to_read(Area.CLIENTS)):
        path = f"{CLIENTS}/{holder.name}"
    if holder.kind is HolderKind.API_TOKEN and who.may(to_read(Area.TOKENS)):
        path = token_path(holder.name)
    return {
        "kind": KINDS[holder.kind],
        "called": WAYS.get(holder.name, holder.called or holder.name),
        "path": path,
        "who": holder.who,
        "limited": holder.opened.only_from_networks,
        "operations": holder.opened.operations,
    }
