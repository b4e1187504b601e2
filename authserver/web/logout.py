"""Signing out: by the user's own wish, and at a client's (RP-Initiated Logout)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from flask import Blueprint, redirect, request

from authserver.domain.errors import StorageUnavailable
from authserver.domain.redirect_uris import form_target_of
from authserver.services.sign_out import LogoutProblem, LogoutRequest
from authserver.web.account import act_of
from authserver.web.client_redirects import ClientRedirect
from authserver.web.languages import gettext as _
from authserver.web.languages import lazy_gettext as _l
from authserver.web.languages import prefer
from authserver.web.page_refusals import PageRefusal
from authserver.web.rendering import render

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict
    from werkzeug.wrappers import Response as AnyResponse

    from authserver.services.provider_sign_out import ProviderSignOut, WayOut
    from authserver.services.sessions import Sessions, SignedIn
    from authserver.services.sign_out import LogoutPlan, SignOut
    from authserver.web.visits import Visits

FORM: Final = "sign-out"
ENDPOINT: Final = "/oauth2/logout"
OWN: Final = "/logout"
SIGNED_OUT: Final = "/signed-out"
LONGEST_QUERY: Final = 7500
"""Of what a post is turned into: longer ones are refused at the door."""
PARAMETERS: Final = {
    "id_token_hint": 8192,
    "logout_hint": 320,
    "client_id": 100,
    "post_logout_redirect_uri": 1000,
    "state": 2048,
    "ui_locales": 500,
}
"""What the endpoint knows, with the longest value of each in characters."""


class LogoutPages:
    """Ends the browser's session, after asking unless the client proves that it means this one.

    Whoever came by an identity provider is signed in there still. Who signs out here by a wish of
    their own goes on to sign out there; who was signed out by a client is offered to.
    """

    def __init__(
        self, *, visits: Visits, sessions: Sessions, sign_out: SignOut, provider: ProviderSignOut
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._visits = visits
        self._sessions = sessions
        self._sign_out = sign_out
        self._provider = provider

    def endpoint(self) -> AnyResponse:
        """GET /oauth2/logout."""
        sent = _parameters(request.args)
        prefer(sent.get("ui_locales", "").split())
        visit = self._visits.current()
        signed_in = visit.signed_in
        plan = self._sign_out.plan(
            LogoutRequest(
                id_token_hint=sent.get("id_token_hint", ""),
                client_id=sent.get("client_id", ""),
                post_logout_redirect_uri=sent.get("post_logout_redirect_uri", ""),
                state=sent.get("state", ""),
            ),
            None if signed_in is None else signed_in.session,
            visit.call.at,
        )
        # HEAD is no wish of anybody's.
        if plan.problem is None and not plan.needs_consent and request.method == "GET":
            return self._end(signed_in, plan.redirect_uri)
        if signed_in is None and plan.problem is None:
            return self._visits.redirect_to(SIGNED_OUT)
        return self._question(plan, sent, signed_in)

    @staticmethod
    def bounce() -> AnyResponse:
        """POST /oauth2/logout: the same as GET, which alone brings our cookies from elsewhere."""
        sent = {name: value for name, value in _parameters(request.form).items() if value}
        if len(urlencode(sent)) > LONGEST_QUERY:
            # Without it the user is asked.
            sent.pop("id_token_hint", None)
        return redirect(f"{request.script_root}{ENDPOINT}?{urlencode(sent)}", 303)

    def confirmed(self) -> AnyResponse:
        """POST /logout: the user's own wish, or the answer to the question."""
        visit = self._visits.current()
        signed_in = visit.signed_in
        try:
            visit.check_csrf(FORM)
        except PageRefusal:
            if signed_in is not None:
                raise
            # The second click of two: there is nothing left to do, or to be protected.
            return self._end(None, "")
        sent = _parameters(request.form)
        plan = self._sign_out.plan(
            LogoutRequest(
                client_id=sent.get("client_id", ""),
                post_logout_redirect_uri=sent.get("post_logout_redirect_uri", ""),
                state=sent.get("state", ""),
            ),
            None if signed_in is None else signed_in.session,
            visit.call.at,
        )
        return self._end(signed_in, plan.redirect_uri, goes_on=True)

    @staticmethod
    def signed_out() -> AnyResponse:
        """GET /signed-out."""
        return render("signed_out.html", way_out=None, goes_on=False)

    def _end(
        self, signed_in: SignedIn | None, redirect_uri: str, *, goes_on: bool = False
    ) -> AnyResponse:
        visit = self._visits.current()
        way_out = None
        if signed_in is not None:
            session_id = signed_in.session.session_id
            self._sessions.end(session_id, act_of(visit, signed_in.user.subject))
            way_out = None if redirect_uri else self._way_out(session_id)
        visit.end()
        if redirect_uri:
            return ClientRedirect(redirect_uri)
        if way_out is None:
            return self._visits.redirect_to(SIGNED_OUT)
        # No redirect: it would follow a form, whose policy knows our own addresses alone, while a
        # provider sends the browser from one of its hosts to the next.
        return render("signed_out.html", way_out=way_out, goes_on=goes_on)

    def _way_out(self, session_id: str) -> WayOut | None:
        try:
            return self._provider.way_out(session_id)
        except StorageUnavailable:
            # What was asked for is done.
            return None

    def _question(
        self, plan: LogoutPlan, sent: dict[str, str], signed_in: SignedIn | None
    ) -> AnyResponse:
        # Judged once more when it is confirmed; the ID token stays out of the page.
        hidden = {"client_id": plan.client.client_id} if plan.client and plan.redirect_uri else {}
        if hidden:
            hidden["post_logout_redirect_uri"] = sent["post_logout_redirect_uri"]
            hidden["state"] = sent.get("state", "")
        return render(
            "sign_out.html",
            status=200 if plan.problem is None else 400,
            form_targets=[form_target_of(plan.redirect_uri)] if plan.redirect_uri else (),
            person=None if signed_in is None else signed_in.user,
            client=plan.client,
            problem=_sentence(plan.problem),
            hidden=hidden,
        )


