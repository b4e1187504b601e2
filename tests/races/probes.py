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
        for connection in self._connections:
            self._send(connection, token)

    def count_received_active(self) -> int:
        """Read the answers to `send`; how often the token was called active."""
        return sum(self._is_active(connection) for connection in self._connections)

    @property
    def connections(self) -> int:
        """How many connections there are."""
        return len(self._connections)

    def _ask(self, connection: HTTPConnection, token: str, times: int) -> int:
        active = 0
        for _ in range(times):
            self._send(connection, token)
            active += self._is_active(connection)
        return active

    def _send(self, connection: HTTPConnection, token: str) -> None:
        body = urlencode({"token": token})
        connection.request("POST", "/oauth2/introspect", body, self._headers)

    def _is_active(self, connection: HTTPConnection) -> bool:
        answer = connection.getresponse()
        content = answer.read()
        assert answer.status in (200, 503), content
        # 503 says "I cannot be sure": safe, and rare enough not to hide anything.
        return answer.status == HTTPStatus.OK and bool(json.loads(content)["active"])


class DecisionProbes(Probes):
    """Open connections to the decision endpoints: active is a token whose call may pass."""

    def __init__(self, servers: Iterable[Instance], site: Site, gateway_key: str) -> None:
        super().__init__(servers, site)
        self._headers = {
            "X-Gateway-Authorization": f"Bearer {gateway_key}",
            "X-Original-Method": "GET",
            "X-Original-URI": "/rest/api/2/issue/DEMO-1",
        }

    def _send(self, connection: HTTPConnection, token: str) -> None:
        headers = {**self._headers, "Authorization": f"Bearer {token}"}
        connection.request("GET", "/gateway/auth-request", headers=headers)

    def _is_active(self, connection: HTTPConnection) -> bool:
        answer = connection.getresponse()
        content = answer.read()
        assert answer.status in (200, 401, 403), content
        reason = answer.getheader("X-Deny-Reason")
        assert reason in (None, "token-invalid", "unavailable"), reason
        return answer.status == HTTPStatus.OK
