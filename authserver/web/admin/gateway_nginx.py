"""`/admin/gateways/<name>/nginx`: the configuration of a gateway, to look at and to save."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import Response, request

from authserver.domain.roles import Area, to_read
from authserver.gateway.nginx_files import NginxOptions
from authserver.gateway.site_configuration import Mode
from authserver.web.admin.console_pages import ConsolePage
from authserver.web.admin.forms import REFUSALS, Form
from authserver.web.admin.gateway_pages import GATEWAYS, gateway_path
from authserver.web.admin.showing import show
from authserver.web.languages import gettext as _
from authserver.web.languages import lazy_gettext as _l

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from authserver.domain.gateways import Gateway
    from authserver.gateway.nginx_files import NginxFiles
    from authserver.services.gateways import Gateways
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.languages import Text

FILE: Final = "file"
FIELDS: Final = ("server_name", "upstream", "decision_point")
MODES: Final[Sequence[tuple[str, Text, Text]]] = (
    (
        Mode.API_HOST.value,
        _l("A host name of its own"),
        _l("Only calls with a token go there; the site and its pages stay where they are."),
    ),
    (
        Mode.IN_FRONT.value,
        _l("The host name of the site itself"),
        _l("Pages pass untouched, and every call of the interface is decided."),
    ),
)


@dataclass(frozen=True, slots=True)
class GatewayNginx:
    """Renders it; nothing is changed by that."""

    gateways: Gateways
    files: NginxFiles

    def show(self, who: Administrator, name: str) -> Response:
        """GET, with `server_name` once it is known; with `format=file` as a file."""
        del who
        gateway = self.gateways.get(name)
        if "server_name" not in request.args:
            return self._page(gateway, Form(start={"mode": Mode.API_HOST.value}))
        form = Form(request.args)
        text = self._rendered(name, form)
        if text is None or request.args.get("format") != FILE:
            return self._page(gateway, form, text)
        answer = Response(text, mimetype="text/plain")
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}.conf"'
        return answer

    def _rendered(self, name: str, form: Form) -> str | None:
        """The text; `None` where something is wrong, which is noted."""
        if form.value("mode") not in list(Mode):
            form.wrong("mode", _("Choose one of these."))
        if not form.value("server_name"):
            form.wrong("server_name", _("State the host name that callers use."))
        if form.errors:
            return None
        options = NginxOptions(
            mode=Mode(form.value("mode")),
            server_name=form.value("server_name"),
            upstream=form.value("upstream"),
            decision_point=form.value("decision_point"),
        )
        try:
            return self.files.site(name, options)
        except REFUSALS as refusal:
            form.refused(refusal)
            return None

    def _page(self, gateway: Gateway, form: Form, text: str | None = None) -> Response:
        return show(
            "admin/gateway_nginx.html",
            title=_("Configuration of nginx"),
            crumbs=[(_("Gateways"), GATEWAYS), (gateway.name, gateway_path(gateway))],
            status=200 if form.is_right else 400,
            form=form,
            path=gateway_path(gateway),
            modes=MODES,
            text=text,
            has_hand_over=self.files.has_hand_over(gateway.name),
            asked={**{each: form.value(each) for each in (*FIELDS, "mode")}, "format": FILE},
        )

    def pages(self) -> Iterable[ConsolePage]:
        """The row of the table of pages."""
        needs = frozenset({to_read(Area.RESOURCES)})
        yield ConsolePage(f"{GATEWAYS}/<name>/nginx", "gateway_nginx", needs, self.show)
