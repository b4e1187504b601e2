"""A lookup that hangs costs its time limit and a place among few, no more (F-27)."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING

import pytest

from authserver.upstream.http_resolver import SystemResolver

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.rule("F-27")


@pytest.fixture
def stuck_dns(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """The system's resolver waits until the event is set."""
    answer = threading.Event()

    def wait(*_args: object, **_more: object) -> list[object]:
        answer.wait(30)
        raise socket.gaierror(socket.EAI_AGAIN, "later")

    monkeypatch.setattr(socket, "getaddrinfo", wait)
    yield answer
    answer.set()


def test_the_systems_names_are_found() -> None:
    found = SystemResolver().resolve("localhost", 443, timeout_seconds=10)
    assert set(found) & {"127.0.0.1", "::1"}


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(OSError):
        SystemResolver().resolve("-", 443, timeout_seconds=10)


def test_a_lookup_that_hangs_ends_in_time_and_many_do_not_pile_up(
    stuck_dns: threading.Event,
) -> None:
    resolver = SystemResolver(max_lookups=2)
    before = threading.active_count()
    for _ in range(5):
        with pytest.raises(TimeoutError):
            resolver.resolve("slow.example", 443, timeout_seconds=0.02)
    assert threading.active_count() <= before + 2


def test_a_machine_without_threads_left_is_a_failed_lookup(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError

    resolver = SystemResolver(max_lookups=1)
    monkeypatch.setattr(threading.Thread, "start", refuse)
    for _ in range(2):
        with pytest.raises(OSError) as caught:
            resolver.resolve("idp.example", 443, timeout_seconds=1)
        assert not isinstance(caught.value, TimeoutError)


def test_a_place_is_free_again_when_its_lookup_ends(stuck_dns: threading.Event) -> None:
    resolver = SystemResolver(max_lookups=1)
    with pytest.raises(TimeoutError):
        resolver.resolve("slow.example", 443, timeout_seconds=0.02)
    stuck_dns.set()
    assert resolver._slots.acquire(timeout=10)
    resolver._slots.release()
    with pytest.raises(socket.gaierror):
        resolver.resolve("slow.example", 443, timeout_seconds=10)
