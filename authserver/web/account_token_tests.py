"""`/account/tokens/test`: what one of my tokens is worth, and what a call with it would get."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, request

from authserver.domain.errors import InvalidField, NotFound
from authserver.domain.written_calls import WRITTEN, read_call
from authserver.services.explained_calls import AskedCall
from authserver.web.account_tokens import TOKENS
from authserver.web.admin.forms import REFUSALS, Form
from authserver.web.admin.snippets import FIRST_CALLS
from authserver.web.languages import gettext as _
from authserver.web.rendering import render

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from flask import Response

    from authserver.domain.api_tokens import ApiToken
    from authserver.domain.ports import Clock
    from authserver.domain.resources import ProtectedResource
    from authserver.services.explained_calls import Explanation
    from authserver.services.own_api_tokens import OwnApiTokens
    from authserver.services.pasted_tokens import PastedTokens
    from authserver.services.policy_explanations import PolicyExplanations
    from authserver.services.sessions import SignedIn
    from authserver.web.visits import Visits

FORM: Final = "test-token"
TEST: Final = f"{TOKENS}/test"


class TokenTestPages:
    """Takes a token as it was pasted, looks at it once, and shows it to nobody."""

    def __init__(
        self,
        *,
        visits: Visits,
        tokens: OwnApiTokens,
        pasted: PastedTokens,
        explanations: PolicyExplanations,
        sites: Callable[[], Sequence[ProtectedResource]],
        clock: Clock,
    ) -> None:
        """Take the collaborators; `sites` are all that are registered."""
        self._visits = visits
        self._tokens = tokens
        self._pasted = pasted
        self._explanations = explanations
        self._sites = sites
        self._clock = clock

    def ask(self) -> Response:
        """GET: which token, and which call?"""
        signed_in = self._visits.signed_in_or_login(TEST)
        start = {"secret": request.args.get("token", "")[:100]}
        return self._page(signed_in, Form(start=start))

    def test(self) -> Response:
        """POST the same: the answer. Nothing is sent to the site, and nothing is recorded."""
        self._visits.current().check_csrf(FORM)
        signed_in = self._visits.signed_in_or_login(TEST)
        form = Form(request.form)
        token = self._token(signed_in, form)
        if token is None:
            return self._page(signed_in, form)
        found = self._found(token, form)
        return self._page(signed_in, form, token, found)

    def _token(self, signed_in: SignedIn, form: Form) -> ApiToken | None:
        """One of the user's own: of nobody else's is said that there is any."""
        try:
            token_id = self._pasted.token_id(form.value("secret"))
            return self._tokens.get(signed_in.user.subject, token_id)
        except (InvalidField, NotFound):
            form.wrong("secret", _("This is none of your API tokens (asv_pat_…), nor its id."))
            return None

    def _found(self, token: ApiToken, form: Form) -> Explanation | None:
        site = self._site(token, form.value("resource"))
        call = form.value("call") or ("" if site is None else f"GET {FIRST_CALLS[site.kind]}")
        written = read_call(call)
        if written is None:
            form.wrong("call", _("Write %(how)s.") % {"how": WRITTEN})
            return None
        address = form.value("address") or self._visits.current().call.peer
        asked = AskedCall(written, "" if site is None else site.name, address)
        try:
            return self._explanations.of_call(token.token_id, asked)
        except REFUSALS as refusal:
            form.refused(refusal)
            return None

    def _site(self, token: ApiToken, named: str) -> ProtectedResource | None:
        """The one that was chosen, or the first of the token's."""
        own = [each for each in self._sites() if each.is_site and each.name in token.resources]
        return next((each for each in own if each.name == named), own[0] if own else None)

    def _page(
        self,
        signed_in: SignedIn,
        form: Form,
        token: ApiToken | None = None,
        found: Explanation | None = None,
    ) -> Response:
        return render(
            "account_token_test.html",
            status=200 if form.is_right else 400,
            here="tokens",
            person=signed_in.user,
            form=form,
            token=token,
            found=found,
            is_live=token is not None and token.is_live(self._clock.now()),
            sites=sorted(each.name for each in self._sites() if each.is_site),
        )


def token_tests_blueprint(pages: TokenTestPages) -> Blueprint:
    """Serves /account/tokens/test."""
    blueprint = Blueprint("account_token_tests", __name__)
    blueprint.add_url_rule(TEST, "ask", pages.ask, methods=["GET"])
    blueprint.add_url_rule(TEST, "test", pages.test, methods=["POST"])
    return blueprint
