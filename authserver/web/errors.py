"""Errors of the pages: a page for people, a problem document (RFC 9457) for programs.

Nothing of the cause is shown but what the core wrote for outside; the request id leads whoever
runs the server to the rest.
"""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import orjson
from flask import Response, request
from werkzeug.exceptions import HTTPException

from authserver.domain.errors import (
    AlreadyExists,
    Conflict,
    DomainError,
    Forbidden,
    InvalidField,
    NotFound,
    ProtocolRefusal,
    StorageUnavailable,
    Throttled,
)
from authserver.web.languages import lazy_gettext as _l
from authserver.web.page_refusals import PageRefusal
from authserver.web.rendering import render

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from flask import Flask
    from werkzeug.wrappers import Response as AnyResponse

    from authserver.web.languages import Text

_LOG: Final = logging.getLogger(__name__)

REQUEST_ID_KEY: Final = "authserver.request_id"
"""Where the shell puts the request id."""

_SENTENCES: Final = {
    400: _l("The request could not be understood."),
    401: _l("You need to sign in for this."),
    403: _l("You are not allowed to see this."),
    404: _l("There is no such page."),
    405: _l("This page cannot be used in that way."),
    409: _l("Somebody else changed this in the meantime, or it already exists."),
    413: _l("What was sent is too big."),
    415: _l("What was sent has a form that is not understood here."),
    429: _l("There were too many attempts. Wait a little and try again."),
    500: _l("The server made a mistake. Its log has more under the request number."),
    503: _l("The server cannot answer now. Try again in a moment."),
}
_TITLES: Final = {
    400: _l("Bad Request"),
    401: _l("Unauthorized"),
    403: _l("Forbidden"),
    404: _l("Not Found"),
    405: _l("Method Not Allowed"),
    409: _l("Conflict"),
    413: _l("Content Too Large"),
    415: _l("Unsupported Media Type"),
    429: _l("Too Many Requests"),
    500: _l("Internal Server Error"),
    503: _l("Service Unavailable"),
}
"""Titles of the error pages; programs get the phrases of the standard."""


def register_errors(app: Flask, on_unexpected: Callable[[], None]) -> None:
    """Answer every error of `app`; `on_unexpected` is called for each that nobody foresaw."""

    def for_http(error: HTTPException) -> AnyResponse | HTTPException:
        if error.response is not None or error.code is None or error.code < HTTPStatus.BAD_REQUEST:
            return error  # a redirect, or an answer that a view made itself
        if isinstance(error, PageRefusal):
            return _answer(error.code, str(error.sentence), title=error.title, advice=error.advice)
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
    if isinstance(error, Forbidden):
        return 403, str(error), []
    if isinstance(error, InvalidField):
        return 400, str(error), []
    return 400, error.description if isinstance(error, ProtocolRefusal) else "", []


def _answer(
    status: int,
    detail: str = "",
    headers: Iterable[tuple[str, str]] = (),
    *,
    title: Text = "",
    advice: Text = "",
) -> Response:
    phrase = HTTPStatus(status).phrase
    sentence = detail or _SENTENCES.get(status) or _SENTENCES[400]
    request_id = request.environ.get(REQUEST_ID_KEY, "")
    if _wants_page():
        page = render(
            "error.html",
            status=status,
            code=status,
            title=title or _TITLES.get(status) or phrase,
            sentence=sentence,
            advice=advice,
            request_id=request_id,
        )
        page.headers.extend(list(headers))
        return page
    problem = {
        "type": "about:blank",
        "title": phrase,
        "status": status,
        "detail": " ".join(str(text) for text in (sentence, advice) if text),
        "request_id": request_id,
    }
    return Response(
        orjson.dumps(problem), status, list(headers), mimetype="application/problem+json"
    )


def _wants_page() -> bool:
    """Whether a browser asks: programs say `*/*` or `application/json`, browsers `text/html`."""
    accepted = request.accept_mimetypes
    return accepted["text/html"] > accepted["application/json"]
