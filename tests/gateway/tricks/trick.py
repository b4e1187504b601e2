"""One trick: the bytes of a request, and what may reach the site of it at most."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

API: Final = ("api", "header-api")
FRONT: Final = ("front", "header-front")
SITES: Final = API + FRONT
"""Gateways in both modes, with a service credential and with an identity header."""
BOTH: Final = ("api", "front")
LENIENT: Final = ("observing", "allowing")
"""Gateways in front that let a browser's session go on."""
FRONTS: Final = ("front", *LENIENT)

READABLE: Final = "/rest/api/2/issue/X-1"
"""What a token with READ may read."""
GUARDED: Final = "/rest/api/2/settings/columns"
"""What only a token with ADMIN may read."""
READER: Final = "Authorization: Bearer <read>"
ADMIN: Final = "Authorization: Bearer <admin>"
COOKIE: Final = "Cookie: JSESSIONID=session-of-tokafor"
SESSION: Final = f"{COOKIE}\r\nSec-Fetch-Site: same-origin"
"""A browser's session, as a page of the site sends it."""
_TOKEN: Final = re.compile(rb"<(read|admin|elsewhere|assertion|gateway-key)>")
_MEASURED: Final = re.compile(rb"<<(.*)>>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Trick:
    """A trick, played at each of `gateways`.

    `request` is sent as it is, but `<read>`, `<admin>`, `<elsewhere>`, `<assertion>` and
    `<gateway-key>` stand for tokens, and `<length>` (decimal) and `<size>` (hexadecimal) for the
    length of what is between `<<` and `>>`. `statuses` are those of the answers in order (none:
    nothing that looks like HTTP/1); `decided` the reasons of the decisions in order, `allowed`
    for a permission; `arrives` the request lines that may reach the site, each once and at most.
    `patience`: nginx may wait for more, and the caller hangs up after so many silent seconds.
    """

    name: str
    request: bytes
    statuses: tuple[int, ...]
    decided: tuple[str, ...] = ()
    arrives: tuple[str, ...] = ()
    gateways: tuple[str, ...] = BOTH
    patience: float | None = None

    def bytes_with(self, tokens: Mapping[str, str]) -> bytes:
        """What is sent, with tokens by their placeholders' names."""
        raw = _TOKEN.sub(lambda found: tokens[found[1].decode()].encode(), self.request)
        measured = _MEASURED.search(raw)
        if measured is None:
            return raw
        length = len(measured[1])
        raw = raw.replace(b"<<", b"").replace(b">>", b"")
        return raw.replace(b"<length>", b"%d" % length).replace(b"<size>", b"%x" % length)


def request(
    target: str = READABLE,
    *lines: str,
    method: str = "GET",
    version: str = "HTTP/1.1",
    host: str = "Host: localhost",
    credential: str = READER,
    body: str = "",
    close: bool = True,
) -> bytes:
    """A request in latin-1; empty lines are left out."""
    head = [f"{method} {target} {version}", host, credential, *lines]
    head += ["Connection: close"] if close else []
    text = "".join(f"{line}\r\n" for line in head if line)
    return f"{text}\r\n{body}".encode("latin-1")


def with_body(body: str, *lines: str, **options: str) -> bytes:
    """A POST that an administrator may make, with these header lines and this body."""
    return request(
        "/rest/api/2/issue",
        *lines,
        **({"method": "POST", "credential": ADMIN, "body": body} | options),  # type: ignore[arg-type]  # `close` is never among them
    )


def as_line(target: str = READABLE, method: str = "GET") -> str:
    """The request line with which nginx passes a call on."""
    return f"{method} {target} HTTP/1.1"


def plain(name: str, *lines: str, gateways: Iterable[str] = BOTH, target: str = READABLE) -> Trick:
    """A trick that changes nothing: the plain call is allowed and arrives."""
    return Trick(
        name, request(target, *lines), (200,), ("allowed",), (as_line(target),), tuple(gateways)
    )


def refused(
    name: str, raw: bytes, status: int, reason: str = "", gateways: Iterable[str] = BOTH
) -> Trick:
    """A trick of which nothing arrives: refused by nginx, or by a decision with this reason."""
    return Trick(name, raw, (status,), (reason,) if reason else (), (), tuple(gateways))
