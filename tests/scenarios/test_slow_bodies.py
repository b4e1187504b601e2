"""Bodies that never end: their senders wait, everybody else is served."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.instances import Instance

if TYPE_CHECKING:
    from pathlib import Path

SLOW = 30
HEAD = (
    "POST /oauth2/token HTTP/1.1\r\nHost: localhost:{port}\r\n"
    "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\ngrant_type="
)


@pytest.mark.slow
@pytest.mark.rule("HT-02")
def test_thirty_bodies_that_never_end_keep_nobody_from_being_served(tmp_path: Path) -> None:
    instance = Instance(tmp_path / "server").initialise()
    site = instance.register_site("jira-main", "jira-dc", "https://jira.example.com")
    caller = instance.register_caller("worker", site, "READ")
    with instance.start(), ExitStack() as stack:
        slow = [
            stack.enter_context(socket.create_connection(("127.0.0.1", instance.port)))
            for _ in range(SLOW)
        ]
        for connection in slow:
            connection.sendall(HEAD.format(port=instance.port).encode())
        for _ in range(10):
            assert instance.introspect(site, instance.token(caller))["active"]
        # The bodies are still waited for: nobody was served because the slow ones were gone.
        for connection in slow:
            connection.setblocking(False)  # noqa: FBT003 - the method has no keyword
            with pytest.raises(BlockingIOError):
                connection.recv(1)
