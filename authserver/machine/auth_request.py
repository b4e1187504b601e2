"""`GET /gateway/auth-request`: decisions for nginx's `auth_request`.

nginx understands three statuses: 200 lets the call pass, 401 and 403 refuse it, everything else
becomes a 500 of its own. What the caller shall see stands in headers, which the rendered
configuration turns into an answer.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from authserver.domain.decisions import AccessRequest, CallSession, Deny, Permit
from authserver.domain.errors import InvalidClient, StorageUnavailable, Throttled
from authserver.machine.denials import Denial, challenge, denial_of
from authserver.machine.peers import parse_address
from authserver.machine.refusals import FrameRefusal, cleaned
from authserver.machine.responses import Headers, Response
from authserver.services.decided_hand_over import SESSION
from authserver.services.decisions import PREFLIGHT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.errors import DomainError
    from authserver.domain.rates import RateState
    from authserver.domain.tokens import AccessToken
    from authserver.machine.metrics import DecisionMetrics
    from authserver.machine.requests import Request
    from authserver.machine.routes import Endpoint
    from authserver.services.decisions import Decisions
    from authserver.services.gateway_authentication import GatewayAuthentication

READ: Final = (
    "X-Gateway-Authorization",
    "Authorization",
    "X-Original-Method",
    "X-Original-URI",
    "X-Original-Host",
    "X-Original-Address",
    "X-Original-Request-ID",
    "X-Original-Authorization",
    "X-Original-Session",
    "X-Original-Method-Override",
    "X-Original-Scheme",
    "X-Original-User-Agent",
    "X-Original-Origin",
    "X-Original-Page-Mark",
    "X-Original-Preflight",
)
"""The request headers that count; nginx sets every one of them itself."""
HEADER_LIMIT: Final = 30_720
"""Bytes of all headers: nginx takes 8 KiB of target and 17 KiB of one header from a caller."""
ALLOWED: Final = "allowed"
MARKED: Final = "1"
SESSION_CAME: Final = "1"
"""What a gateway in front of a whole site says of a session; an API host says `blocked`."""
UNAVAILABLE: Final = 503
_UNAUTHORIZED: Final = 401
_FORBIDDEN: Final = 403
_COME_BACK: Final = frozenset({429, 503})
_NO_STORE: Final = ("Cache-Control", "no-store")
_GATEWAY_CHALLENGE: Final = 'Bearer realm="authserver gateway"'
_METHOD: Final = re.compile(r"[A-Z_-]+")
"""What nginx takes for a method; what is none there comes from nobody who was told so."""
_LONGEST_METHOD: Final = 32
_GATEWAY_KEY: Final = re.compile(r"Bearer ([A-Za-z0-9_-]{1,200})", re.IGNORECASE)
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LONGEST_HOST: Final = 253
_LONGEST_ADDRESS: Final = 45
_LONGEST_AGENT: Final = 200
_ORIGIN: Final = re.compile(r"[a-z][a-z0-9+.-]*://[A-Za-z0-9.:\[\]_-]{1,260}|null")
"""What browsers send (RFC 6454 section 7); anything else is somebody's invention."""
_NO_ORIGIN: Final = "null"
_IN_THE_CLEAR: Final = "http"
_ANSWERED: Final = "204"
"""What the caller sees of a browser's question: nothing goes on to the site."""


def auth_request_endpoint(
    authentication: GatewayAuthentication,
    decisions: Decisions,
    issuer: str,
    metrics: DecisionMetrics,
) -> Endpoint:
    """The endpoint; its refusals are worded by `refuse`."""

    def auth_request(request: Request) -> Response:
        key = _GATEWAY_KEY.fullmatch(request.headers.get("x-gateway-authorization", ""))
        if key is None:
            raise InvalidClient("no gateway key, or not one Bearer key")
        known = authentication.authenticate(key[1], request.call)
        asked = _access_request(request)
        decision = decisions.decide(known.gateway, known.resource, asked)
        origin: Headers = ()
        if asked.origin and decisions.allows_origin(known.resource, asked.origin):
            origin = (("X-Allow-Origin", asked.origin),)
        if isinstance(decision, Permit):
            metrics.decided(known.gateway.name, ALLOWED)
            return _permitted(decision, request.request_id, origin)
        metrics.decided(known.gateway.name, decision.reason)
        return _denied(decision, issuer, request.request_id, origin)

    return auth_request


def refuse(error: DomainError | FrameRefusal | None, request_id: str) -> Response:
    """A refusal that is no decision, as nginx understands it; nothing passes.

    A caller whose gateway is refused, or who comes at a bad time, has done nothing wrong: 503.
    """
    if isinstance(error, Throttled):
        retry = error.retry_after_seconds
        return _unavailable(_UNAUTHORIZED, "gateway-throttled", request_id, retry)
    if isinstance(error, InvalidClient):
        return _unavailable(_UNAUTHORIZED, "gateway-refused", request_id, 0)
    if isinstance(error, FrameRefusal):
        denial = Denial(400, "invalid_request", cleaned(error.description))
        return _answer(_FORBIDDEN, "frame-refused", denial, request_id, ())
    retry = error.retry_after_seconds if isinstance(error, StorageUnavailable) else 2
    return _unavailable(_FORBIDDEN, "unavailable", request_id, retry)


