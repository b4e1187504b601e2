"""How a worker takes leave of its connections."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from authserver.supervisor.farewell import Farewell, stop_accepting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path


def application(_environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("200 OK", [("content-type", "text/plain")])
    return [b"body"]


def headers_of(farewell: Farewell) -> list[tuple[str, str]]:
    seen: list[tuple[str, str]] = []

    def start_response(_status: str, headers: list[tuple[str, str]]) -> None:
        seen.extend(headers)

    assert farewell({}, start_response) == [b"body"]
    return seen


def test_answers_end_their_connection_from_the_farewell_on() -> None:
    farewell = Farewell(application)
    assert headers_of(farewell) == [("content-type", "text/plain")]
    farewell.begin()
    assert headers_of(farewell) == [("content-type", "text/plain"), ("connection", "close")]


ACCEPT = """
import socket, sys
listener = socket.socket(fileno=int(sys.argv[1]))
sys.stdin.read(1)
accepted, _ = listener.accept()
accepted.sendall(b"taken")
"""


def connect(address: object, family: int) -> socket.socket:
    client = socket.socket(family)
    client.settimeout(5)
    client.connect(address)  # type: ignore[arg-type]  # what getsockname gave
    return client


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6, socket.AF_UNIX])
def test_what_one_process_no_longer_accepts_is_taken_by_another(
    family: socket.AddressFamily, tmp_path: Path
) -> None:
    places = {
        socket.AF_INET: ("127.0.0.1", 0),
        socket.AF_INET6: ("::1", 0),
        socket.AF_UNIX: str(tmp_path / "s"),
    }
    with socket.socket(family) as listener:
        listener.bind(places[family])  # type: ignore[arg-type]  # one kind of place per family
        listener.listen()
        other_process = subprocess.Popen(
            [sys.executable, "-c", ACCEPT, str(listener.fileno())],
            stdin=subprocess.PIPE,
            pass_fds=[listener.fileno()],
        )
        address = listener.getsockname()
        with other_process, socket.socket(fileno=os.dup(listener.fileno())) as copy:
            stop_accepting(listener)
            with connect(address, family) as client:
                for each in (listener, copy):
                    each.setblocking(False)  # noqa: FBT003 - the method has no keyword
                    with pytest.raises(BlockingIOError):
                        each.accept()
                other_process.communicate(b"go", timeout=20)
                assert client.recv(10) == b"taken"
