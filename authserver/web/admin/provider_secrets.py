"""`/admin/providers/<name>/secret`, `/secrets/expire`, `/directory-secret`: our secrets there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import request

from authserver.web.admin.console_pages import ConsolePage
from authserver.web.admin.forms import REFUSALS, Form
from authserver.web.admin.provider_lists import PROVIDERS, READ, WRITE, crumbs_to, provider_path
from authserver.web.admin.questions import Question, ask
from authserver.web.languages import gettext as _
from authserver.web.moments import moment_in_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from werkzeug.wrappers import Response

    from authserver.domain.ports import Clock
    from authserver.domain.providers import Provider, ProviderSecret
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
    clock: Clock

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
            is_done_once=True,
        )
        return ask(question, form, template="admin/provider_secret.html")

    def ask_end(self, who: Administrator, name: str) -> Response:
        """GET /admin/providers/<name>/secrets/expire."""
        del who
        newest = next((each.secret_id for each in self._live(self.providers.get(name))), "")
        return self._end(name, Form(start={"keep": newest, "overlap": "0"}))

    def end(self, who: Administrator, name: str) -> Response:
        """POST the same: the one that was chosen stays, whatever came meanwhile."""
        form = Form(request.form)
        overlap, keep = form.seconds("overlap"), form.value("keep")
        if not keep:
            form.wrong("keep", _("Choose one."))
        if not form.is_right:
            return self._end(name, form)
        try:
            ended = self.secrets.expire(name, who.act, keep=keep, overlap_seconds=overlap or 0)
        except REFUSALS as refusal:
            form.refused(refusal)
            return self._end(name, form)
        return self.visits.redirect_to(
            f"/admin{provider_path(name)}?done={'ended' if ended else 'alone'}"
        )

    def _end(self, name: str, form: Form) -> Response:
        provider = self.providers.get(name)
        question = Question(
            _("End older secrets of ours at %(name)s?") % {"name": provider.display_name},
            _("See first that people sign in there with the new one: the others do not come back."),
            _("End the others"),
            f"{provider_path(name)}/secrets/expire",
            provider_path(name),
            crumbs_to(provider),
            is_dangerous=True,
            is_done_once=True,
        )
        live = [
            (
                each.secret_id,
                f"…{each.hint}" if each.hint else each.secret_id,
                _("since %(when)s") % {"when": moment_in_words(each.created_at)},
            )
            for each in self._live(provider)
        ]
        return ask(question, form, template="admin/provider_secrets_expire.html", live=live)

    def _live(self, provider: Provider) -> Sequence[ProviderSecret]:
        """Newest first: that is the one that is used."""
        now = self.clock.now()
        live = [each for each in provider.secrets if each.is_live(now)]
        return sorted(live, key=lambda each: each.created_at, reverse=True)

    def ask_directory(self, who: Administrator, name: str) -> Response:
        """GET /admin/providers/<name>/directory-secret."""
        del who
        return self._directory(name, Form())

    def set_directory(self, who: Administrator, name: str) -> Response:
        """POST the same."""
        form = Form(request.form)
        try:
            self.secrets.set_directory_secret(name, form.value("secret"), who.act)
        except REFUSALS as refusal:
            form.refused(refusal)
            return self._directory(name, form)
        return self.visits.redirect_to(f"/admin{provider_path(name)}?done=directory")

    def _directory(self, name: str, form: Form) -> Response:
        provider = self.providers.get(name)
        question = Question(
            _("Secret for the directory of %(name)s") % {"name": provider.display_name},
            _(
                "With it groups are read there: an API token of Okta's, or the client secret for "
                "Microsoft Graph. It is sealed at once, and takes the place of the one before."
            ),
            _("Keep it"),
            f"{provider_path(name)}/directory-secret",
            provider_path(name),
            crumbs_to(provider),
            is_done_once=True,
        )
        return ask(question, form, template="admin/provider_directory_secret.html")

    def pages(self) -> Iterable[ConsolePage]:
        """The rows of the table of pages."""
        one, both = f"{PROVIDERS}/<name>", frozenset({READ, WRITE})
        yield ConsolePage(f"{one}/secret", "provider_secret", both, self.ask_new, self.add)
        yield ConsolePage(
            f"{one}/secrets/expire", "provider_secrets_expire", both, self.ask_end, self.end
        )
        yield ConsolePage(
            f"{one}/directory-secret",
            "provider_directory_secret",
            both,
            self.ask_directory,
            self.set_directory,
        )