def _access_request(request: Request) -> AccessRequest:
    headers = request.headers
    method = headers.get("x-original-method", "")
    gateway_request_id = headers.get("x-original-request-id", "")
    return AccessRequest(
        decision_id=request.request_id,
        method=method[:_LONGEST_METHOD] if _METHOD.fullmatch(method) else "",
        target=headers.get("x-original-uri", ""),
        authorization=_authorization(headers),
        session=_session(headers.get("x-original-session", "")),
        method_override=headers.get("x-original-method-override", ""),
        host=headers.get("x-original-host", "")[:_LONGEST_HOST],
        address=_address(headers.get("x-original-address", "")),
        request_id=gateway_request_id if _REQUEST_ID.fullmatch(gateway_request_id) else "",
        at=request.received_at,
        # Only a gateway that says so has a listener without TLS that others can reach.
        secure=headers.get("x-original-scheme", "").lower() != _IN_THE_CLEAR,
        agent=headers.get("x-original-user-agent", "")[:_LONGEST_AGENT],
        origin=_origin(headers.get("x-original-origin", "")),
        from_page=headers.get("x-original-page-mark", "") == MARKED,
        preflight=headers.get("x-original-preflight", "") == MARKED,
    )


def _origin(stated: str) -> str:
    """What cannot be read comes from elsewhere, as `null` does (RFC 6454 section 7.1)."""
    if not stated:
        return ""
    return stated if _ORIGIN.fullmatch(stated) is not None else _NO_ORIGIN


def _authorization(headers: Mapping[str, str]) -> str | None:
    """The caller's header; empty when one came that no server passes on, such as raw bytes."""
    value = headers.get("authorization")
    return "" if value is None and headers.get("x-original-authorization") else value


def _session(stated: str) -> CallSession:
    """Whatever it says: a header that came is a session that came, and only one word lets it on."""
    if not stated:
        return CallSession.NONE
    return CallSession.CAME if stated == SESSION_CAME else CallSession.CAME_TO_API_HOST


@lru_cache(maxsize=4096)
def _address(stated: str) -> str:
    """In canonical text; empty for what is none."""
    address = parse_address(stated) if len(stated) <= _LONGEST_ADDRESS else None
    return "" if address is None else str(address)


def _permitted(permit: Permit, decision_id: str, origin: Headers) -> Response:
    if permit.hand_over == PREFLIGHT:
        return _answered(decision_id, origin)
    headers: list[tuple[str, str]] = [
        ("X-Decision-Id", decision_id),
        _NO_STORE,
        ("X-Hand-Over", permit.hand_over),
    ]
    token = permit.token
    if token is not None:
        headers += _bearer(token)
    elif permit.hand_over == SESSION:
        headers.append(("X-Upstream-Session", "pass"))
    if permit.account:
        headers.append(("X-Auth-Account", permit.account))
    if permit.authorization:
        headers.append(("X-Upstream-Authorization", permit.authorization))
    if permit.identity:
        headers.append(("X-Upstream-Identity", permit.identity))
    return Response(200, (*headers, *origin, *_rates(permit.rate)), b"")


def _answered(decision_id: str, origin: Headers) -> Response:
    """To nginx a refusal: the question is answered, and not passed on."""
    headers: Headers = (
        ("X-Decision-Id", decision_id),
        _NO_STORE,
        ("X-Deny-Status", _ANSWERED),
        ("X-Deny-Reason", PREFLIGHT),
    )
    return Response(_FORBIDDEN, headers + origin, b"")


def _rates(rate: RateState | None) -> Headers:
    """Where the caller stands (draft-ietf-httpapi-ratelimit-headers-10)."""
    if rate is None:
        return ()
    return (
        ("X-Rate-Limit", f'"{rate.name}";r={rate.remaining};t={rate.reset_seconds}'),
        ("X-Rate-Limit-Policy", f'"{rate.name}";q={rate.quota};w={rate.window_seconds}'),
    )


def _bearer(token: AccessToken) -> Headers:
    """Who calls, for the gateway's log; a subject that no header can hold is left out."""
    subject = token.subject if token.subject.isascii() else ""
    return (
        ("X-Auth-User", subject),
        ("X-Auth-Client", token.client_id),
        ("X-Auth-Jti", token.token_id),
    )


def _denied(deny: Deny, issuer: str, decision_id: str, origin: Headers) -> Response:
    denial = denial_of(deny, issuer)
    status = _UNAUTHORIZED if denial.status == _UNAUTHORIZED else _FORBIDDEN
    extra: Headers = ()
    value = challenge(denial, deny.scope)
    if value:
        extra = (("WWW-Authenticate", value),)
    token, refusal = deny.token, deny.refusal
    if token is not None:
        extra += _bearer(token)
    if refusal is not None and refusal.rule:
        extra += (("X-Deny-Rule", cleaned(refusal.rule)),)
    seconds = deny.retry_after or (0 if deny.rate is None else deny.rate.reset_seconds)
    if denial.status in _COME_BACK and seconds:
        extra += (("X-Retry-After", str(seconds)),)
    extra += origin + _rates(deny.rate)
    return _answer(status, deny.reason, denial, decision_id, extra)


def _unavailable(status: int, reason: str, request_id: str, retry_after: int) -> Response:
    description = "access cannot be decided now, try again later"
    extra: Headers = (("X-Retry-After", str(max(1, retry_after))),)
    if status == _UNAUTHORIZED:
        extra += (("WWW-Authenticate", _GATEWAY_CHALLENGE),)
    denial = Denial(UNAVAILABLE, "temporarily_unavailable", description)
    return _answer(status, reason, denial, request_id, extra)


def _answer(status: int, reason: str, denial: Denial, decision_id: str, extra: Headers) -> Response:
    headers: Headers = (
        ("X-Decision-Id", decision_id),
        _NO_STORE,
        ("X-Deny-Status", str(denial.status)),
        ("X-Deny-Reason", reason),
        ("X-Deny-Error", denial.error),
        ("X-Deny-Description", denial.description),
    )
    return Response(status, headers + extra, b"")
