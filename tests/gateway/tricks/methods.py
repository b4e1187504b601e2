"""Methods that nobody knows, and requests for another method than the one in the request line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.gateway.tricks.trick import (
    ADMIN,
    BOTH,
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

OVERRIDES: Final = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")
_FORM: Final = "Content-Type: application/x-www-form-urlencoded"


def method_tricks() -> Iterator[Trick]:
    """With a token that may read, and where nothing must come of it with one that may all."""
    for method in ("PUT", "DELETE"):
        raw = request(method=method)
        yield refused(f"{method} with a token that reads", raw, 403, "insufficient-scope", SITES)
    for method in ("FOO", "PROPFIND", "PURGE", "M-SEARCH", "GET_", "X" * 300):
        raw = request(method=method, credential=ADMIN)
        yield refused(f"method {method[:32]}", raw, 403, "unknown-method")
    for method in ("get", "Get", "gET", "GE T", "G\tET", "GET\x0b", "(GET)", "GET,DELETE"):
        raw = request(method=method, credential=ADMIN)
        yield refused(f"method {method!r}", raw, 400)
    yield refused("TRACE", request(method="TRACE", credential=ADMIN), 405)
    yield refused("CONNECT", request("localhost:443", method="CONNECT", credential=ADMIN), 400)
    yield refused("CONNECT with a path", request(method="CONNECT", credential=ADMIN), 405)
    yield Trick("HEAD", request(method="HEAD"), (200,), ("allowed",), (as_line(method="HEAD"),))
    yield Trick(
        "OPTIONS", request(method="OPTIONS"), (200,), ("allowed",), (as_line(method="OPTIONS"),)
    )
    yield from _overridden()


def _overridden() -> Iterator[Trick]:
    for header in OVERRIDES:
        for line in (f"{header}: DELETE", f"{header.lower()}:DELETE", f"{header}: GET"):
            yield refused(line, request(READABLE, line), 400, "method-override")
        raw = request(READABLE, f"{header}: DELETE", SESSION, credential="")
        yield refused(f"{header} (session)", raw, 400, "method-override", LENIENT)
        plain_name = header.replace("-", "_")
        yield plain(f"{plain_name}: DELETE", f"{plain_name}: DELETE", gateways=SITES)
    twice = request(READABLE, "X-HTTP-Method-Override: GET", "X-HTTP-Method-Override: DELETE")
    yield refused("X-HTTP-Method-Override twice", twice, 400, "method-override")
    empty = request(READABLE, "X-HTTP-Method-Override:", "X-HTTP-Method-Override: DELETE")
    # nginx knows the first of several by name; none of them is passed on.
    arrives = (as_line(),)
    yield Trick("X-HTTP-Method-Override, first empty", empty, (200,), ("allowed",), arrives, SITES)
    unreadable = request(READABLE, "X-HTTP-Method-Override: DELETE\xff")
    yield refused("X-HTTP-Method-Override, no text", unreadable, 400, gateways=SITES)
    for query in ("_method=DELETE", "a=b&_METHOD=DELETE", "%5fmethod=DELETE", "_m%65thod=PUT"):
        raw = request(f"{READABLE}?{query}", credential=ADMIN)
        yield refused(f"?{query}", raw, 400, "method-override")
    body = "_method=DELETE"
    for line in (_FORM, _FORM.upper(), f"{_FORM};charset=utf-8", _FORM.replace(": ", ":\t")):
        raw = request(
            READABLE, line, "Content-Length: 14", method="PUT", credential=ADMIN, body=body
        )
        yield refused(f"_method in a form, {line[13:]!r}", raw, 415, gateways=BOTH)
