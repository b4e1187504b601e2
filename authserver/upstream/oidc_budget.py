"""Calls to providers that share one budget of time, each thread aside while it waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from authserver.domain.outbound import OutboundReason, OutboundUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from authserver.domain.outbound import HttpClient, OutboundDocument, OutboundResponse
    from authserver.domain.ports import Clock

SECONDS_MAX: Final = 5.0
"""No call lasts longer, whatever the settings and the caller allow (requirement FE-14)."""
BODY_BYTES_MAX: Final = 1024 * 1024


class BudgetedCalls:
    """The calls of one act: all of them together take no longer than `seconds`."""

    def __init__(
        self,
        http: HttpClient,
        clock: Clock,
        aside: Callable[[], AbstractContextManager[None]],
        seconds: float | None,
    ) -> None:
        """Begin to count now."""
        self._http = http
        self._clock = clock
        self._aside = aside
        self._end = clock.monotonic() + min(
            SECONDS_MAX, SECONDS_MAX if seconds is None else seconds
        )

    def get_json(self, url: str, headers: Mapping[str, str] | None = None) -> dict[str, object]:
        """As `HttpClient.get_json`, within what is left."""
        limits = self._limits()
        with self._aside():
            return self._http.get_json(url, headers=headers, **limits)

    def request_json(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> OutboundDocument:
        """As `HttpClient.request_json`, within what is left."""
        limits = self._limits()
        with self._aside():
            return self._http.request_json(method, url, headers=headers, body=body, **limits)

    def get(self, url: str, headers: Mapping[str, str], accept: str) -> OutboundResponse:
        """As `HttpClient.request` with GET, within what is left."""
        limits = self._limits()
        with self._aside():
            return self._http.request("GET", url, headers=headers, accept=accept, **limits)

    def _limits(self) -> dict[str, Any]:
        left = self._end - self._clock.monotonic()
        if left <= 0:
            raise OutboundUnavailable(OutboundReason.TIMEOUT, "the time for the calls is over")
        return {"max_body_bytes": BODY_BYTES_MAX, "total_seconds": left}
