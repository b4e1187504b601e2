"""Many calls at once over connections that stay open, so that every worker decides some."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Final, Self

from tests.gateway.call_load import ISSUE

if TYPE_CHECKING:
    from tests.gateway.bed import GatewayBed

CONNECTIONS: Final = 10
"""As many go on to the decision point at the same time: enough for both of its workers."""


class CallProbes:
    """Open connections to the nginx of a bed."""

    def __init__(self, bed: GatewayBed) -> None:
        self._connections = [
            HTTPConnection("localhost", bed.port, timeout=60) for _ in range(CONNECTIONS)
        ]
        self._pool = ThreadPoolExecutor(CONNECTIONS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()
        for connection in self._connections:
            connection.close()

    @property
    def connections(self) -> int:
        """How many connections there are."""
        return len(self._connections)

    def count_passed(self, token: str, *, times: int) -> int:
        """Call `times` times on every connection at once; how often the call passed."""
        return sum(self._pool.map(lambda one: _ask(one, token, times), self._connections))


def _ask(connection: HTTPConnection, token: str, times: int) -> int:
    passed = 0
    for _ in range(times):
        connection.request("GET", ISSUE, headers={"Authorization": f"Bearer {token}"})
        answer = connection.getresponse()
        content = answer.read()
        assert answer.status in (200, 401, 403), content
        passed += answer.status == HTTPStatus.OK
    return passed
