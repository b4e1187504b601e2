"""`POST /oauth2/introspect` (RFC 7662, RFC 9701)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.access_details import stated
from authserver.domain.api_tokens import ApiTokenAccess
from authserver.domain.errors import InvalidClient
from authserver.domain.resources import ProtectedResource
from authserver.domain.scopes import format_scope
from authserver.domain.tokens import AccessToken
from authserver.machine.gate import form_rules, read_form
from authserver.machine.responses import NO_STORE, Headers, Response, json_response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.machine.requests import Request
    from authserver.machine.routes import Endpoint
    from authserver.services.introspection import Introspection
    from authserver.services.introspection_callers import IntrospectionCallers
    from authserver.services.introspection_statements import IntrospectionStatements
    from authserver.services.own_tokens import GoodRefreshToken, OwnTokens

RULES: Final = form_rules({"token": 16_384, "token_type_hint": 100})
HEADERS_READ: Final = ("Authorization", "Content-Type", "Accept")
INACTIVE: Final = Response(200, NO_STORE, b'{"active":false}\n')
"""The one answer for every token that is not good, whatever the reason."""

SIGNED: Final = "application/token-introspection+jwt"
PLAIN: Final = "application/json"
_SIGNED_HEADERS: Final[Headers] = (
    ("Content-Type", SIGNED),
    ("Cache-Control", "no-store"),
    ("Pragma", "no-cache"),
)
_LONGEST_ACCEPT: Final = 1000


def introspection_endpoint(
    callers: IntrospectionCallers,
    introspection: Introspection,
    own_tokens: OwnTokens,
    statements: IntrospectionStatements,
    issuer: str,
) -> Endpoint:
    """The endpoint where resources ask about tokens meant for them, and clients about their own.

    `token_type_hint` is read and changes nothing: every kind of token is looked at.
    """

    def introspect(request: Request) -> Response:
        form = read_form(request, RULES)
        if form.credentials is None:
            raise InvalidClient("no credentials presented")
        call = request.call
        asker = callers.authenticate(form.credentials, call)
        token_value = form.require("token")
        if isinstance(asker, ProtectedResource):
            known = introspection.active_token(token_value, asker, call)
            answer = None if known is None else _of_access_token(known)
        else:
            own = own_tokens.good_token(token_value, asker, call)
            answer = None if own is None else _of_own(own, issuer)
        if not wants_signed(request.headers.get("accept", "")):
            return INACTIVE if answer is None else json_response(answer)
        signed = statements.sign({"active": False} if answer is None else answer, asker, call.at)
        return Response(200, _SIGNED_HEADERS, signed.encode("ascii"))

    return introspect


def wants_signed(accept: str) -> bool:
    """Whether `Accept` names the signed form, and does not like plain JSON better.

    Whatever cannot be read counts as not there: plain JSON is what everybody understands.
    """
    if SIGNED not in accept.lower() or len(accept) > _LONGEST_ACCEPT:
        return False
    liked = {PLAIN: 0.0, SIGNED: 0.0}
    for part in accept.split(","):
        media_type, *parameters = (each.strip().lower() for each in part.split(";"))
        if media_type in liked:
            liked[media_type] = _quality(parameters)
    return liked[SIGNED] > 0 and liked[SIGNED] >= liked[PLAIN]


def _quality(parameters: list[str]) -> float:
    """The `q` of one media range (RFC 9110 section 12.4.2); 0 when it is no number."""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0


def _of_own(own: AccessToken | GoodRefreshToken, issuer: str) -> Mapping[str, object]:
    if isinstance(own, AccessToken):
        return _of_access_token(own)
    token, grant = own.token, own.grant
    limited = {} if grant.details is None else {"authorization_details": stated(grant.details)}
    return {
        **limited,
        "active": True,
        "scope": format_scope(grant.scopes),
        "client_id": grant.client_id,
        "exp": int(token.expires_at),
        "iat": int(token.issued_at),
        "sub": grant.subject,
        "aud": grant.audience,
        "iss": issuer,
    }


def _of_access_token(token: AccessToken) -> Mapping[str, object]:
    answer: dict[str, object] = {
        "active": True,
        "scope": token.scope,
        "client_id": token.client_id,
        "token_type": "Bearer",
        "exp": token.expires_at,
        "iat": token.issued_at,
        "sub": token.subject,
        "aud": token.audience,
        "iss": token.issuer,
        "jti": token.token_id,
    }
    if token.details is not None:
        answer["authorization_details"] = stated(token.details)
    if isinstance(token, ApiTokenAccess):
        answer |= _of_api_token(token)
    return answer


def _of_api_token(token: ApiTokenAccess) -> Mapping[str, object]:
    """Whom it is answered for, and what for; the networks are for the resource to look at."""
    told = {
        "subject_type": token.subject_type.value,
        "owner": token.owner,
        "purpose": token.purpose,
        "team": token.team,
        "ticket": token.ticket,
        "username": token.username,
    }
    answer: dict[str, object] = {name: value for name, value in told.items() if value}
    if token.networks is not None:
        answer["networks"] = list(token.networks)
    return answer
