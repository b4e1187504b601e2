"""Messages whose end, or whose parts, two servers could see in different places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.gateway.tricks.trick import (
    ADMIN,
    GUARDED,
    READABLE,
    READER,
    Trick,
    as_line,
    refused,
    request,
    with_body,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_POST: Final = as_line("/rest/api/2/issue", "POST")
_JSON: Final = "Content-Type: application/json"
_CHUNKED: Final = "Transfer-Encoding: chunked"
_SMUGGLED: Final = f"GET {GUARDED} HTTP/1.1\r\nHost: localhost\r\n{READER}\r\nX: y\r\n\r\n"
_CHUNKED_SMUGGLED: Final = f"<size>\r\n<<{_SMUGGLED}>>\r\n0\r\n\r\n"
_END: Final = "0\r\n\r\n"
_PATIENCE: Final = 2.0
"""Seconds in which a decision is made, however busy the machine is."""
CODINGS: Final = (
    "Transfer-Encoding: xchunked",
    "Transfer-Encoding: chunked, identity",
    "Transfer-Encoding: identity, chunked",
    "Transfer-Encoding: chunked, chunked",
    "Transfer-Encoding: identity",
    "Transfer-Encoding: gzip, chunked",
    'Transfer-Encoding: "chunked"',
    "Transfer-Encoding: chunked;q=1",
    "Transfer-Encoding: \x0bchunked",
    "Transfer-Encoding: chunked\x0b",
    "Transfer-Encoding:",
)
"""Codings that some take for chunked and others do not."""
LENGTHS: Final = (
    "+5",
    "-1",
    "5,5",
    "0x5",
    "5 5",
    "5\x0b",
    "five",
    "",
    "99999999999999999999",
    "5.0",
)
CHUNKS: Final = (
    ("no size", "zz\r\nhello\r\n0\r\n\r\n"),
    ("a negative size", "-5\r\nhello\r\n0\r\n\r\n"),
    ("a size with 0x", "0x5\r\nhello\r\n0\r\n\r\n"),
    ("a size beyond 64 bits", "fffffffffffffffff\r\nhello\r\n0\r\n\r\n"),
    ("a chunk longer than its size", "3\r\nhello\r\n0\r\n\r\n"),
    ("a size on a line with a vertical tab", "5\x0b\r\nhello\r\n0\r\n\r\n"),
)


def framing_tricks() -> Iterator[Trick]:
    """With the strongest token; a smuggled call has one that must not do it."""
    yield from _two_framings()
    yield from _bad_framings()
    yield from _several_requests()
    yield from _odd_but_good()


def _two_framings() -> Iterator[Trick]:
    for name, lines in (
        ("length and chunks", ("Content-Length: 6", _CHUNKED)),
        ("chunks and length", (_CHUNKED, "Content-Length: 6")),
        ("length 0 and chunks", ("Content-Length: 0", _CHUNKED)),
        ("length and chunks in capitals", ("CONTENT-LENGTH: 6", "TRANSFER-ENCODING: CHUNKED")),
        ("two lengths", ("Content-Length: 5", "Content-Length: 6")),
        ("the same length twice", ("Content-Length: 5", "Content-Length: 5")),
        ("chunked twice", (_CHUNKED, _CHUNKED)),
        ("chunked and identity", (_CHUNKED, "Transfer-Encoding: identity")),
    ):
        yield refused(name, with_body(f"{_END}G", *lines), 400)
    smuggled = with_body(f"<<{_END}{_SMUGGLED}>>", "Content-Length: <length>", _CHUNKED)
    yield refused("CL.TE with a call inside", smuggled, 400)
    smuggled = with_body(_CHUNKED_SMUGGLED, "Content-Length: 4", _CHUNKED)
    yield refused("TE.CL with a call inside", smuggled, 400)
    for line in ("Transfer-Encoding : chunked", "Transfer-Encoding\t: chunked"):
        yield refused(f"{line!r}", with_body(_CHUNKED_SMUGGLED, line, "Content-Length: 4"), 400)
    line = "X: y\r\n Transfer-Encoding: chunked"
    folded = with_body(_CHUNKED_SMUGGLED, "Content-Length: 4", line)
    yield refused("chunked in a folded line", folded, 400)


def _bad_framings() -> Iterator[Trick]:
    for line in CODINGS:
        yield refused(f"{line!r}", with_body(_END, line), 501)
    for length in LENGTHS:
        raw = with_body("hello", f"Content-Length: {length}")
        yield refused(f"Content-Length: {length!r}", raw, 400)
    for name, body in CHUNKS:
        yield Trick(name, with_body(body, _CHUNKED, _JSON), (400,), ("allowed",))
    for name, line in (
        ("a folded line", "X-Folded: a\r\n b"),
        ("a folded line by a tabulator", "X-Folded: a\r\n\tb"),
        ("a header of blanks", " : x"),
        ("a header without a name", ": x"),
        ("a blank before the colon", "X-Spaced : x"),
        ("a zero byte in a value", "X-Zero: a\x00b"),
        ("a zero byte in a name", "X\x00Zero: a"),
        ("a bare CR in a value", "X-CR: a\rX-Remote-User: evil"),
        ("a bare CR in a name", "X-CR\rX-Remote-User: evil"),
        ("a control byte in a name", "X-\x01: evil"),
        ("a delete in a name", "X-\x7f: evil"),
        ("two Hosts", "Host: localhost"),
        ("two Hosts, one of them evil", "Host: evil.example"),
    ):
        yield refused(name, request(READABLE, line), 400)
    for host in ("localhost/rest", "local host", "localhost\x00", "", "a..b"):
        yield refused(f"Host: {host!r}", request(host=f"Host: {host}"), 400)
    yield refused("no Host", request(host=""), 400)
    for version in ("HTTP/2.0", "HTTP/3", "HTTP/9.9", "http/1.1", "HTTPS/1.1", "HTTP/1.1.1", "X"):
        status = 505 if version in {"HTTP/2.0", "HTTP/3", "HTTP/9.9"} else 400
        yield refused(f"version {version}", request(version=version), status)
    too_much = "Content-Length: 104857601"
    large = with_body("", too_much)
    yield Trick("a body of more than 100 MiB", large, (413,), patience=_PATIENCE)
    short = with_body("hel", "Content-Length: 5", _JSON)
    yield Trick("a body that does not come", short, (), ("allowed",), patience=_PATIENCE)
    head = request(READABLE)[:-2]
    yield Trick("a head that does not end", head, (), patience=_PATIENCE)


def _several_requests() -> Iterator[Trick]:
    first = request(close=False)
    guarded = request(GUARDED)
    decided = ("allowed", "insufficient-scope")
    yield Trick("two calls at once", first + guarded, (200, 403), decided, (as_line(),))
    length = "Content-Length: <length>"
    for name, lines, body in (
        ("a call inside a body", (length, _JSON), f"<<{_SMUGGLED}>>"),
        ("a call inside a chunk", (_CHUNKED, _JSON), _CHUNKED_SMUGGLED),
        ("a call behind a body", ("Content-Length: 2", _JSON), f"{{}}{_SMUGGLED}"),
        ("a call behind chunks", (_CHUNKED, _JSON), f"2\r\n{{}}\r\n{_END}{_SMUGGLED}"),
    ):
        yield Trick(name, with_body(body, *lines), (201,), ("allowed",), (_POST,))
    kept = raw_kept(f"{{}}{guarded.decode()}", "Content-Length: 2", _JSON)
    yield Trick("a call behind a body, kept alive", kept, (201, 403), decided, (_POST,))
    kept = raw_kept(guarded.decode(), "Content-Length: 0", _JSON)
    yield Trick("a call behind an empty body", kept, (201, 403), decided, (_POST,))
    get = request(READABLE, length, close=False, body=f"<<{_SMUGGLED}>>")
    yield Trick("a GET with a call as its body", get + guarded, (200, 403), decided, (as_line(),))
    denied = request(GUARDED, length, close=False, body=f"<<{_SMUGGLED}>>")
    both = ("insufficient-scope", "allowed")
    after = request(READABLE)
    yield Trick("a refused call with a call inside", denied + after, (403, 200), both, (as_line(),))
    expect = raw_kept(guarded.decode(), "Content-Length: 0", "Expect: 100-continue")
    yield Trick("Expect, and a call behind", expect, (201, 403), decided, (_POST,))


def raw_kept(body: str, *lines: str) -> bytes:
    """A POST after which the connection stays."""
    return request(
        "/rest/api/2/issue", *lines, method="POST", credential=ADMIN, body=body, close=False
    )


def _odd_but_good() -> Iterator[Trick]:
    arrives = (as_line(),)
    for name, raw in (
        ("line ends of LF alone", request().replace(b"\r\n", b"\n")),
        ("an empty line first", b"\r\n" + request()),
        ("HTTP/1.0", request(version="HTTP/1.0")),
        ("HTTP/1.0 without Host", request(version="HTTP/1.0", host="")),
        ("another Host", request(host="Host: evil.example")),
        ("Host with a user", request(host="Host: evil@localhost")),
        ("Host with a backslash", request(host="Host: localhost\\evil")),
        ("Host with a port", request(host="Host: localhost:1")),
        ("Host in capitals", request(host="HOST: LOCALHOST.")),
        ("a line without a colon", request(READABLE, "X-Evil")),
        ("a value beyond ASCII", request(READABLE, "X-Evil: \xff\xfe")),
        ("Expect without a body", request(READABLE, "Expect: 100-continue")),
        ("Expect something else", request(READABLE, "Expect: evil")),
    ):
        yield Trick(name, raw, (200,), ("allowed",), arrives)
    old = f"GET {READABLE}\r\n".encode()
    yield Trick("HTTP/0.9", old, (), ("credential-missing",))
    for name, body in (
        ("a chunk with an extension", f"2;evil=1\r\n{{}}\r\n{_END}"),
        ("a chunk with a quoted extension", f'2;a="evil"\r\n{{}}\r\n{_END}'),
        ("a size with leading zeros", f"00002\r\n{{}}\r\n{_END}"),
        ("trailers", "2\r\n{}\r\n0\r\nAuthorization: evil\r\nX-Remote-User: evil\r\n\r\n"),
    ):
        yield Trick(name, with_body(body, _CHUNKED, _JSON), (201,), ("allowed",), (_POST,))
