"""The same call twice: through the gateway, and to the stand-in as if there were none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import requests

from tests.gateway.shapes import SERVICE_SECRET

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.gateway.bed import GatewayBed
    from tests.standin.notes import Note

OF_EACH_SERVER: Final = frozenset(
    {"connection", "date", "server", "set-cookie", "x-decision-id", "x-request-id"}
)
"""Headers of an answer that say who sent it, or that the gateway adds or takes away."""
SECONDS: Final = 30


@dataclass(frozen=True, slots=True)
class Took:
    """An answer as it came on the wire, nothing decoded, no redirect followed."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Pair:
    """What came of a call by each way, and what the stand-in noted of it."""

    through: Took
    direct: Took
    note: Note
    note_of_direct: Note

    def assert_alike(self) -> None:
        """The caller cannot tell the ways apart, nor can the site by what it was sent."""
        assert self.through.status == self.direct.status
        assert self.through.body == self.direct.body
        assert _own(self.through.headers) == _own(self.direct.headers)
        assert self.note.method == self.note_of_direct.method
        assert self.note.target == self.note_of_direct.target
        assert self.note.body_length == self.note_of_direct.body_length
        assert self.note.body_sha256 == self.note_of_direct.body_sha256
        for name in ("content-type", "content-encoding", "accept", "range", "if-none-match"):
            assert self.note.headers.get(name) == self.note_of_direct.headers.get(name)


def side_by_side(
    bed: GatewayBed,
    method: str,
    path: str,
    token: str,
    *,
    headers: dict[str, str] | None = None,
    body: Callable[[], bytes | Iterator[bytes]] | None = None,
) -> Pair:
    """Make a call both ways; `body` makes the body anew for each (an iterator goes in chunks)."""
    given = headers or {}
    with bed.watching() as seen:
        through = _take(method, bed.url + path, token, given, body)
    with bed.watching() as seen_of_direct:
        site = f"http://127.0.0.1:{bed.standin.port}{bed.shape.context_path}"
        direct = _take(method, site + path, SERVICE_SECRET, given, body)
    return Pair(through, direct, seen.one, seen_of_direct.one)


def _take(
    method: str,
    url: str,
    token: str,
    headers: dict[str, str],
    body: Callable[[], bytes | Iterator[bytes]] | None,
) -> Took:
    with requests.request(
        method,
        url,
        headers={"Authorization": f"Bearer {token}", **headers},
        data=None if body is None else body(),
        allow_redirects=False,
        stream=True,
        timeout=SECONDS,
    ) as answer:
        content = answer.raw.read(decode_content=False)
        lower = {name.lower(): value for name, value in answer.headers.items()}
        return Took(answer.status_code, lower, content)


def _own(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name not in OF_EACH_SERVER}
