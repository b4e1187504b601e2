"""Headers with which a caller pretends to be a proxy, a gateway, or somebody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.gateway.tricks.trick import (
    ADMIN,
    GUARDED,
    LENIENT,
    READABLE,
    SESSION,
    SITES,
    Trick,
    as_line,
    plain,
    refused,
    request,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

SPOOFED: Final = {
    "names of users": (
        "X-Remote-User: evil",
        "Remote-User: evil",
        "Remote_User: evil",
        "X-User: evil",
        "X_User: evil",
        "X-Forwarded-User: evil",
        "X-Authenticated-User: evil",
        "X-WEBAUTH-USER: evil",
        "REMOTE_USER: evil",
        "From: evil@example.org",
    ),
    "names in the decision's answer": (
        "X-Auth-User: evil",
        "X-Auth-Client: evil",
        "X-Auth-Jti: evil",
        "X-Auth-Account: evil",
        "X-Decision-Id: evil-decision-id",
        "X-Deny-Status: evil",
        "X-Deny-Reason: evil",
    ),
    "the credential of the site": (
        "X-Upstream-Authorization: Bearer evil",
        "X-Upstream-Identity: evil",
        "X-Upstream-Session: pass evil",
        "Proxy-Authorization: Basic evil",
        "X-Auth-Token: evil",
        "X-Forwarded-Access-Token: evil",
    ),
    "a gateway": (
        "X-Gateway-Authorization: Bearer asv_gw_evil",
        "X-Original-Method: evil",
        "X-Original-Address: 10.0.0.1 evil",
        "X-Original-Host: evil",
        "X-Original-Request-ID: evil",
        "X-Original-Session: evil",
        "X-Original-Method-Override: evil",
    ),
    "another target": (
        "X-Original-URI: /rest/evil",
        "X-Original-URL: /rest/evil",
        "X-Rewrite-URL: /rest/evil",
        "X-Forwarded-Uri: /rest/evil",
        "X-Forwarded-Path: /rest/evil",
        "X-Forwarded-Prefix: /evil",
        "X-Raw-Target: /rest/evil",
    ),
    "another address": (
        "X-Forwarded-For: 10.0.0.1, evil",
        "X-Forwarded-For: 127.0.0.1, evil",
        "X-Real-IP: evil",
        "Forwarded: for=10.0.0.1;by=evil",
        "Client-IP: evil",
        "True-Client-IP: evil",
        "X-Client-IP: evil",
        "X-Cluster-Client-IP: evil",
        "X-Originating-IP: evil",
    ),
    "fifty addresses": (f"X-Forwarded-For: {', '.join(['evil'] * 50)}",),
    "an address in IPv6": ("X-Forwarded-For: ::ffff:10.0.0.1%evil",),
    "another host": (
        "X-Forwarded-Host: evil.example",
        "X-Forwarded-Proto: evil",
        "X-Forwarded-Port: evil",
        "X-Forwarded-Server: evil",
        "X-Host: evil",
        "Via: 1.1 evil",
    ),
    "another request id": ("X-Request-ID: evil-request-id-0123456789",),
    "underscores": (
        "X_Remote_User: evil",
        "X_Forwarded_For: evil",
        "X_Original_URI: /evil",
        "X_Upstream_Authorization: evil",
        "X_Auth_User: evil",
        "X_Gateway_Authorization: evil",
        "AUTHORIZATION_: evil",
        "JSESSIONID_: evil",
    ),
    "small letters": ("x-remote-user:evil", "x-forwarded-for:evil", "x-upstream-identity:evil"),
    "the same header three times": (
        "X-Remote-User: evil1",
        "x-remote-user: evil2",
        "X-REMOTE-USER: evil3",
    ),
}
"""A call with a token: of these lines nothing arrives."""
CONNECTIONS: Final = (
    "X-Decision-Id",
    "Authorization",
    "X-Remote-User",
    "X-Upstream-Authorization, X-Upstream-Identity",
    "Host, Content-Length, X-Forwarded-For",
    "keep-alive, upgrade",
)


def header_tricks() -> Iterator[Trick]:
    """Beside a good token, beside a session, and alone."""
    for name, lines in SPOOFED.items():
        yield plain(f"spoofed: {name}", *lines, gateways=SITES)
        session = request(READABLE, SESSION, *lines, credential="")
        yield Trick(
            f"spoofed: {name} (session)", session, (200,), ("allowed",), (as_line(),), LENIENT
        )
        alone = request(READABLE, *lines, credential="")
        yield refused(f"spoofed: {name} alone", alone, 401, "credential-missing", SITES)
        guarded = request(GUARDED, *lines)
        yield refused(f"spoofed: {name}, not allowed", guarded, 403, "insufficient-scope", SITES)
    for agent in ("kube-probe/1.27", "ELB-HealthChecker/2.0", "GoogleHC/1.0", "Prometheus/2"):
        line = f"User-Agent: {agent}"
        raw = request(READABLE, line, credential="")
        yield refused(f"health probe {agent}", raw, 401, "credential-missing")
    yield from _hop_by_hop()


def _hop_by_hop() -> Iterator[Trick]:
    for names in CONNECTIONS:
        named = request(READABLE, f"Connection: close, {names}", close=False)
        yield Trick(f"Connection: {names}", named, (200,), ("allowed",), (as_line(),), SITES)
    for name, upgrade in (
        ("h2c upgrade", ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c")),
        ("websocket upgrade", ("Connection: Upgrade", "Upgrade: websocket")),
    ):
        more = ("HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA", "Sec-WebSocket-Key: ZXZpbA==")
        upgraded = request(READABLE, *upgrade, *more)
        yield Trick(name, upgraded, (200,), ("allowed",), (as_line(),), SITES)
        guarded = request(GUARDED, *upgrade, *more)
        yield refused(f"{name}, not allowed", guarded, 403, "insufficient-scope", SITES)
    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00"
    yield refused("HTTP/2 without asking", preface, 400)
    yield plain("TE: trailers", "TE: trailers, evil", "Trailer: Authorization", gateways=SITES)
    yield plain("Proxy-Connection", "Proxy-Connection: evil", "Keep-Alive: evil", gateways=SITES)
    yield plain("Max-Forwards: 0", "Max-Forwards: 0", gateways=SITES)
    large = f"X-Large: {'x' * 18000}"
    yield refused("header of 18000 bytes", request(READABLE, large, credential=ADMIN), 431)
    many = [f"X-Header-{number}: {'x' * 900}" for number in range(100)]
    yield refused("100 headers of 900 bytes", request(READABLE, *many, credential=ADMIN), 431)
    small = [f"X-H{number}: evil" for number in range(900)]
    yield plain("900 headers", *small)
