"""Signing in at identity providers: the way there, and the way back."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from flask import Blueprint, request

from authserver.domain.upstream_sign_ins import AttemptPurpose, SignInProblem
from authserver.services.authorization_requests import NotOpen
from authserver.services.federated_sign_in import Visitor
from authserver.services.sign_in_problems import SignInFailed
from authserver.services.upstream_attempts import Way
from authserver.web.client_redirects import ClientRedirect
from authserver.web.errors import REQUEST_ID_KEY
from authserver.web.languages import gettext as _
from authserver.web.languages import prefer
from authserver.web.login import AGAIN, LONGEST_USERNAME
from authserver.web.onward import Onward
from authserver.web.rendering import render
from authserver.web.sign_in_problems import TOLD

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from authserver.services.authorization_requests import AuthorizationRequests, OpenRequest
    from authserver.services.federated_sign_in import FederatedSignIn
    from authserver.services.known_browsers import KnownBrowsers
    from authserver.web.visits import Visit, Visits

_LOG: Final = logging.getLogger(__name__)
IDENTITIES: Final = "/account/identities"
CONNECTED: Final = "?done=connected"
PARAMETERS: Final = ("state", "code", "iss", "error")
"""What we read of an authorization response; descriptions of errors are nobody's business here."""


class FederatedLogin:
    """Sends browsers to providers, and judges what they bring back."""

    def __init__(
        self,
        *,
        visits: Visits,
        sign_in: FederatedSignIn,
        requests: AuthorizationRequests,
        known_browsers: KnownBrowsers,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._visits = visits
        self._sign_in = sign_in
        self._requests = requests
        self._known_browsers = known_browsers

    def begin(self, provider: str) -> AnyResponse:
        """GET /login/<provider>: on to the provider.

        At once where the browser's own authorization request waits for it, or a page of ours led
        here. Nobody else's link begins a sign-in: it leads to our page, and the person decides.
        """
        visit = self._visits.current()
        onward = Onward.read(request.args)
        opened = self._open(onward, visit)
        if onward.request_id and opened is None:
            return self._visits.redirect_to(onward.target)
        again = AGAIN in request.args
        if opened is None and visit.signed_in is not None and not again:
            return self._visits.redirect_to(onward.target)
        if request.method != "GET" or not (opened is not None or _came_from_here()):
            kept = {**onward.fields, AGAIN: "yes"} if again else onward.fields
            return self._visits.redirect_to(f"/login?{urlencode(kept)}")
        try:
            url = self._sign_in.begin(
                provider,
                visitor_of(visit),
                Way(onward.request_id, onward.next),
                opened=opened,
                login_hint=request.args.get("login_hint", "")[:LONGEST_USERNAME],
                fresh=again,
            )
        except SignInFailed as failed:
            return problem_page(failed)
        return ClientRedirect(url)

    def callback(self, provider: str) -> AnyResponse:
        """GET /login/<provider>/callback: what the provider answered."""
        visit = self._visits.current()
        try:
            arrival = self._sign_in.complete(provider, _answer(), visitor_of(visit))
        except SignInFailed as failed:
            return problem_page(failed)
        if arrival.started is not None:
            visit.begin(arrival.started)
            subject = arrival.started.session.subject
            visit.remember(self._known_browsers.remember(visit.known_browsers, subject))
        if arrival.purpose is AttemptPurpose.LINK:
            return self._visits.redirect_to(IDENTITIES + CONNECTED)
        way = {"request": arrival.way.request_id, "next": arrival.way.next}
        return self._visits.redirect_to(Onward.read(way).target)

    def _open(self, onward: Onward, visit: Visit) -> OpenRequest | None:
        if not onward.request_id:
            return None
        try:
            opened = self._requests.open(onward.request_id, visit.browser, visit.call.at)
        except NotOpen:
            return None
        prefer(opened.request.parameters.ui_locales)
        return opened


def federated_blueprint(pages: FederatedLogin) -> Blueprint:
    """Serves /login/<provider> and its callback."""
    blueprint = Blueprint("federated", __name__)
    blueprint.add_url_rule("/login/<provider>", "begin", pages.begin, methods=["GET"])
    callback = "/login/<provider>/callback"
    blueprint.add_url_rule(callback, "callback", pages.callback, methods=["GET"])
    return blueprint


def visitor_of(visit: Visit) -> Visitor:
    """The browser of this request, as services know it."""
    return Visitor(
        visit.browser, visit.signed_in, visit.call, visit.user_agent, visit.known_browsers
    )


def problem_page(failed: SignInFailed) -> Response:
    """A fixed text for the problem, and the way back; the cause is for the log alone."""
    told = TOLD[failed.problem]
    _LOG.info(
        "sign-in at a provider refused",
        extra={"refusal": str(failed.problem), "detail": failed.detail},
    )
    onward = Onward.read({"request": failed.request_id, "next": failed.next})
    if onward.next == IDENTITIES:
        target, label = IDENTITIES, _("Back to your connections")
    else:
        target, label = f"/login?{urlencode(onward.fields)}", _("Sign in again")
    return render(
        "sign_in_problem.html",
        status=told.status,
        told=told,
        problem=str(failed.problem),
        onward=target,
        label=label,
        request_id=request.environ.get(REQUEST_ID_KEY, ""),
    )


def _came_from_here() -> bool:
    """Whether a page of ours led here; browsers that do not say are believed.

    Whoever forges that gets no more than a person sent to a provider to sign in there.
    """
    return request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"


def _answer() -> dict[str, str]:
    """The parameters of the answer. Raises SignInFailed when one came twice."""
    found = {name: request.args.getlist(name) for name in PARAMETERS}
    if any(len(values) > 1 for values in found.values()):
        raise SignInFailed(SignInProblem.STATE_UNKNOWN, detail="a parameter came twice")
    return {name: values[0] for name, values in found.items() if values}
