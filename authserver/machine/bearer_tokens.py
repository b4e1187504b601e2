"""Access tokens as callers bring them: in the header or the form, in one place (RFC 6750)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from authserver.domain.errors import InvalidField, ProtocolRefusal
from authserver.machine.forms import parse_form
from authserver.machine.gate import is_form
from authserver.machine.refusals import FrameRefusal, TokenMissing

if TYPE_CHECKING:
    from authserver.machine.requests import Request

TOKEN_LIMIT: Final = {"access_token": 16_384}
"""The form field of section 2.2 and its longest value in characters."""

_BEARER: Final = re.compile(r"bearer +([A-Za-z0-9._~+/-]+=*)", re.IGNORECASE)


def presented_token(request: Request) -> str:
    """The one access token of a request.

    Raises:
        TokenMissing: there is none.
        ProtocolRefusal: `invalid_token`, the header holds something else.
        InvalidField: it comes in two places, twice, or in the query string, where logs see it.
        FrameRefusal: 415, there is a body that is no form.
    """
    if request.query:
        raise InvalidField("query string", "must be empty, the token belongs in the header")
    header = request.headers.get("authorization", "")
    in_form = _of_form(request)
    if header and in_form:
        raise InvalidField("access_token", "in the Authorization header or the body, not in both")
    if in_form:
        return in_form
    if header[:6].lower() != "bearer":
        raise TokenMissing
    match = _BEARER.fullmatch(header)
    if match is None:
        raise ProtocolRefusal("invalid_token", "Authorization: not one Bearer token")
    return match[1]


def _of_form(request: Request) -> str:
    if not request.body:
        return ""
    if not is_form(request):
        raise FrameRefusal(415, "Content-Type: a body must be a form, or leave it out")
    values = parse_form(request.body, TOKEN_LIMIT).get("access_token", [])
    if len(values) > 1:
        raise InvalidField("access_token", "a parameter must not be repeated")
    if values and len(values[0]) > TOKEN_LIMIT["access_token"]:
        raise InvalidField("access_token", f"at most {TOKEN_LIMIT['access_token']} characters")
    return values[0] if values else ""
