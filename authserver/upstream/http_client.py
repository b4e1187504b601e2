"""The one client for every call to another server (OWASP ASVS 13.2.4, 13.2.5)."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeVar

from authserver.domain.outbound import (
    OutboundAnswerInvalid,
    OutboundError,
    OutboundPolicy,
    OutboundReason,
    OutboundUnavailable,
)
from authserver.upstream.http_breaker import CircuitBreakers
from authserver.upstream.http_budget import Deadline
from authserver.upstream.http_connections import new_connection
from authserver.upstream.http_documents import DocumentCalls
from authserver.upstream.http_exchange import Call, exchange, open_connection
from authserver.upstream.http_guard import TargetGuard
from authserver.upstream.http_pool import ConnectionPool
from authserver.upstream.http_requests import request_headers
from authserver.upstream.http_resolver import SystemResolver
from authserver.upstream.http_sockets import tls_context

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping
    from pathlib import Path

    from authserver.domain.outbound import OutboundResponse
    from authserver.domain.ports import Clock
    from authserver.upstream.http_connections import PinnedConnection
    from authserver.upstream.http_resolver import Resolver

GATEWAY_TROUBLE: Final = frozenset({502, 503, 504})
"""Status codes by which a server says that it cannot answer anything now."""

RETRIED: Final = frozenset(
    {
        OutboundReason.DNS_FAILED,
        OutboundReason.CONNECT_FAILED,
        OutboundReason.CONNECTION_BROKEN,
        OutboundReason.TIMEOUT,
    }
)

N = TypeVar("N", int, float)


class GuardedHttpClient(DocumentCalls):
    """Implements `authserver.domain.outbound.HttpClient`; safe to share between threads.

    Checked addresses only, the connection pinned to them; no redirects, proxies, cookies or
    content codings; bounded in time, bytes and connections; a circuit breaker per origin.

    Args:
        clock: for deadlines and breakers.
        policy: what may be called and what it may cost.
        resolver: name lookup; the system's if not given.
        ca_file: PEM file with CAs to trust beside the system's.

    Raises:
        InvalidField: the policy names a private origin that is not an origin.
        OSError: `ca_file` cannot be read or holds no certificate.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        policy: OutboundPolicy | None = None,
        resolver: Resolver | None = None,
        ca_file: Path | None = None,
    ) -> None:
        self._clock = clock
        self._policy = policy or OutboundPolicy()
        self._guard = TargetGuard(self._policy, resolver or SystemResolver())
        if ca_file is not None:
            self._tls = tls_context(ca_file)
        self._pool = ConnectionPool(clock, self._policy)
        self._breakers = CircuitBreakers(clock, self._policy)

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """For the system's CAs alone: made by the first call, for reading them takes long."""
        return tls_context(None)

    def close(self) -> None:
        """Close resting connections; the client stays usable."""
        self._pool.close()

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        accept: str = "*/*",
        max_body_bytes: int | None = None,
        total_seconds: float | None = None,
    ) -> OutboundResponse:
        """As `HttpClient.request`."""
        policy = self._policy
        origin = ""
        try:
            target = self._guard.target(url)
            origin = target.origin
            call = Call(
                target=target,
                method=method,
                headers=request_headers(method, headers, accept),
                body=body,
                deadline=Deadline(self._clock, _lower(policy.total_seconds, total_seconds)),
                max_header_bytes=policy.max_header_bytes,
                max_headers=policy.max_headers,
                max_body_bytes=_lower(policy.max_body_bytes, max_body_bytes),
            )
            return self._call_with_breaker(call)
        except OutboundError as error:
            error.origin = origin
            raise

    def _call_with_breaker(self, call: Call) -> OutboundResponse:
        origin = call.target.origin
        self._breakers.admit(origin)
        try:
            response = self._call_with_retries(call)
        except OutboundError as error:
            if _is_failure(error):
                self._breakers.failed(origin)
            elif isinstance(error, OutboundAnswerInvalid):
                self._breakers.succeeded(origin)
            raise
        if response.status in GATEWAY_TROUBLE:
            self._breakers.failed(origin)
        else:
            self._breakers.succeeded(origin)
        return response

    def _call_with_retries(self, call: Call) -> OutboundResponse:
        retries = self._policy.get_retries if call.method == "GET" else 0
        while True:
            try:
                return self._call_once(call)
            except OutboundUnavailable as error:
                if retries == 0 or error.reason not in RETRIED:
                    raise
            retries -= 1

    def _call_once(self, call: Call) -> OutboundResponse:
        origin = call.target.origin
        with self._pool.place(origin, call.deadline):
            # A server may close a resting connection just as we use it, and then nobody knows
            # whether it acted: only a GET, which can be sent again, travels on one.
            rested = self._pool.take(origin) if call.method == "GET" else None
            if rested is not None:
                try:
                    return self._exchange(rested, call)
                except OutboundUnavailable as error:
                    if error.reason is not OutboundReason.CONNECTION_BROKEN:
                        raise
            return self._exchange(self._connect(call), call)

    def _connect(self, call: Call) -> PinnedConnection:
        addresses = self._guard.addresses(call.target, call.deadline)
        connection = new_connection(
            call.target, context=self._tls, timeout_seconds=self._policy.total_seconds
        )
        open_connection(connection, addresses, call.deadline.within(self._policy.connect_seconds))
        return connection

    def _exchange(self, connection: PinnedConnection, call: Call) -> OutboundResponse:
        response, reusable = exchange(connection, call)
        if reusable:
            self._pool.keep(call.target.origin, connection)
        else:
            connection.close()
        return response


def _is_failure(error: OutboundError) -> bool:
    """Whether it says something about the server's health (a full house here does not)."""
    if isinstance(error, OutboundUnavailable):
        return error.reason is not OutboundReason.BUSY
    return error.reason is OutboundReason.PROTOCOL_ERROR


def _lower(limit: N, wanted: N | None) -> N:
    return limit if wanted is None else min(limit, wanted)
