"""`/oauth2/authorize` (RFC 6749 section 3.1): takes requests in, leads them on, answers clients."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from flask import Blueprint, request
from werkzeug.exceptions import MethodNotAllowed, UnsupportedMediaType

from authserver.domain.authorization_answers import (
    AuthorizationAnswer,
    RedirectedRefusal,
    UnredirectedRefusal,
)
from authserver.domain.authorization_profiles import ResponseMode
from authserver.domain.errors import InvalidField
from authserver.domain.redirect_uris import form_target_of, host_of
from authserver.protocol.authorization_parameters import read_parameters
from authserver.services.authorization_requests import NotOpen
from authserver.services.authorization_steps import Page
from authserver.web.authorization_refusals import stopped, without_cookies
from authserver.web.client_redirects import ClientRedirect
from authserver.web.errors import REQUEST_ID_KEY
from authserver.web.onward import DISPATCHER
from authserver.web.rendering import render

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from authserver.domain.errors import ProtocolRefusal
    from authserver.services.authorization_dispatch import Dispatcher
    from authserver.services.authorization_front import AuthorizationFront
    from authserver.web.visits import Visits

_LOG: Final = logging.getLogger(__name__)

AUTHORIZE: Final = "/oauth2/authorize"
FORM: Final = "application/x-www-form-urlencoded"

PATH_OF: Final = {
    Page.LOGIN: "/login",
    Page.CHANGE_PASSWORD: "/account/password",
    Page.SELECT_ACCOUNT: "/select-account",
    Page.CONSENT: "/consent",
}
"""Where each step is."""

SUBMIT: Final = "document.forms[0].submit()"
"""The one script of this server: sends the answer on at once; a button does it without."""


class AuthorizationEndpoint:
    """The endpoint, and the dispatcher behind it."""

    def __init__(self, visits: Visits, front: AuthorizationFront, dispatcher: Dispatcher) -> None:
        """Take the collaborators; hold no state of its own."""
        self._visits = visits
        self._front = front
        self._dispatcher = dispatcher

    def receive(self) -> AnyResponse:
        """GET: keep the request for this browser, and send it to the dispatcher."""
        _refuse_head("GET, POST")
        visit = self._visits.current()
        query = read_parameters(request.query_string.decode("latin-1"))
        request_id = self._front.receive(query, visit.browser, visit.call)
        return self._onward(DISPATCHER, {"request": request_id})

    def hold(self) -> AnyResponse:
        """POST: keep the request until the browser comes back by a link, with its cookies."""
        if request.mimetype != FORM:
            raise UnsupportedMediaType
        sent = (request.query_string, request.get_data())
        query = read_parameters(b"&".join(part for part in sent if part).decode("latin-1"))
        held = self._front.hold(query, self._visits.current().call)
        return self._onward(
            AUTHORIZE, {"client_id": held.client_id, "request_uri": held.request_uri}
        )

    def lead_on(self) -> AnyResponse:
        """GET: the next step, or the answer to the client."""
        _refuse_head("GET")
        visit = self._visits.current()
        if not visit.came_with_browser:
            raise without_cookies()
        request_id = request.args.get("request", "")
        try:
            step = self._dispatcher.advance(request_id, visit.browser, visit.signed_in, visit.call)
        except NotOpen as error:
            raise stopped(error) from None
        if isinstance(step, Page):
            return self._onward(PATH_OF[step], {"request": request_id})
        return answered(step)

    def _onward(self, path: str, parameters: dict[str, str]) -> AnyResponse:
        return self._visits.redirect_to(f"{path}?{urlencode(parameters)}")


def authorize_blueprint(endpoint: AuthorizationEndpoint) -> Blueprint:
    """Serves the endpoint and the dispatcher, and tells each refusal to whom it concerns."""
    blueprint = Blueprint("authorize", __name__)
    blueprint.add_url_rule(AUTHORIZE, "receive", endpoint.receive, methods=["GET"])
    blueprint.add_url_rule(AUTHORIZE, "hold", endpoint.hold, methods=["POST"])
    blueprint.add_url_rule(DISPATCHER, "lead_on", endpoint.lead_on, methods=["GET"])

    @blueprint.errorhandler(RedirectedRefusal)
    def tell_client(refusal: RedirectedRefusal) -> AnyResponse:
        _log(refusal, refusal.target.client_id)
        return answered(refusal.answer)

    @blueprint.errorhandler(UnredirectedRefusal)
    def tell_user(refusal: UnredirectedRefusal) -> AnyResponse:
        _log(refusal, "")
        return _error_page(refusal.error, refusal.description)

    @blueprint.errorhandler(InvalidField)
    def tell_user_of(fault: InvalidField) -> AnyResponse:
        return _error_page("invalid_request", str(fault))

    return blueprint


def answered(answer: AuthorizationAnswer) -> AnyResponse:
    """The answer on its way to the client: a redirect, or a form that sends itself."""
    if answer.response_mode is ResponseMode.FORM_POST:
        return render(
            "form_post.html",
            form_targets=[form_target_of(answer.redirect_uri)],
            inline_script=SUBMIT,
            target=answer.redirect_uri,
            host=host_of(answer.redirect_uri),
            parameters=answer.parameters,
            is_error=any(name == "error" for name, _ in answer.parameters),
        )
    return ClientRedirect(answer.location)


def _refuse_head(allowed: str) -> None:
    """Flask answers HEAD by the view of GET; here that would store something, or use up a code."""
    if request.method == "HEAD":
        raise MethodNotAllowed(valid_methods=allowed.split(", "))


def _error_page(error: str, description: str) -> Response:
    return render(
        "authorization_error.html",
        status=400,
        error=error,
        description=description,
        request_id=request.environ.get(REQUEST_ID_KEY, ""),
    )


def _log(refusal: ProtocolRefusal, client_id: str) -> None:
    _LOG.info(
        "authorization request refused",
        extra={"error": refusal.error, "detail": refusal.detail, "client_id": client_id},
    )
