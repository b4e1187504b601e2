"""Many introspections at once, over connections that stay open, so that every worker is asked."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Self
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.instances import Instance, Site

CONNECTIONS_EACH = 6
"""Connections to each server: enough to reach both of its workers, almost surely."""


class Probes:
    """Open connections to the introspection endpoints of several servers."""

    def __init__(self, servers: Iterable[Instance], site: Site) -> None:
        self._headers = {
            "Authorization": site.authorization,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        self._connections = [
            HTTPConnection("localhost", server.port, timeout=60)
            for server in servers
            for _ in range(CONNECTIONS_EACH)
        ]
        self._pool = ThreadPoolExecutor(len(self._connections))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()
        for connection in self._connections:
            connection.close()

    def count_active(self, token: str, *, times: int) -> int:
        """Ask `times` times on every connection at once; how often the token was called active."""
        answers = self._pool.map(lambda one: self._ask(one, token, times), self._connections)
        return sum(answers)

    def send(self, token: str) -> None:
        """Send one question on every connection; the servers may be unable to read it yet."""
        body = urlencode({"token": token})
        for connection in self._connections:
            connection.request("POST", "/oauth2/introspect", body, self._headers)

    def count_received_active(self) -> int:
        """Read the answers to `send`; how often the token was called active."""
        return sum(_is_active(connection) for connection in self._connections)

    @property
    def connections(self) -> int:
        """How many connections there are."""
        return len(self._connections)

    def _ask(self, connection: HTTPConnection, token: str, times: int) -> int:
        body = urlencode({"token": token})
        active = 0
        for _ in range(times):
            connection.request("POST", "/oauth2/introspect", body, self._headers)
            active += _is_active(connection)
        return active


def _is_active(connection: HTTPConnection) -> bool:
    answer = connection.getresponse()
    content = answer.read()
    assert answer.status in (200, 503), content
    # 503 says "I cannot be sure": safe, and rare enough not to hide anything.
    return answer.status == HTTPStatus.OK and bool(json.loads(content)["active"])
