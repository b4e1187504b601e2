"""Asking a site's addresses as nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.outbound import OutboundAnswerInvalid, OutboundReason, OutboundUnavailable
from authserver.upstream.site_probes import LARGEST_ANSWER, GuardedSiteProbe
from tests.upstream.servers import LoopbackServer, always, answer, once

if TYPE_CHECKING:
    from tests.upstream.conftest import ClientFor


def asked(client_for: ClientFor, said: bytes) -> tuple[int, LoopbackServer]:
    with LoopbackServer(always(said)) as site:
        client = client_for(site)
        probe = GuardedSiteProbe(lambda _origin: client)
        return probe.status(f"{site.origin}/jira/rest/api/2/serverInfo"), site


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (answer(), 200),
        (answer(status="401 Unauthorized"), 401),
        (answer(status="500 Oops"), 500),
        (answer(b"", status="302 Found", extra=("Location: https://elsewhere.example/",)), 302),
        (answer(b"x" * (LARGEST_ANSWER + 1)), 200),
        (answer(b"x" * (LARGEST_ANSWER + 1), status="403 Forbidden"), 403),
        (answer(extra=("Content-Encoding: gzip",)), 200),
    ],
)
def test_the_status_of_the_answer_is_what_counts(
    client_for: ClientFor, said: bytes, status: int
) -> None:
    assert asked(client_for, said)[0] == status


def test_an_endless_answer_is_let_go(client_for: ClientFor) -> None:
    endless = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + (
        b"8000\r\n" + b"x" * 0x8000 + b"\r\n"
    )
    assert asked(client_for, endless)[0] == 200


def test_nothing_says_who_asks_and_no_redirect_is_followed(client_for: ClientFor) -> None:
    here = ("Set-Cookie: JSESSIONID=1", "Location: /rest/other")
    _, site = asked(client_for, answer(status="302 Found", extra=here))
    (request,) = site.requests
    assert request.startswith(b"GET /jira/rest/api/2/serverInfo HTTP/1.1\r\n")
    names = {line.partition(b":")[0].lower() for line in request.split(b"\r\n")[1:] if line}
    assert names == {b"host", b"accept", b"accept-encoding", b"user-agent"}


def test_what_is_no_answer_is_none(client_for: ClientFor) -> None:
    with pytest.raises(OutboundAnswerInvalid) as caught:
        asked(client_for, b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}")
    assert caught.value.reason is OutboundReason.PROTOCOL_ERROR
    with LoopbackServer(once(b"")) as site:
        client = client_for(site)
        with pytest.raises(OutboundUnavailable):
            GuardedSiteProbe(lambda _origin: client).status(f"{site.origin}/rest/x")
