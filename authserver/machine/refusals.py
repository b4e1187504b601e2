"""Every refusal as an answer: the OAuth code for machines, a description for developers.

What operators may know (`detail`) never gets here; the shell logs it.
"""

from __future__ import annotations

import re
from typing import Final

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
from authserver.machine.responses import NO_STORE, Headers, Response, json_response

BASIC_CHALLENGE: Final[Headers] = (
    ("WWW-Authenticate", 'Basic realm="authserver", charset="UTF-8"'),
)
BEARER_CHALLENGE: Final[Headers] = (
    ("WWW-Authenticate", 'Bearer realm="authserver", error="invalid_token"'),
)
BARE_CHALLENGE: Final[Headers] = (("WWW-Authenticate", 'Bearer realm="authserver"'),)
SCOPE_CHALLENGE: Final[Headers] = (
    (
        "WWW-Authenticate",
        'Bearer realm="authserver", error="insufficient_scope", scope="openid"',
    ),
)
"""Userinfo is the only resource of this server that asks for a scope."""

LONGEST_DESCRIPTION: Final = 400
_FORBIDDEN: Final = re.compile(r"[^\x20-\x21\x23-\x5b\x5d-\x7e]")
"""All but the characters of `error` and `error_description` (RFC 6749 section 5.2)."""

STATUS_OF_CODE: Final = {
    "invalid_client": 401,
    "invalid_token": 401,
    "insufficient_scope": 403,
    "temporarily_unavailable": 503,
}
"""Where the answer is not 400 (RFC 6749 section 5.2, RFC 6750 section 3.1)."""

_CHALLENGE_OF_CODE: Final[dict[str, Headers]] = {
    "invalid_client": BASIC_CHALLENGE,
    "invalid_token": BEARER_CHALLENGE,
    "insufficient_scope": SCOPE_CHALLENGE,
}


class TokenMissing(ProtocolRefusal):
    """A request without an access token: 401 without an error code (RFC 6750 section 3.1)."""

    def __init__(self) -> None:
        """Say where the token belongs."""
        super().__init__("invalid_token", "send the access token as Authorization: Bearer")


class FrameRefusal(Exception):
    """The HTTP frame itself is refused, before anything in it is read as OAuth.

    `status` is the HTTP status code; `description` names what is allowed.
    """

    def __init__(
        self,
        status: int,
        description: str,
        *,
        error: str = "invalid_request",
        headers: Headers = (),
    ) -> None:
        """Remember what to answer; `headers` are added to the answer."""
        super().__init__(description)
        self.status = status
        self.error = error
        self.description = description
        self.headers = headers


def refusal_response(error: DomainError | FrameRefusal) -> Response:
    """The answer to any refusal; total, so that no refusal becomes a 500."""
    if isinstance(error, FrameRefusal):
        return _answer(error.status, error.error, error.description, error.headers)
    if isinstance(error, Throttled):
        return _answer(429, error.error, error.description, _retry_after(error.retry_after_seconds))
    if isinstance(error, ProtocolRefusal):
        return _answer(
            STATUS_OF_CODE.get(error.error, 400),
            error.error,
            error.description,
            BARE_CHALLENGE
            if isinstance(error, TokenMissing)
            else _CHALLENGE_OF_CODE.get(error.error, ()),
        )
    if isinstance(error, InvalidField):
        return _answer(400, "invalid_request", f"{error.field}: {error.allowed}")
    if isinstance(error, StorageUnavailable):
        return _answer(
            503,
            "temporarily_unavailable",
            "the server cannot answer now, try again after Retry-After seconds",
            _retry_after(error.retry_after_seconds),
        )
    return _unnamed(error)


def _unnamed(error: DomainError) -> Response:
    """Refusals whose text may repeat what the caller sent: say the kind, not the text."""
    if isinstance(error, NotFound):
        return _answer(404, "not_found", "there is no such thing here")
    if isinstance(error, (AlreadyExists, Conflict)):
        return _answer(409, "conflict", "the state of the thing does not allow this")
    return _answer(400, "invalid_request", "the request is not allowed")


def _answer(status: int, error: str, description: str, headers: Headers = ()) -> Response:
    body = {"error": cleaned(error), "error_description": cleaned(description)}
    return json_response(body, status=status, headers=NO_STORE + headers)


def cleaned(text: str, longest: int = LONGEST_DESCRIPTION) -> str:
    """`text`, short enough and with only the characters that RFC 6749 section 5.2 allows."""
    return _FORBIDDEN.sub("?", text.replace('"', "'"))[:longest]


def _retry_after(seconds: int) -> Headers:
    """Whole seconds, at least one (RFC 9110 section 10.2.3)."""
    return (("Retry-After", str(max(1, seconds))),)
