"""`/admin/providers/-/new`: set an identity provider up; it is looked at before it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import request

from authserver.domain.providers import ProviderKind, UserCreation
from authserver.services.provider_drafts import ProviderChanges, ProviderDraft
from authserver.services.provider_findings import ProviderUnusable
from authserver.services.provider_presets import PRESETS
from authserver.web.admin.console_pages import ConsolePage
from authserver.web.admin.forms import REFUSALS, WHOLE, Form
from authserver.web.admin.provider_lists import NEW, PROVIDERS, READ, WRITE
from authserver.web.admin.showing import show
from authserver.web.languages import gettext as _
from authserver.web.languages import lazy_gettext as _l

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from werkzeug.wrappers import Response

    from authserver.services.provider_findings import ProviderFinding
    from authserver.services.providers import Providers
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.admin.provider_pages import ProviderPages
    from authserver.web.languages import Text

DETAILS: Final = f"{NEW}/details"
HINTS: Final[Mapping[ProviderKind, Text]] = {
    ProviderKind.OKTA: _l("An authorization server of an Okta organization."),
    ProviderKind.ENTRA: _l("One tenant of Microsoft Entra ID, or several that are listed."),
    ProviderKind.COGNITO: _l("A user pool of Amazon Cognito."),
    ProviderKind.OIDC: _l("Any other that speaks OpenID Connect: Keycloak, Ping, Auth0 …"),
}
CONTROLS: Final = {
    "provider": "name",
    "discovery_url": "discovery",
    "secret_expires_in": "secret_life",
    "tenant": "tenants",
}
"""Names of controls by the service's names of fields, where they differ."""


class ProviderCreation:
    """Asks which, then for what that kind needs."""

    def __init__(self, providers: Providers, pages: ProviderPages) -> None:
        """`pages` show the provider when it is there."""
        self._providers = providers
        self._pages = pages

    def choose(self, who: Administrator) -> Response:
        """GET /admin/providers/-/new."""
        del who
        return self._choose(Form(start={"kind": ProviderKind.OKTA.value}))

    def details(self, who: Administrator) -> Response:
        """GET /admin/providers/-/new/details."""
        del who
        kind = _kind(request.args.get("kind", ""))
        form = Form(start={"creation": UserCreation.OFF.value})
        if kind is None:
            return self._choose(_unchosen())
        return self._details(kind, form)

    def add(self, who: Administrator) -> Response:
        """POST the same: look at it, keep it, and show what was found."""
        kind = _kind(request.form.get("kind", ""))
        if kind is None:
            return self._choose(_unchosen())
        form = Form(request.form)
        draft = _draft(form, kind)
        findings: Sequence[ProviderFinding] = ()
        if form.is_right:
            try:
                added = self._providers.add(draft, who.act)
            except ProviderUnusable as unusable:
                form = Form(request.form)
                form.wrong(WHOLE, _("The provider cannot be used like this. What was found:"))
                findings = unusable.check.findings
            except REFUSALS as refusal:
                form = Form(request.form)
                form.refused(refusal, CONTROLS)
            else:
                found = () if added.check is None else added.check.findings
                return self._pages.page(
                    added.provider.name,
                    found,
                    done=_("The provider is set up. Enter the addresses below there."),
                )
        return self._details(kind, form, findings)

    def _choose(self, form: Form) -> Response:
        return show(
            "admin/provider_new.html",
            title=_("Set up a provider"),
            crumbs=[(_("Identity providers"), PROVIDERS)],
            status=200 if form.is_right else 400,
            form=form,
            kinds=[(str(kind), PRESETS[kind].title, hint) for kind, hint in HINTS.items()],
        )

    def _details(
        self, kind: ProviderKind, form: Form, findings: Sequence[ProviderFinding] = ()
    ) -> Response:
        return show(
            "admin/provider_details.html",
            title=_("Set up: %(kind)s") % {"kind": PRESETS[kind].title},
            crumbs=[(_("Identity providers"), PROVIDERS), (_("Set up a provider"), NEW)],
            status=200 if form.is_right else 400,
            form=form,
            kind=str(kind),
            findings=findings,
            creations=[
                (UserCreation.OFF.value, _("No: an administrator makes users"), ""),
                (UserCreation.ON.value, _("Yes"), ""),
            ],
        )

    def pages(self) -> Iterable[ConsolePage]:
        """The rows of the table of pages."""
        both = frozenset({READ, WRITE})
        yield ConsolePage(NEW, "provider_new", both, self.choose)
        yield ConsolePage(DETAILS, "provider_details", both, self.details, self.add)


def _kind(name: str) -> ProviderKind | None:
    return ProviderKind(name) if name in list(ProviderKind) else None


def _unchosen() -> Form:
    form = Form()
    form.wrong("kind", _("Choose one of these."))
    return form


def _draft(form: Form, kind: ProviderKind) -> ProviderDraft:
    tenants = form.value("tenants").replace(",", " ").split()
    return ProviderDraft(
        name=form.value("name"),
        kind=str(kind),
        client_id=form.value("client_id"),
        secret=form.value("secret"),
        secret_expires_in=form.seconds("secret_life"),
        issuer=form.value("issuer"),
        authority=form.value("authority"),
        tenant=tenants[0] if len(tenants) == 1 else "",
        tenants=tenants if len(tenants) > 1 else (),
        pool=form.value("pool"),
        domain=form.value("domain"),
        changes=ProviderChanges(
            display_name=form.value("display_name") or None,
            discovery_url=form.value("discovery") or None,
            creation=form.value("creation") or None,
            creation_groups=form.lines("creation_groups") or None,
            creation_domains=form.lines("creation_domains") or None,
        ),
    )
