"""A mail server that is away, slow or talks nonsense takes its time and no more."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from authserver.crypto.system import SystemClock
from authserver.domain.mail_ports import Blame
from authserver.upstream.http_resolver import SystemResolver
from authserver.upstream.mail import SmtpSender
from tests.mail_servers import LocalMailServer
from tests.upstream.mail_sending import US, failure, sender, settings

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def plain() -> Iterator[LocalMailServer]:
    with LocalMailServer() as running:
        yield running


def test_a_server_that_is_down_is_named_as_such(plain: LocalMailServer) -> None:
    plain.stop()
    refused = failure(sender(plain))
    assert refused.blame is Blame.SERVER
    assert refused.detail.startswith("connect_failed: ECONNREFUSED")


def test_a_name_that_leads_nowhere_is_the_servers_trouble(plain: LocalMailServer) -> None:
    sending = SmtpSender(
        server=settings(plain, host="no-such-host.invalid"),
        sender=US,
        clock=SystemClock(),
        resolver=SystemResolver(),
    )
    assert failure(sending).blame is Blame.SERVER


@contextmanager
def listening(greeting: bytes = b"") -> Iterator[int]:
    """A port that takes connections, and says this much."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)
        kept: list[socket.socket] = []

        def greet() -> None:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            kept.append(connection)
            for byte in greeting:
                try:
                    connection.sendall(bytes([byte]))
                except OSError:
                    return
                time.sleep(0.02)

        thread = threading.Thread(target=greet, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            for each in kept:
                each.close()
            thread.join(10)


@pytest.mark.parametrize("greeting", [b"", b"220-" + b"slow\r\n220-" * 100])
def test_a_silent_or_trickling_server_takes_no_more_than_its_time(greeting: bytes) -> None:
    with listening(greeting) as port:
        stuck = LocalMailServer()
        stuck.port = port
        started = time.monotonic()
        refused = failure(sender(stuck, total_seconds=0.4))
        assert time.monotonic() - started < 3
        assert refused.blame is Blame.SERVER


def test_an_answer_without_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("authserver.upstream.mail.MOST_ANSWERED", 64)
    with listening(b"220-x\r\n" * 20_000) as port:
        stuck = LocalMailServer()
        stuck.port = port
        # The reader fetches a buffer ahead, so that it is a little more than the limit.
        monkeypatch.setattr(time, "sleep", lambda _: None)
        refused = failure(sender(stuck, total_seconds=8))
    assert refused.detail.startswith("headers_too_large")


def test_what_is_no_smtp_is_said_to_be_none() -> None:
    with listening(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        stuck = LocalMailServer()
        stuck.port = port
        assert failure(sender(stuck, total_seconds=2)).blame is Blame.SERVER


def test_a_late_answer_leaves_it_open_and_the_mail_to_be_tried_again() -> None:
    with LocalMailServer(delay=1.5) as server:
        refused = failure(sender(server, total_seconds=0.5))
        assert refused.blame is Blame.SERVER
        assert [each.recipient for each in server.received] == ["ada@example.org"]
