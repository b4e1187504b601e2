"""Paths that one server could read as another path than the next one does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.gateway.tricks.trick import (
    ADMIN,
    API,
    BOTH,
    GUARDED,
    LENIENT,
    READABLE,
    SESSION,
    SITES,
    Trick,
    as_line,
    refused,
    request,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_ISSUE: Final = "/rest/api/2/issue"
AMBIGUOUS: Final = (
    ("dots", f"{_ISSUE}/../settings/columns"),
    ("dot", "/rest/api/2/./settings/columns"),
    ("dot at the end", f"{GUARDED}/."),
    ("dots at the end", f"{GUARDED}/x/.."),
    ("dots above the root", "/../rest/api/2/settings/columns"),
    ("dots in escapes", f"{_ISSUE}/%2e%2e/settings/columns"),
    ("dots in capital escapes", f"{_ISSUE}/%2E%2E/settings/columns"),
    ("dots, one of them escaped", f"{_ISSUE}/.%2e/settings/columns"),
    ("dot in an escape", "/rest/api/2/%2e/settings/columns"),
    ("dots escaped twice", f"{_ISSUE}/%252e%252e/settings/columns"),
    ("dots with a parameter", f"{_ISSUE}/..;/settings/columns"),
    ("dots with a named parameter", f"{_ISSUE}/..;a=b/settings/columns"),
    ("dots with an escaped parameter", f"{_ISSUE}/..%3b/settings/columns"),
    ("dots and an escaped slash", f"{_ISSUE}/..%2fsettings/columns"),
    ("dots and an escaped backslash", f"{_ISSUE}/..%5csettings/columns"),
    ("dots and a backslash", f"{_ISSUE}/..\\settings/columns"),
    ("everything escaped", f"{_ISSUE}%2f%2e%2e%2fsettings/columns"),
    ("parameter at the end", f"{GUARDED};x=1"),
    ("session id in the path", f"{GUARDED};jsessionid=A1B2"),
    ("parameter in the middle", "/rest/api;v=1/2/settings/columns"),
    ("parameter that looks like an image", f"{GUARDED};x.png"),
    ("empty parameter", "/rest;/api/2/settings/columns"),
    ("parameter alone", "/;x/rest/api/2/settings/columns"),
    ("escaped parameter", f"{GUARDED}%3bx=1"),
    ("two slashes first", "//rest/api/2/settings/columns"),
    ("two slashes inside", "/rest//api/2/settings/columns"),
    ("three slashes", "/rest/api/2///settings/columns"),
    ("two slashes last", f"{GUARDED}//"),
    ("escaped slash", "/rest/api/2/settings%2fcolumns"),
    ("escaped slash, capital", "/rest/api/2/settings%2Fcolumns"),
    ("escaped slash first", "/%2frest/api/2/settings/columns"),
    ("slash escaped twice", "/rest/api/2/settings%252fcolumns"),
    ("slash escaped three times", "/rest/api/2/settings%25252fcolumns"),
    ("backslash", "/rest/api/2\\settings\\columns"),
    ("escaped backslash", "/rest/api/2%5csettings/columns"),
    ("line end in an escape", f"{GUARDED}%0d%0aX-Remote-User:%20evil"),
    ("tabulator in an escape", f"{GUARDED}%09"),
    ("delete in an escape", f"{GUARDED}%7f"),
    ("fragment", f"{GUARDED}#/public"),
    ("fragment with dots", f"{READABLE}#/../../settings/columns"),
    ("fragment in the query", f"{GUARDED}?x#y"),
    ("overlong slash", "/rest/api/2/settings%c0%afcolumns"),
    ("overlong dots", f"{_ISSUE}/%c0%ae%c0%ae/settings/columns"),
    ("overlong slash of three bytes", "/rest/api/2/settings%e0%80%afcolumns"),
    ("overlong slash of four bytes", "/rest/api/2/settings%f0%80%80%afcolumns"),
    ("overlong backslash", "/rest/api/2/settings%c1%9ccolumns"),
    ("surrogate", "/rest/api/2/settings/columns%ed%a0%80"),
    ("byte of no character", f"{GUARDED}%ff"),
    ("raw byte", f"{GUARDED}\xff"),
    ("raw UTF-8", f"{GUARDED}\xc3\xa4"),
    ("percent in an escape", "/rest/api/2/settings%25/columns"),
    ("escape of Microsoft's", "/rest/api/2/settings%u002fcolumns"),
)
"""Refused whoever calls: nginx does not even ask."""
BROKEN: Final = (
    ("zero byte in an escape", f"{GUARDED}%00"),
    ("zero byte and a suffix", f"{GUARDED}%00.png"),
    ("half an escape", f"{GUARDED}%2"),
    ("no escape", f"{GUARDED}%zz"),
    ("raw zero byte", f"{GUARDED}\x00"),
    ("raw control byte", f"{GUARDED}\x01"),
    ("no slash first", "rest/api/2/settings/columns"),
    ("asterisk", "*"),
    ("dots alone", "/.."),
    ("other scheme", "file:///rest/api/2/settings/columns"),
)
"""What nginx itself does not take for a target, and what begins with no slash."""
UNKNOWN: Final = (
    ("capitals inside", "/rest/API/2/settings/columns"),
    ("capitals at the end", "/rest/api/2/settings/Columns"),
    ("suffix .JSON", f"{GUARDED}.JSON"),
    ("suffix .png", f"{GUARDED}.png"),
    ("segment .png", f"{GUARDED}/x.png"),
    ("dot behind", f"{GUARDED}."),
    ("blank behind", f"{GUARDED}%20"),
    ("wide dots", f"{_ISSUE}/%ef%bc%8e%ef%bc%8e/settings/columns"),
    ("wide slash", "/rest/api/2/settings%ef%bc%8fcolumns"),
    ("no version", "/rest/api/settings/columns"),
    ("health", "/rest/healthz"),
)
"""Clear, and no operation: the decision says so."""
PLAIN: Final = (
    ("slash at the end", f"{GUARDED}/"),
    ("letter in an escape", "/rest/api/2/setting%73/columns"),
    ("first letter in an escape", "/%72est/api/2/settings/columns"),
    ("newest version by name", "/rest/api/latest/settings/columns"),
    ("dots in the query", f"{GUARDED}?/../../x;y//z"),
    ("escapes in the query", f"{GUARDED}?%2e%2e%2f%00"),
    ("public path in the query", f"{GUARDED}?x=/public"),
)
"""Other spellings of the same call."""


def path_tricks() -> Iterator[Trick]:
    """Each path with the strongest token, and with a browser's session."""
    for name, target in AMBIGUOUS + BROKEN:
        yield refused(name, request(target, credential=ADMIN), 400)
        yield refused(f"{name} (session)", _by_session(target), 400, gateways=("front", *LENIENT))
    for name, target in UNKNOWN:
        yield refused(name, request(target, credential=ADMIN), 403, "unknown-path")
        yield _of_session(name, target)
    for name, target in PLAIN:
        arrives = (as_line(target),)
        yield Trick(name, request(target, credential=ADMIN), (200,), ("allowed",), arrives)
        yield refused(f"{name} (reader)", request(target), 403, "insufficient-scope")
        yield _of_session(name, target)
        blocked = f"{name} (session, blocked)"
        yield refused(blocked, _by_session(target), 403, "session-blocked", ("front",))
    yield from _extensions()
    yield from _forms()


