"""An error tells nothing of what was asked and answered."""

from __future__ import annotations

import logging
import traceback
from typing import TYPE_CHECKING

import pytest

from authserver.domain.outbound import (
    OutboundError,
    OutboundRefused,
)
from authserver.upstream.http_client import GuardedHttpClient
from tests.doubles import FakeClock
from tests.upstream.resolvers import ScriptedResolver
from tests.upstream.servers import LoopbackServer, answer, once

if TYPE_CHECKING:
    from tests.upstream.conftest import ClientFor


SECRET = "hunter2-hunter2"


def secrets_in(error: BaseException) -> str:
    """Everything a log could make of an error."""
    return "".join(
        [
            str(error),
            repr(error),
            repr(error.args),
            repr(vars(error)),
            *traceback.format_exception(error),
        ]
    )


LEAKS: list[tuple[str, bytes]] = [
    ("not_http", SECRET.encode() + b"\r\n\r\n"),
    ("bad_header", f"HTTP/1.1 200 OK\r\n{SECRET}\r\n\r\n".encode()),
    ("truncated", f"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{SECRET}".encode()),
    ("redirect", answer(status="302 F", extra=(f"Location: https://{SECRET}.example/",))),
    ("not_json", answer(f"<{SECRET}>".encode())),
    ("duplicate", answer(f'{{"{SECRET}":1,"{SECRET}":2}}'.encode())),
    ("status", answer(SECRET.encode(), status=f"500 {SECRET}")),
    ("content_type", answer(b"{}", kind=SECRET)),
]


@pytest.mark.rule("FE-14")
@pytest.mark.parametrize("told", [told for _, told in LEAKS], ids=[name for name, _ in LEAKS])
def test_an_error_repeats_nothing_of_request_and_answer(
    client_for: ClientFor, caplog: pytest.LogCaptureFixture, told: bytes
) -> None:
    caplog.set_level(logging.DEBUG)
    with LoopbackServer(once(told)) as server:
        client = client_for(server)
        with pytest.raises(OutboundError) as caught:
            client.request_json(
                "POST",
                f"{server.origin}/{SECRET}?token={SECRET}",
                headers={"Authorization": SECRET},
                body=SECRET.encode(),
            )
    assert SECRET not in secrets_in(caught.value)
    assert SECRET not in caplog.text
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None
    assert caught.value.origin == server.origin


@pytest.mark.parametrize(
    "url",
    [
        f"https://user:{SECRET}@idp.example/",
        f"https://{SECRET}@idp.example/",
        f"https://idp.example/#{SECRET}",
        f"https://idp.example/{SECRET} ",
        f"https://idp.example:{SECRET}/",
        f"{SECRET}://idp.example/",
    ],
)
def test_an_error_repeats_nothing_of_a_url_that_was_refused(url: str) -> None:
    client = GuardedHttpClient(clock=FakeClock(), resolver=ScriptedResolver())
    with pytest.raises(OutboundRefused) as caught:
        client.get_json(url)
    assert SECRET not in secrets_in(caught.value)
    assert caught.value.origin == ""
