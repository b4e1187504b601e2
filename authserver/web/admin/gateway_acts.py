"""Changing gateways, giving them new keys, forgetting them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import request

from authserver.domain.durations import written_seconds
from authserver.domain.gateways import SessionCookies
from authserver.domain.roles import Area, to_read, to_write
from authserver.services.clients import OVERLAP_SECONDS
from authserver.web.admin.cells import Kind
from authserver.web.admin.console_pages import ConsolePage
from authserver.web.admin.forms import REFUSALS, Form
from authserver.web.admin.gateway_pages import COOKIES, GATEWAYS, gateway_path, last_use
from authserver.web.admin.questions import Question, ask, reasoned
from authserver.web.admin.showing import show
from authserver.web.languages import gettext as _
from authserver.web.languages import lazy_gettext as _l

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from werkzeug.wrappers import Response

    from authserver.domain.gateways import Gateway
    from authserver.domain.ports import Clock
    from authserver.services.gateways import Gateways
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.languages import Text
    from authserver.web.visits import Visits

HINTS: Final[Mapping[SessionCookies, Text]] = {
    SessionCookies.BLOCK: _l("Whoever calls needs a token."),
    SessionCookies.OBSERVE: _l(
        "They pass, and their records are marked: reports show who still comes so."
    ),
    SessionCookies.ALLOW: _l("They pass: for a site whose own pages call its interface."),
}


@dataclass(frozen=True, slots=True)
class GatewayActs:
    """Asks whether, and does it."""

    visits: Visits
    gateways: Gateways
    clock: Clock

    def edit(self, who: Administrator, name: str) -> Response:
        """GET /admin/gateways/<name>/edit."""
        del who
        gateway = self.gateways.get(name)
        start = {"session_cookies": str(gateway.session_cookies)}
        return self._editing(gateway, Form(start=start))

    def save(self, who: Administrator, name: str) -> Response:
        """POST the same."""
        gateway, form = self.gateways.get(name), Form(request.form)
        try:
            self.gateways.update(name, who.act, session_cookies=form.value("session_cookies"))
        except REFUSALS as refusal:
            form.refused(refusal)
            return self._editing(gateway, form)
        return self.visits.redirect_to(f"/admin{gateway_path(gateway)}?done=changed")

    def ask_rotation(self, who: Administrator, name: str) -> Response:
        """GET /admin/gateways/<name>/rotate: how long the old key goes on."""
        del who
        start = {"overlap": written_seconds(OVERLAP_SECONDS)}
        return self._rotation(self.gateways.get(name), Form(start=start))

    def rotate(self, who: Administrator, name: str) -> Response:
        """POST the same: the new key, this once."""
        gateway, form = self.gateways.get(name), Form(request.form)
        overlap = form.seconds("overlap") or 0
        if not form.is_right:
            return self._rotation(gateway, form)
        try:
            fresh = self.gateways.rotate_key(name, who.act, overlap_seconds=overlap)
        except REFUSALS as refusal:
            form.refused(refusal)
            return self._rotation(gateway, form)
        return show(
            "admin/rotated.html",
            title=_("New key for %(name)s") % {"name": gateway.name},
            crumbs=_crumbs(gateway),
            sentence=_("The gateway has a new key."),
            value=fresh.value,
            label=_("Key of the gateway"),
            back=(_("Done, to the gateway"), gateway_path(gateway)),
            ends_at=fresh.stored.created_at + overlap if overlap else None,
            next=(
                _("Where the gateway runs, with the new key in its key file:"),
                "nginx -t && nginx -s reload",
            ),
        )

    def ask_removal(self, who: Administrator, name: str) -> Response:
        """GET /admin/gateways/<name>/remove."""
        del who
        return self._removal(self.gateways.get(name), Form())

    def remove(self, who: Administrator, name: str) -> Response:
        """POST the same."""
        gateway, form = self.gateways.get(name), Form(request.form)
        act = reasoned(who.act, form)
        if form.is_right:
            try:
                self.gateways.remove(name, act)
            except REFUSALS as refusal:
                form.refused(refusal)
        if not form.is_right:
            return self._removal(gateway, form)
        return self.visits.redirect_to(f"/admin{GATEWAYS}?done=removed")

    def _editing(self, gateway: Gateway, form: Form) -> Response:
        return show(
            "admin/gateway_edit.html",
            title=_("Edit %(name)s") % {"name": gateway.name},
            crumbs=_crumbs(gateway),
            status=200 if form.is_right else 400,
            form=form,
            path=gateway_path(gateway),
            cookies=[(str(each), COOKIES[each], HINTS[each]) for each in SessionCookies],
        )

    def _rotation(self, gateway: Gateway, form: Form) -> Response:
        live = gateway.live_keys(self.clock.now())
        return ask(
            Question(
                _("New key for %(name)s") % {"name": gateway.name},
                _(
                    "The gateway gets a new key, shown once. Put it into its key file and reload "
                    "nginx while the old one still works: so no call is refused meanwhile."
                ),
                _("Make a new key"),
                f"{gateway_path(gateway)}/rotate",
                gateway_path(gateway),
                _crumbs(gateway),
                facts=[(_("Live keys now"), len(live), Kind.NUMBER)],
                is_done_once=True,
            ),
            form,
            template="admin/rotate.html",
        )

    def _removal(self, gateway: Gateway, form: Form) -> Response:
        path = gateway_path(gateway)
        return ask(
            Question(
                _("Remove %(name)s?") % {"name": gateway.name},
                _(
                    "Its keys end now: whatever still asks with them is refused, and so are the "
                    "calls that go through it. The name can be given to another gateway."
                ),
                _("Remove"),
                f"{path}/remove",
                path,
                _crumbs(gateway),
                facts=[
                    (_("Stands in front of"), gateway.resource, Kind.CODE),
                    (_("Last asked"), last_use(gateway), Kind.MOMENT),
                ],
                is_dangerous=True,
                asks_reason=True,
            ),
            form,
        )

    def pages(self) -> Iterable[ConsolePage]:
        """The rows of the table of pages."""
        one = f"{GATEWAYS}/<name>"
        needs = frozenset({to_read(Area.RESOURCES), to_write(Area.RESOURCES)})
        yield ConsolePage(f"{one}/edit", "gateway_edit", needs, self.edit, self.save)
        yield ConsolePage(f"{one}/rotate", "gateway_rotate", needs, self.ask_rotation, self.rotate)
        yield ConsolePage(f"{one}/remove", "gateway_remove", needs, self.ask_removal, self.remove)


def _crumbs(gateway: Gateway) -> list[tuple[str, str]]:
    return [(_("Gateways"), GATEWAYS), (gateway.name, gateway_path(gateway))]