def _by_session(target: str) -> bytes:
    return request(target, SESSION, credential="")


def _of_session(name: str, target: str) -> Trick:
    """What a session may do is the site's to say: it goes on where the gateway lets it."""
    known = target in {path for _, path in PLAIN}
    status = 200 if known else 404
    return Trick(
        f"{name} (session)",
        _by_session(target),
        (status,),
        ("allowed",),
        (as_line(target),),
        LENIENT,
    )


def _extensions() -> Iterator[Trick]:
    """What Atlassian's REST framework cuts off, and executes what stands before it."""
    types = "/rest/api/2/issuetype"
    read = f"{types}/1"
    yield Trick("one type", request(read), (200,), ("allowed",), (as_line(read),))
    for ending in ("json", "xml", "atom"):
        name, target = f"all types by .{ending}", f"{types}/.{ending}"
        yield refused(name, request(target), 403, "insufficient-scope")
        behind = f"{GUARDED}.{ending}"
        yield refused(f"suffix .{ending} (reader)", request(behind), 403, "insufficient-scope")
        arrives = (as_line(behind),)
        passes = request(behind, credential=ADMIN)
        yield Trick(f"suffix .{ending}", passes, (404,), ("allowed",), arrives)
        yield _of_session(f"suffix .{ending}", behind)
        dots = request(f"{_ISSUE}/...{ending}", credential=ADMIN)
        yield refused(f"dots before .{ending}", dots, 403, "unknown-path")


def _forms() -> Iterator[Trick]:
    """Targets in other forms than the origin form (RFC 9112 section 3.2)."""
    arrives = (as_line(GUARDED),)
    for name, target in (
        ("absolute form", f"http://localhost{GUARDED}"),
        ("absolute form, other host", f"http://evil.example{GUARDED}"),
        ("absolute form, https", f"https://localhost{GUARDED}"),
    ):
        raw = request(target, credential=ADMIN)
        yield Trick(name, raw, (200,), ("allowed",), arrives, SITES)
        yield refused(f"{name} (reader)", request(target), 403, "insufficient-scope", SITES)
    for name, target in (
        ("absolute form with a user", f"http://evil@localhost{GUARDED}"),
        ("absolute form, dots", f"http://localhost{_ISSUE}/../settings/columns"),
        ("absolute form, two slashes", f"http://localhost/{GUARDED}"),
        ("absolute form in a path", f"/http://localhost{GUARDED}"),
    ):
        yield refused(name, request(target, credential=ADMIN), 400, gateways=SITES)
    bare = request("http://localhost", credential=ADMIN)
    yield refused("absolute form, no path", bare, 403, "unknown-path", API)
    yield refused("authority form", request("localhost:80", credential=ADMIN), 400)
    yield refused("no target", b"GET  HTTP/1.1\r\nHost: localhost\r\n\r\n", 400)
    long = "x" * 9000
    yield refused("target of 9000 bytes", request(f"/rest/api/2/{long}", credential=ADMIN), 414)
    yield refused("query of 9000 bytes", request(f"{GUARDED}?{long}", credential=ADMIN), 414)
    depth = request("/rest" + "/a" * 3000, credential=ADMIN)
    yield refused("3000 segments", depth, 403, "unknown-path", BOTH)
