"""Credentials in other places, of other kinds, and more than one."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Final

from tests.gateway.shapes import SERVICE_SECRET
from tests.gateway.tricks.trick import (
    ADMIN,
    API,
    BOTH,
    COOKIE,
    FRONTS,
    LENIENT,
    READABLE,
    READER,
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

_PAIR: Final = b64encode(b"evil:secret").decode()
_HEADER: Final = "Authorization: "
_NONE: Final = b64encode(b'{"alg":"none","typ":"at+jwt"}').decode().rstrip("=")
KINDS: Final = (
    ("none", "", 401, "credential-missing"),
    ("empty", "Authorization:", 401, "credential-missing"),
    ("Basic", f"{_HEADER}Basic {_PAIR}", 403, "basic-blocked"),
    ("Basic in capitals", f"{_HEADER}BASIC {_PAIR}", 403, "basic-blocked"),
    ("Basic with the token", f"{_HEADER}Basic <read>", 400, "credential-malformed"),
    ("OAuth 1.0", f'{_HEADER}OAuth oauth_token="x", oauth_signature="y"', 403, "oauth1-blocked"),
    ("Connect JWT", f"{_HEADER}JWT <read>", 403, "connect-jwt-blocked"),
    ("DPoP", f"{_HEADER}DPoP <read>", 401, "credential-unknown"),
    ("Negotiate", f"{_HEADER}Negotiate YII", 401, "credential-unknown"),
    ("Digest", f'{_HEADER}Digest username="evil"', 401, "credential-unknown"),
    ("no scheme", f"{_HEADER}<read>", 401, "credential-unknown"),
    ("Bearer alone", f"{_HEADER}Bearer", 400, "credential-malformed"),
    ("two blanks", f"{_HEADER}Bearer  <read>", 400, "credential-malformed"),
    ("tabulator", f"{_HEADER}Bearer\t<read>", 401, "credential-unknown"),
    ("two tokens", f"{_HEADER}Bearer <read>, Bearer <read>", 400, "credential-malformed"),
    ("two tokens by a comma", f"{_HEADER}Bearer <read>,<read>", 400, "credential-malformed"),
    ("Bearer and Basic in one", f"{_HEADER}Bearer <read>, Basic x", 400, "credential-malformed"),
    ("quoted token", f'{_HEADER}Bearer "<read>"', 400, "credential-malformed"),
    ("token and more", f"{_HEADER}Bearer <read>x", 401, "token-invalid"),
    ("token of alg none", f"{_HEADER}Bearer {_NONE}.e30.", 401, "token-invalid"),
    ("the site's own credential", f"{_HEADER}Bearer {SERVICE_SECRET}", 401, "token-invalid"),
    ("the gateway's key", f"{_HEADER}Bearer <gateway-key>", 401, "token-invalid"),
    ("what the site is handed", f"{_HEADER}Bearer <assertion>", 401, "token-invalid"),
    ("token for another site", f"{_HEADER}Bearer <elsewhere>", 401, "token-invalid"),
)
"""One Authorization header that is no good."""
COOKIES: Final = (
    "JSESSIONID=session-of-tokafor",
    "a=b; JSESSIONID=session-of-tokafor",
    "a=b,JSESSIONID=session-of-tokafor",
    "a=b;JSESSIONID =session-of-tokafor",
    "jsessionid=session-of-tokafor",
    "$Version=1; JSESSIONID=session-of-tokafor; $Path=/",
    "seraph.rememberme.cookie=evil",
    "crowd.token_key=evil",
    "atlassian.xsrf.token=x; cloud.session.token=evil",
)
"""Cookies that sign in, in many spellings."""
QUERIES: Final = (
    "os_username=evil&os_password=x",
    "os_authType=basic",
    "OS_USERNAME=evil",
    "a=b;os_password=x",
    "o%73_username=evil",
    "%6f%73%5f%75sername=evil",
    "os_cookie=true",
    "access_token=<read>",
    "access%5Ftoken=<read>",
    "jwt=<read>&jwt=<read>",
    "%6Awt=<read>",
)
"""Queries that sign in: refused before anybody is asked."""


def credential_tricks() -> Iterator[Trick]:
    """Bad ones alone, good ones in bad company."""
    for name, line, status, reason in KINDS:
        yield refused(f"credential: {name}", request(credential=line), status, reason, SITES)
    for name, second in (
        ("twice", READER),
        ("and Basic", f"{_HEADER}Basic {_PAIR}"),
        ("and an empty one", "Authorization:"),
        ("and another token", f"{_HEADER}Bearer <admin>"),
    ):
        yield refused(f"Authorization {name}", request(READABLE, second), 400)
    for query in QUERIES:
        name = f"?{query.partition('=')[0]}"
        yield refused(name, request(f"{READABLE}?{query}"), 400)
        yield refused(f"{name} alone", request(f"{READABLE}?{query}", credential=""), 400)
    form = "os_username=evil&os_password=x"
    lines = ("Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(form)}")
    json = request(
        "/rest/api/2/issue",
        "Content-Type: application/json",
        *lines,
        method="POST",
        credential=ADMIN,
        body=form,
    )
    posted = (as_line("/rest/api/2/issue", "POST"),)
    yield Trick("sign-in form that says JSON first", json, (201,), ("allowed",), posted, SITES)
    yield refused("sign-in form", request(READABLE, *lines, body=form), 415)
    yield from _cookies()


def _cookies() -> Iterator[Trick]:
    arrives = (as_line(),)
    for cookie in COOKIES:
        line = f"Cookie: {cookie}"
        name = f"cookie {cookie}"
        beside = request(READABLE, line)
        yield refused(f"{name} and a token", beside, 400, "several-credentials", (*FRONTS, *API))
        alone = request(READABLE, line, credential="")
        yield refused(name, alone, 403, "session-blocked")
    session = request(READABLE, SESSION, credential="")
    yield Trick("a session alone", session, (200,), ("allowed",), arrives, LENIENT)
    unmarked = request(READABLE, COOKIE, credential="")
    yield refused("a session that no page uses", unmarked, 403, "session-blocked", LENIENT)
    elsewhere = request(READABLE, COOKIE, "Sec-Fetch-Site: cross-site", credential="")
    yield refused("a session elsewhere", elsewhere, 403, "session-blocked", LENIENT)
    no_check = request(READABLE, SESSION, "X-Atlassian-Token: no-check", credential="")
    yield Trick("a session without XSRF", no_check, (200,), ("allowed",), arrives, LENIENT)
    empty = request(READABLE, SESSION, credential="Authorization:")
    yield refused("a session and an empty Authorization", empty, 403, "session-blocked", BOTH)
    yield Trick("a session and an empty one", empty, (200,), ("allowed",), arrives, LENIENT)
    unreadable = request(READABLE, SESSION, credential="Authorization: \xff")
    yield refused("a session and no text", unreadable, 400, gateways=(*FRONTS, *API))
    for value in ("Bearer \x0b<read>", "Bearer <read>\x7f", "\x01", "Bearer \xff"):
        bent = request(credential=f"Authorization: {value}")
        yield refused(f"credential: {value!r}", bent, 400, gateways=SITES)
    split = request(READABLE, "Cookie: a=b", SESSION)
    yield refused("a session in a second Cookie", split, 400, "several-credentials", FRONTS)
    sign_in = request(
        "/rest/auth/1/session",
        SESSION,
        "Content-Type: application/json",
        "Content-Length: 2",
        method="POST",
        credential="",
        body="{}",
    )
    yield refused("sign-in with a session", sign_in, 403, "sign-in-blocked", LENIENT)
    yield plain("harmless cookies and a token", "Cookie: theme=dark; evil=1", gateways=SITES)
    yield plain("a token without XSRF", "X-Atlassian-Token: no-check", gateways=SITES)
    lower = request(credential="authorization: bearer <read>")
    yield Trick("bearer in small letters", lower, (200,), ("allowed",), arrives, SITES)
