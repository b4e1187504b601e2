"""Stopping sites, letting them go on, ending them: always asked first, with what hangs on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import request

from authserver.services.long_lists import MOST_COUNTED
from authserver.web.admin.cells import Kind
from authserver.web.admin.console_pages import ConsolePage
from authserver.web.admin.forms import REFUSALS, Form
from authserver.web.admin.questions import Question, ask, reasoned
from authserver.web.admin.site_pages import READ, RESOURCES, WRITE, site_crumbs, site_path
from authserver.web.languages import gettext as _
from authserver.web.languages import lazy_gettext as _l

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from werkzeug.wrappers import Response

    from authserver.services.resources import Resources
    from authserver.services.site_holdings import Holdings, SiteHoldings
    from authserver.web.admin.cells import Value
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.languages import Text
    from authserver.web.visits import Visits


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that can be done to a site; `done` is what its page says afterwards."""

    name: str
    question: Text
    sentence: Text
    button: Text
    done: str
    is_dangerous: bool = True


DEEDS: Final = (
    Deed(
        "disable",
        _l("Stop %(name)s?"),
        _l(
            "No token for this site is issued or honoured until it is started again, and its "
            "gateways let no call pass. Nothing is deleted: what there is works again afterwards."
        ),
        _l("Stop the site"),
        "disabled",
    ),
    Deed(
        "enable",
        _l("Start %(name)s?"),
        _l("Tokens for this site are issued and honoured again, by the rules that there are."),
        _l("Start the site"),
        "enabled",
        is_dangerous=False,
    ),
    Deed(
        "delete",
        _l("Delete %(name)s for ever?"),
        _l(
            "All tokens for this site die now, and its credentials end. How calls arrive there "
            "and its accounts are deleted; its gateways let no call pass any more. Name and "
            "identifier are never given out again. To stop it for a time, stop it instead."
        ),
        _l("Delete for ever"),
        "deleted",
    ),
)


@dataclass(frozen=True, slots=True)
class SiteActs:
    """Asks whether, and does it."""

    visits: Visits
    resources: Resources
    holdings: SiteHoldings

    def asking(self, deed: Deed) -> Callable[..., Response]:
        """GET /admin/resources/<name>/<deed>."""

        def view(who: Administrator, name: str) -> Response:
            del who
            return self._asked(deed, name, Form())

        return view

    def doing(self, deed: Deed) -> Callable[..., Response]:
        """POST the same."""

        def view(who: Administrator, name: str) -> Response:
            form = Form(request.form)
            act = reasoned(who.act, form)
            if form.is_right:
                try:
                    getattr(self.resources, deed.name)(name, act)
                except REFUSALS as refusal:
                    form.refused(refusal)
            if not form.is_right:
                return self._asked(deed, name, form)
            where = RESOURCES if deed.name == "delete" else f"{RESOURCES}/{name}"
            return self.visits.redirect_to(f"/admin{where}?done={deed.done}")

        return view

    def _asked(self, deed: Deed, name: str, form: Form) -> Response:
        site = self.resources.get(name)
        path = site_path(site)
        return ask(
            Question(
                str(deed.question) % {"name": site.name},
                deed.sentence,
                deed.button,
                f"{path}/{deed.name}",
                path,
                site_crumbs(site),
                facts=_facts(self.holdings.of(name)) if deed.is_dangerous else (),
                is_dangerous=deed.is_dangerous,
                asks_reason=True,
            ),
            form,
        )

    def pages(self) -> Iterable[ConsolePage]:
        """The rows of the table of pages."""
        needs = frozenset({READ, WRITE})
        for deed in DEEDS:
            path, name = f"{RESOURCES}/<name>/{deed.name}", f"resource_{deed.name}"
            yield ConsolePage(path, name, needs, self.asking(deed), self.doing(deed))


def _facts(found: Holdings) -> Sequence[tuple[Text, Value, str]]:
    """What hangs on the site; zeros, too, for nobody shall have to guess."""
    return [
        (_("Gateways in front of it"), list(found.gateways) or _("none"), _kind(found.gateways)),
        (_("Clients that may use it"), *_counted(found.clients)),
        (_("Live API tokens"), *_counted(found.api_tokens)),
        (_("Live grants to apps"), *_counted(found.grants)),
        (_("Mapped accounts"), found.accounts, Kind.NUMBER),
        (_("Connect keys"), found.connect_keys, Kind.NUMBER),
        (_("Says how calls arrive"), _("yes") if found.has_hand_over else _("no"), Kind.TEXT),
    ]


def _counted(number: int) -> tuple[Value, Kind]:
    if number > MOST_COUNTED:
        return _("more than %(num)s") % {"num": MOST_COUNTED}, Kind.TEXT
    return number, Kind.NUMBER


def _kind(names: Sequence[str]) -> Kind:
    return Kind.NAMES if names else Kind.TEXT
