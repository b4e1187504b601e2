"""The administration API as Flask serves it: one rule, behind which the table decides."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, request
from werkzeug.routing import BaseConverter

from authserver.domain.calls import Call
from authserver.web.admin_api import problem_kinds as kinds
from authserver.web.admin_api.dispatch import problem_answer
from authserver.web.admin_api.exchange import ApiRequest
from authserver.web.admin_api.problems import Problem
from authserver.web.cross_site import API_PATH
from authserver.web.errors import REQUEST_ID_KEY

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.sansio.blueprints import BlueprintSetupState

    from authserver.web.admin_api.dispatch import AdminApi
    from authserver.web.admin_api.exchange import ApiAnswer

_LOG: Final = logging.getLogger(__name__)
METHODS: Final = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
HEADERS_READ: Final = ("Authorization", "Content-Type", "Idempotency-Key", "If-Match")
PEER_KEY: Final = "authserver.peer"


def admin_api_blueprint(
    api: AdminApi, now: Callable[[], float], on_unexpected: Callable[[], None]
) -> Blueprint:
    """Everything below the API's path, also what is not there.

    `on_unexpected` is called for each error that nobody foresaw.
    """
    blueprint = Blueprint("admin_api", __name__, url_prefix=API_PATH)

    def answer(rest: str = "") -> Response:
        call = Call(
            at=now(),
            request_id=str(request.environ.get(REQUEST_ID_KEY, "")),
            peer=str(request.environ.get(PEER_KEY, "")),
        )
        asked = ApiRequest(
            method=request.method,
            path=f"/{rest}",
            query=request.query_string.decode("latin-1"),
            headers={
                name.lower(): request.headers[name]
                for name in HEADERS_READ
                if name in request.headers
            },
            body=request.get_data(cache=False),
            call=call,
        )
        try:
            answered = api.answer(asked)
        except Exception:  # noqa: BLE001 - the API words what nobody foresaw itself, too
            _LOG.exception("unexpected error", extra={"path": request.path})
            on_unexpected()
            answered = problem_answer(
                Problem(kinds.UNEXPECTED, kinds.UNEXPECTED.about), call.request_id
            )
        return _response(answered)

    blueprint.record_once(_know_converter)
    for rule in ("", f"/<{Anything.name}:rest>"):
        blueprint.add_url_rule(
            rule,
            view_func=answer,
            methods=METHODS,
            provide_automatic_options=False,
            strict_slashes=False,
            merge_slashes=False,
        )
    return blueprint


class Anything(BaseConverter):
    """Whatever stands in a path, line ends and empty segments too, which Flask's own leave out."""

    name = "anything"
    regex = "(?s:.*)"
    part_isolating = False


def _know_converter(state: BlueprintSetupState) -> None:
    state.app.url_map.converters[Anything.name] = Anything


def _response(answered: ApiAnswer) -> Response:
    response = Response(answered.body, answered.status, list(answered.headers))
    if not answered.body:
        response.headers.remove("Content-Type")
    return response