def logout_blueprint(pages: LogoutPages) -> Blueprint:
    """Serves /oauth2/logout, /logout and /signed-out."""
    blueprint = Blueprint("logout", __name__)
    blueprint.add_url_rule(ENDPOINT, "endpoint", pages.endpoint, methods=["GET"])
    blueprint.add_url_rule(ENDPOINT, "bounce", pages.bounce, methods=["POST"])
    blueprint.add_url_rule(OWN, "confirmed", pages.confirmed, methods=["POST"])
    blueprint.add_url_rule(SIGNED_OUT, "signed_out", pages.signed_out, methods=["GET"])
    return blueprint


def _parameters(values: MultiDict[str, str]) -> dict[str, str]:
    """What we know of what was sent; unknown parameters are ignored.

    Raises:
        PageRefusal: one came twice, or is too long.
    """
    sent = {}
    for name, longest in PARAMETERS.items():
        found = values.getlist(name)
        if len(found) > 1 or any(len(value) > longest for value in found):
            raise PageRefusal(
                400,
                _l("The app's request is wrong"),
                _l("A part of its address stands there twice, or is too long. Nothing was done."),
                _l("You can sign out on your account page."),
            )
        if found:
            sent[name] = found[0]
    return sent


def _sentence(problem: LogoutProblem | None) -> str:
    if problem is None:
        return ""
    if problem is LogoutProblem.URI:
        return _(
            "The app asked to send you to an address that is not registered for it (invalid "
            "post_logout_redirect_uri). You will stay here."
        )
    if problem is LogoutProblem.CLIENT:
        return _("The app is not known here (invalid client_id).")
    return _("The app did not prove whom it wants to sign out (invalid id_token_hint).")
