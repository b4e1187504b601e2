"""`/admin/providers/<name>/secret`: what we prove ourselves with at a provider."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import request

from authserver.web.admin.console_pages import ConsolePage
from authserver.web.admin.forms import REFUSALS, Form
from authserver.web.admin.provider_lists import PROVIDERS, READ, WRITE, crumbs_to, provider_path
from authserver.web.admin.questions import Question, ask
from authserver.web.languages import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from werkzeug.wrappers import Response

    from authserver.services.provider_secrets import ProviderSecrets
    from authserver.services.providers import Providers
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.visits import Visits


@dataclass(frozen=True, slots=True)
class ProviderSecretPages:
    """Takes secrets in; no page shows one again."""

    visits: Visits
    providers: Providers
    secrets: ProviderSecrets

    def ask_new(self, who: Administrator, name: str) -> Response:
        """GET /admin/providers/<name>/secret."""
        del who
        return self._new(name, Form())

    def add(self, who: Administrator, name: str) -> Response:
        """POST the same."""
        form = Form(request.form)
        expires_in = form.seconds("secret_life")
        if not form.is_right:
            return self._new(name, form)
        try:
            self.secrets.add(name, form.value("secret"), who.act, expires_in=expires_in)
        except REFUSALS as refusal:
            again = Form(request.form)
            again.refused(
                refusal, {"secret_expires_in": "secret_life", "expires_in": "secret_life"}
            )
            return self._new(name, again)
        return self.visits.redirect_to(f"/admin{provider_path(name)}?done=secret")

    def _new(self, name: str, form: Form) -> Response:
        provider = self.providers.get(name)
        question = Question(
            _("New secret of ours at %(name)s") % {"name": provider.display_name},
            _("Paste the client secret that the provider made for us. It is sealed at once."),
            _("Keep it"),
            f"{provider_path(name)}/secret",
            provider_path(name),
            crumbs_to(provider),
        )
        return ask(question, form, template="admin/provider_secret.html")

    def pages(self) -> Iterable[ConsolePage]:
        """The rows of the table of pages."""
        one, both = f"{PROVIDERS}/<name>", frozenset({READ, WRITE})
        yield ConsolePage(f"{one}/secret", "provider_secret", both, self.ask_new, self.add)
