"""Registering sites, and gateways in front of them: their secrets are shown once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import request

from authserver.domain.gateways import SessionCookies
from authserver.domain.resources import ResourceKind
from authserver.services.resources import ResourceDraft
from authserver.web.admin.console_pages import ConsolePage
from authserver.web.admin.forms import REFUSALS, Form
from authserver.web.admin.gateway_pages import COOKIES, GATEWAYS
from authserver.web.admin.showing import show
from authserver.web.admin.site_pages import KINDS, READ, RESOURCES, WRITE, site_path
from authserver.web.languages import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask import Response

    from authserver.services.gateways import Gateways
    from authserver.services.resources import Resources
    from authserver.web.admin.console_pages import Administrator

NEW_SITE: Final = f"{RESOURCES}/-/new"
NEW_GATEWAY: Final = f"{GATEWAYS}/-/new"


@dataclass(frozen=True, slots=True)
class SiteCreation:
    """Asks what is needed, and answers with the secret."""

    resources: Resources
    gateways: Gateways

    def show_site(self, who: Administrator) -> Response:
        """GET /admin/resources/-/new."""
        del who
        return self._site(Form(start={"kind": ResourceKind.JIRA_DC.value}))

    def create_site(self, who: Administrator) -> Response:
        """POST the same."""
        form = Form(request.form)
        draft = ResourceDraft(
            form.value("name"),
            form.value("kind"),
            form.value("url"),
            context_path=form.value("context_path"),
            identifier=form.value("identifier"),
        )
        try:
            made = self.resources.create(draft, who.act)
        except REFUSALS as refusal:
            form.refused(refusal, {"resource": "name"})
            return self._site(form)
        return show(
            "admin/secret.html",
            title=_("%(name)s is registered") % {"name": made.resource.name},
            crumbs=[(_("Sites"), RESOURCES)],
            sentence=_("Clients can get tokens for this site now."),
            value=made.introspection_secret.value,
            label=_("Introspection secret, for the site"),
            back=(_("Done, to the site"), site_path(made.resource)),
        )

    def show_gateway(self, who: Administrator) -> Response:
        """GET /admin/gateways/-/new."""
        del who
        start = {
            "resource": request.args.get("resource", ""),
            "session_cookies": SessionCookies.BLOCK.value,
        }
        return self._gateway(Form(start=start))

    def create_gateway(self, who: Administrator) -> Response:
        """POST the same."""
        form = Form(request.form)
        try:
            made = self.gateways.add(
                form.value("name"),
                form.value("resource"),
                who.act,
                session_cookies=form.value("session_cookies"),
            )
        except REFUSALS as refusal:
            form.refused(refusal, {"gateway": "name"})
            return self._gateway(form)
        return show(
            "admin/gateway_created.html",
            title=_("%(name)s is registered") % {"name": made.gateway.name},
            crumbs=[(_("Gateways"), GATEWAYS)],
            sentence=_("The gateway may ask here now."),
            value=made.key.value,
            label=_("Key of the gateway"),
            name=made.gateway.name,
            back=(_("Done, to the gateways"), GATEWAYS),
        )

    def _site(self, form: Form) -> Response:
        kinds = [
            (str(kind), str(label))
            for kind, label in KINDS.items()
            if kind is not ResourceKind.AUTHSERVER
        ]
        return show(
            "admin/site_new.html",
            title=_("Register a site"),
            crumbs=[(_("Sites"), RESOURCES)],
            status=200 if form.is_right else 400,
            form=form,
            kinds=kinds,
        )

    def _gateway(self, form: Form) -> Response:
        sites = [
            (each.name, each.name)
            for each in self.resources.list()
            if each.kind is not ResourceKind.AUTHSERVER
        ]
        return show(
            "admin/gateway_new.html",
            title=_("Register a gateway"),
            crumbs=[(_("Gateways"), GATEWAYS)],
            status=200 if form.is_right else 400,
            form=form,
            sites=sites,
            cookies=[(str(value), str(label)) for value, label in COOKIES.items()],
        )

    def pages(self) -> Iterable[ConsolePage]:
        """The rows of the table of pages."""
        both = frozenset({READ, WRITE})
        yield ConsolePage(NEW_SITE, "resource_new", both, self.show_site, self.create_site)
        yield ConsolePage(NEW_GATEWAY, "gateway_new", both, self.show_gateway, self.create_gateway)
