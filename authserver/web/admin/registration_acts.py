"""Making and revoking initial access tokens; the value of one is shown once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from flask import request

from authserver.domain.authorization_profiles import AssertionAudience
from authserver.domain.durations import written_seconds
from authserver.domain.errors import NotFound
from authserver.domain.resources import SITE_KINDS
from authserver.domain.roles import Area, to_read
from authserver.services.initial_access_tokens import (
    EXPIRES_IN,
    SIGN_IN_SCOPES,
    USER_GRANTS,
    InitialTokenDraft,
)
from authserver.web.admin.cells import Kind
from authserver.web.admin.client_lists import GRANT_LABELS, READ, WRITE
from authserver.web.admin.console_pages import ConsolePage
from authserver.web.admin.forms import REFUSALS, Form
from authserver.web.admin.questions import Question, ask, reasoned
from authserver.web.admin.registration_tokens import PATH, state_of
from authserver.web.admin.showing import show
from authserver.web.languages import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from werkzeug.wrappers import Response

    from authserver.domain.ports import Clock
    from authserver.domain.resources import ProtectedResource
    from authserver.services.initial_access_tokens import InitialAccessTokens
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.visits import Visits

CONTROLS: Final[Mapping[str, str]] = {"expires_in": "lifetime"}


@dataclass(frozen=True, slots=True)
class RegistrationTokenActs:
    """Makes and revokes them; `is_open` says whether clients can register at all."""

    visits: Visits
    tokens: InitialAccessTokens
    sites: Callable[[], Sequence[ProtectedResource]]
    clock: Clock
    issuer: str
    is_open: bool

    def new(self, who: Administrator) -> Response:
        """GET /admin/initial-access-tokens/-/new."""
        del who
        start: dict[str, str | Sequence[str]] = {
            "grant_types": [str(grant) for grant in USER_GRANTS],
            "scopes": "\n".join(SIGN_IN_SCOPES),
            "quota": "1",
            "lifetime": written_seconds(EXPIRES_IN),
            "assertion_audience": AssertionAudience.ISSUER.value,
        }
        return self._new(Form(start=start))

    def create(self, who: Administrator) -> Response:
        """POST the same: the token, this once."""
        form = Form(request.form)
        lifetime, quota = form.seconds("lifetime"), form.number("quota")
        if lifetime is None:
            form.wrong("lifetime", _("Say how long it counts: 7d, 24h."))
        if quota is None:
            form.wrong("quota", _("Write a whole number."))
        if not form.is_right or lifetime is None or quota is None:
            return self._new(form)
        draft = InitialTokenDraft(
            label=form.value("label"),
            grant_types=form.values("grant_types"),
            scopes=form.value("scopes").split(),
            resources=form.values("resources"),
            pkce_exempt=form.is_ticked("pkce_exempt"),
            assertion_audience=form.value("assertion_audience"),
            quota=quota,
            expires_in=lifetime,
        )
        try:
            fresh = self.tokens.create(draft, who.act)
        except REFUSALS as refusal:
            form.refused(refusal, CONTROLS)
            return self._new(form)
        return show(
            "admin/registration_token_made.html",
            title=_("A token for %(name)s") % {"name": fresh.token.label},
            crumbs=[(_("Initial access tokens"), PATH)],
            sentence=_("The token is made. Give it to whoever is to register clients."),
            value=fresh.value,
            label=_("Initial access token"),
            token=fresh.token,
            register=f"{self.issuer}/oauth2/register",
            is_open=self.is_open,
            back=(_("Done, to the tokens"), PATH),
        )

    def ask_revoke(self, who: Administrator, token_id: str) -> Response:
        """GET /admin/initial-access-tokens/<token_id>/revoke."""
        del who
        return ask(self._revocation(token_id), Form())

    def revoke(self, who: Administrator, token_id: str) -> Response:
        """POST the same."""
        question, form = self._revocation(token_id), Form(request.form)
        act = reasoned(who.act, form)
        if form.is_right:
            try:
                self.tokens.revoke(token_id, act)
            except REFUSALS as refusal:
                form.refused(refusal)
        if not form.is_right:
            return ask(question, form)
        return self.visits.redirect_to(f"/admin{PATH}?done=revoked")

    def _new(self, form: Form) -> Response:
        return show(
            "admin/registration_token_new.html",
            title=_("Make a token"),
            crumbs=[(_("Initial access tokens"), PATH)],
            status=200 if form.is_right else 400,
            form=form,
            is_open=self.is_open,
            grants=[(str(grant), str(label), str(grant)) for grant, label in GRANT_LABELS.items()],
            sites=[
                (each.name, each.name, each.url) for each in self.sites() if each.kind in SITE_KINDS
            ],
            audiences=[
                (AssertionAudience.ISSUER.value, _("Only our issuer")),
                (AssertionAudience.TOKEN_ENDPOINT.value, _("Our issuer or our token endpoint")),
            ],
        )

    def _revocation(self, token_id: str) -> Question:
        token = next((each for each in self.tokens.list() if each.token_id == token_id), None)
        if token is None:
            raise NotFound("initial access token", token_id)
        question = Question(
            _("Revoke this token for ever?"),
            _("It registers no client any more. Those that it registered stay, and go on."),
            _("Revoke"),
            f"{PATH}/{token_id}/revoke",
            PATH,
            [(_("Initial access tokens"), PATH)],
            facts=[
                (_("For whom"), token.label, Kind.TEXT),
                (_("State"), state_of(token, self.clock.now()), Kind.STATE),
                (_("Clients it registered"), token.used, Kind.NUMBER),
                (_("Expires"), token.expires_at, Kind.MOMENT),
            ],
        )
        return replace(question, is_dangerous=True, asks_reason=True)

    def pages(self) -> Iterable[ConsolePage]:
        """The rows of the table of pages."""
        both, new = frozenset({READ, WRITE}), f"{PATH}/-/new"
        needs = both | {to_read(Area.RESOURCES)}
        yield ConsolePage(new, "registration_token_new", needs, self.new, self.create)
        revoke = f"{PATH}/<token_id>/revoke"
        yield ConsolePage(revoke, "registration_token_revoke", both, self.ask_revoke, self.revoke)
