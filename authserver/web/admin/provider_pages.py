"""`/admin/providers/<name>`: one provider, tested, stopped, removed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import request

from authserver.domain.providers import LogoutRule, ProviderKind
from authserver.services.provider_addresses import (
    backchannel_logout_uri,
    jwks_uri,
    redirect_uri,
    sign_out_redirect_uri,
)
from authserver.web.admin.cells import Kind
from authserver.web.admin.console_pages import ConsolePage
from authserver.web.admin.forms import Form
from authserver.web.admin.provider_facts import bearer_facts, provider_facts
from authserver.web.admin.provider_group_rules import EFFECTS
from authserver.web.admin.provider_lists import (
    PROVIDERS,
    READ,
    WRITE,
    crumbs_to,
    health,
    provider_path,
)
from authserver.web.admin.questions import Question, ask, reasoned
from authserver.web.admin.showing import show, what_happened
from authserver.web.languages import gettext as _
from authserver.web.languages import lazy_gettext as _l

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from werkzeug.wrappers import Response

    from authserver.domain.ports import Clock
    from authserver.domain.providers import Provider
    from authserver.services.administration import Act
    from authserver.services.provider_findings import ProviderFinding
    from authserver.services.providers import Providers
    from authserver.web.admin.cells import Value
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.languages import Text
    from authserver.web.visits import Visits

DONE: Final[Mapping[str, Text]] = {
    "disabled": _l("The provider is disabled: what came by it has ended."),
    "enabled": _l("The provider is enabled."),
    "secret": _l("The new secret is used from now on."),
    "ended": _l("Only the secret that you chose stays. Delete the others at the provider, too."),
    "alone": _l("There is no other live secret: nothing was changed."),
    "directory": _l("Groups are read with the new secret from now on."),
}


class ProviderPages:
    """Shows a provider, and does what its administrators want."""

    def __init__(
        self,
        *,
        visits: Visits,
        providers: Providers,
        issuer: str,
        clock: Clock,
    ) -> None:
        """`issuer` is our own."""
        self._visits = visits
        self._providers = providers
        self._issuer = issuer
        self._clock = clock

    def show(self, who: Administrator, name: str) -> Response:
        """GET /admin/providers/<name>."""
        del who
        return self.page(name)

    def test(self, who: Administrator, name: str) -> Response:
        """POST /admin/providers/<name>/test: look at it now."""
        checked = self._providers.test(name, who.act)
        return self.page(name, () if checked.check is None else checked.check.findings)

    def page(
        self, name: str, findings: Sequence[ProviderFinding] = (), *, done: str = ""
    ) -> Response:
        """The page; with what was found when the provider was looked at just now."""
        look = self._providers.look(name)
        provider, now = look.provider, self._clock.now()
        return show(
            "admin/provider.html",
            title=provider.display_name,
            crumbs=[(_("Identity providers"), PROVIDERS)],
            provider=provider,
            facts=[*provider_facts(provider), (_("Health"), health(look), Kind.TEXT)],
            bearer=bearer_facts(provider),
            effects=EFFECTS,
            there=self._there(provider),
            secrets=[(each, each.is_live(now)) for each in provider.secrets],
            rules=look.rules,
            domains=look.domains,
            findings=findings,
            done=done or what_happened(DONE),
        )

    def _there(self, provider: Provider) -> Iterable[tuple[str, Value, str]]:
        """What has to be entered at the provider."""
        yield _("Redirect URI"), redirect_uri(self._issuer, provider.name), Kind.CODE
        if provider.logout is not LogoutRule.NONE:
            yield _("Sign-out redirect URI"), sign_out_redirect_uri(self._issuer), Kind.CODE
        if provider.kind is not ProviderKind.COGNITO:
            uri = backchannel_logout_uri(self._issuer, provider.name)
            yield _("Back-channel logout URI"), uri, Kind.CODE
        if not provider.auth.uses_secret:
            yield _("Our keys"), jwks_uri(self._issuer), Kind.CODE

    def asking(self, act: str) -> Callable[..., Response]:
        """The view of the question whether."""

        def view(who: Administrator, name: str) -> Response:
            del who
            return ask(self._question(act, name), Form())

        return view

    def doing(self, act: str) -> Callable[..., Response]:
        """The view of the answer."""

        def view(who: Administrator, name: str) -> Response:
            form = Form(request.form)
            why = who.act if act == "enable" else reasoned(who.act, form)
            if not form.is_right:
                return ask(self._question(act, name), form)
            return self._do(act, name, why)

        return view

    def _do(self, act: str, name: str, why: Act) -> Response:
        if act == "remove":
            self._providers.remove(name, why)
            return self._visits.redirect_to(f"/admin{PROVIDERS}?done=removed")
        if act == "disable":
            self._providers.disable(name, why)
            return self._visits.redirect_to(f"/admin{provider_path(name)}?done=disabled")
        self._providers.enable(name, why)
        return self._visits.redirect_to(f"/admin{provider_path(name)}?done=enabled")

    def _question(self, act: str, name: str) -> Question:
        provider = self._providers.get(name)
        shown = {"name": provider.display_name}
        title, sentence, button = {
            "disable": (
                _("Disable %(name)s?"),
                _("Nobody signs in there, and sessions, grants and tokens that came by it end."),
                _("Disable"),
            ),
            "enable": (
                _("Enable %(name)s?"),
                _("People sign in there again. What ended stays ended."),
                _("Enable"),
            ),
            "remove": (
                _("Remove %(name)s for ever?"),
                _("Its name never comes back, and the accounts there are nobody's here."),
                _("Remove for ever"),
            ),
        }[act]
        return Question(
            title % shown,
            sentence,
            button,
            f"{provider_path(name)}/{act}",
            provider_path(name),
            crumbs_to(provider),
            is_dangerous=act != "enable",
            asks_reason=act != "enable",
        )

    def pages(self) -> Iterable[ConsolePage]:
        """The rows of the table of pages."""
        one, both = f"{PROVIDERS}/<name>", frozenset({READ, WRITE})
        yield ConsolePage(one, "provider", frozenset({READ}), self.show)
        yield ConsolePage(f"{one}/test", "provider_test", both, submit=self.test)
        for act in ("disable", "enable", "remove"):
            yield ConsolePage(
                f"{one}/{act}", f"provider_{act}", both, self.asking(act), self.doing(act)
            )
