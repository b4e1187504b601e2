"""Several requests on one connection, bent by dice in whatever frames them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tests.gateway.tricks.trick import ADMIN, GUARDED, READABLE, SESSION, Trick, request

if TYPE_CHECKING:
    import random  # noqa: TID251 - repeatable dice for test cases, nothing secret
    from collections.abc import Iterator

_JSON: Final = "Content-Type: application/json"
_GUARDED: Final = request(GUARDED, close=False)
PIECES: Final = (
    request(READABLE, close=False),
    _GUARDED,
    request(READABLE, SESSION, credential="", close=False),
    request("/secure/Dashboard.jspa", SESSION, credential="", close=False),
    request(GUARDED, "Content-Length: 2", body="{}", close=False),
    request(
        "/rest/api/2/issue",
        _JSON,
        "Content-Length: <length>",
        method="POST",
        credential=ADMIN,
        body=f"<<{_GUARDED.decode()}>>",
        close=False,
    ),
    request(
        "/rest/api/2/issue",
        _JSON,
        "Transfer-Encoding: chunked",
        method="POST",
        credential=ADMIN,
        body="2\r\n{}\r\n0\r\n\r\n",
        close=False,
    ),
    request(
        "/secure/x",
        "Transfer-Encoding: chunked",
        method="POST",
        credential="",
        body="5\r\nhello\r\n0\r\n\r\n",
        close=False,
    ),
)
LINES: Final = (
    *(b"Content-Length: 0", b"Content-Length: 5", b"Content-Length: 99", b"Content-Length:"),
    *(b"Transfer-Encoding: chunked", b"Transfer-Encoding:chunked ", b"Transfer-Encoding: x"),
    *(b"Transfer-Encoding\x0b: chunked", b"transfer-encoding: Chunked", b" Content-Length: 7"),
    *(b"Connection: close", b"Connection: keep-alive, Content-Length", b"Expect: 100-continue"),
    *(b"Host: localhost", b"Host: a", b"X: y", b"X-HTTP-Method-Override: PUT", b"Upgrade: h2c"),
    *(b"Authorization: Bearer <read>", b"X-Remote-User: tokafor", b"X-Forwarded-For: 10.0.0.1"),
    *(b"Cookie: JSESSIONID=session-of-x", b"\tfolded", b"no colon", b":", b"\x00", b""),
)
NOISE: Final = (
    *(
        b"\r",
        b"\n",
        b"\r\n",
        b"\n\n",
        b"\r\n\r\n",
        b"\x00",
        b" ",
        b"\t",
        b"\x0b",
        b"\xff",
        b":",
        b";",
    ),
    *(b";", b"0", b"1", b"a", b",", b"\x7f", b"%", b"//", b"/..", b"?", b"#", b"HTTP/1.1", b"GET "),
)
_PATIENCE: Final = 0.05
_LINE_END: Final = re.compile(rb"\r\n")
_NUMBER: Final = re.compile(rb"(?<=: )[0-9]+(?=\r)|(?<=\n)[0-9a-f]+(?=\r\n)|(?<=HTTP/1\.)1")


def bent_connections(dice: random.Random, count: int) -> Iterator[Trick]:
    """Tricks of which only what arrives matters."""
    for number in range(count):
        raw = b"".join(dice.choice(PIECES) for _ in range(dice.randint(1, 4)))
        for _ in range(dice.randint(1, 4)):
            raw = dice.choice(BENDS)(dice, raw)
        gateways = ("api", "header-api", "front", "allowing")
        yield Trick(f"{number}: {raw!r}", raw, (), gateways=gateways, patience=_PATIENCE)


def _noise(dice: random.Random, raw: bytes) -> bytes:
    place = dice.randrange(len(raw) + 1)
    return raw[:place] + dice.choice(NOISE) + raw[place:]


def _gap(dice: random.Random, raw: bytes) -> bytes:
    place = dice.randrange(len(raw) + 1)
    return raw[:place] + raw[place + dice.randint(1, 3) :]


def _line(dice: random.Random, raw: bytes) -> bytes:
    place = _some_place(dice, _LINE_END, raw)[1]
    return raw[:place] + dice.choice(LINES) + b"\r\n" + raw[place:]


def _line_end(dice: random.Random, raw: bytes) -> bytes:
    start, end = _some_place(dice, _LINE_END, raw)
    ends = (b"\n", b"\r", b"\r\r\n", b"\n\r", b"\r\n ", b" \r\n", b"")
    return raw[:start] + dice.choice(ends) + raw[end:]


def _number(dice: random.Random, raw: bytes) -> bytes:
    start, end = _some_place(dice, _NUMBER, raw)
    numbers = (b"0", b"1", b"-1", b"+2", b"02", b"2;x", b"0x2", b"2 ", b"999", b"7fffffffffffffff")
    return raw[:start] + dice.choice(numbers) + raw[end:]


def _some_place(dice: random.Random, pattern: re.Pattern[bytes], raw: bytes) -> tuple[int, int]:
    places = [found.span() for found in pattern.finditer(raw)]
    return dice.choice(places) if places else (len(raw), len(raw))


BENDS: Final = (_noise, _gap, _line, _line, _line_end, _line_end, _number, _number)
