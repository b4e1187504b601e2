"""Errors of the pages: a page for people, a problem document (RFC 9457) for programs.

Nothing of the cause is shown but what the core wrote for outside; the request id leads whoever
runs the server to the rest.
"""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import orjson
from flask import Response, render_template, request
from werkzeug.exceptions import HTTPException

from authserver.domain.errors import (
    AlreadyExists,
    Conflict,
    DomainError,
    InvalidField,
    NotFound,
    ProtocolRefusal,
    StorageUnavailable,
    Throttled,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from flask import Flask
    from werkzeug.wrappers import Response as AnyResponse

_LOG: Final = logging.getLogger(__name__)

REQUEST_ID_KEY: Final = "authserver.request_id"
"""Where the shell puts the request id."""

_SENTENCES: Final = {
    400: "The request could not be understood.",
    401: "You need to sign in for this.",
    403: "You are not allowed to see this.",
    404: "There is no such page.",
    405: "This page cannot be used in that way.",
    409: "Somebody else changed this in the meantime, or it already exists.",
    413: "What was sent is too big.",
    415: "What was sent has a form that is not understood here.",
    429: "There were too many attempts. Wait a little and try again.",
    500: "The server made a mistake. Its log has more under the request number.",
    503: "The server cannot answer now. Try again in a moment.",
}


def register_errors(app: Flask, on_unexpected: Callable[[], None]) -> None:
    """Answer every error of `app`; `on_unexpected` is called for each that nobody foresaw."""

    def for_http(error: HTTPException) -> AnyResponse | HTTPException:
        if error.response is not None or error.code is None or error.code < HTTPStatus.BAD_REQUEST:
            return error  # a redirect, or an answer that a view made itself
        kept = [(name, value) for name, value in error.get_headers() if name in _KEPT_HEADERS]
        return _answer(error.code, headers=kept)

    def for_domain(error: DomainError) -> AnyResponse:
        status, detail, headers = _domain_answer(error)
        _LOG.info("request refused", extra={"refusal": type(error).__name__, "status": status})
        return _answer(status, detail, headers)

    def for_everything_else(error: Exception) -> AnyResponse:
        _LOG.error("unexpected error", exc_info=error, extra={"path": request.path})
        on_unexpected()
        return _answer(500)

    app.register_error_handler(HTTPException, for_http)
    app.register_error_handler(DomainError, for_domain)
    app.register_error_handler(Exception, for_everything_else)


_KEPT_HEADERS: Final = frozenset({"Allow", "Retry-After", "WWW-Authenticate"})


def _domain_answer(error: DomainError) -> tuple[int, str, list[tuple[str, str]]]:
    """Status, detail for outside, headers."""
    if isinstance(error, (Throttled, StorageUnavailable)):
        status = 429 if isinstance(error, Throttled) else 503
        return status, "", [("Retry-After", str(error.retry_after_seconds))]
    if isinstance(error, NotFound):
        return 404, f"There is no such {error.kind}.", []
    if isinstance(error, (AlreadyExists, Conflict)):
        return 409, "", []
    if isinstance(error, InvalidField):
        return 400, str(error), []
    return 400, error.description if isinstance(error, ProtocolRefusal) else "", []


def _answer(status: int, detail: str = "", headers: Iterable[tuple[str, str]] = ()) -> Response:
    title = HTTPStatus(status).phrase
    sentence = detail or _SENTENCES.get(status) or _SENTENCES[400]
    request_id = request.environ.get(REQUEST_ID_KEY, "")
    if _wants_page():
        page = render_template(
            "error.html", status=status, title=title, sentence=sentence, request_id=request_id
        )
        return Response(page, status, list(headers), mimetype="text/html")
    problem = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": sentence,
        "request_id": request_id,
    }
    return Response(
        orjson.dumps(problem), status, list(headers), mimetype="application/problem+json"
    )


def _wants_page() -> bool:
    """Whether a browser asks: programs say `*/*` or `application/json`, browsers `text/html`."""
    accepted = request.accept_mimetypes
    return accepted["text/html"] > accepted["application/json"]
