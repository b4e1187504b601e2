"""Connections that go to an address that was checked, and to no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from urllib3.connection import HTTPConnection, HTTPSConnection

from authserver.upstream.http_heads import StrictResponse
from authserver.upstream.http_sockets import BoundedSocket, BoundedTLSSocket, connect

if TYPE_CHECKING:
    import socket
    import ssl
    from collections.abc import Sequence

    from authserver.upstream.http_addresses import IPAddress
    from authserver.upstream.http_budget import Deadline, WireBudget
    from authserver.upstream.http_urls import Target


class PinnedConnection(HTTPConnection):
    """A connection to addresses found earlier: it never looks a name up.

    `host` stays the name of the URL, for the Host header and, over TLS, for SNI and the
    verification of the certificate. `rested_since` is set by the pool.
    """

    response_class = StrictResponse
    rested_since: float = 0.0
    _addresses: Sequence[IPAddress] = ()
    _connect_deadline: Deadline | None = None

    def open(self, addresses: Sequence[IPAddress], deadline: Deadline) -> None:
        """Connect, and over TLS shake hands, before `deadline`.

        Raises:
            OutboundUnavailable: no TCP connection.
            OSError: the handshake failed (ssl.SSLError) or took too long (TimeoutError).
        """
        self._addresses, self._connect_deadline = addresses, deadline
        self.connect()
        if isinstance(self.sock, BoundedTLSSocket):
            # A connection cut without TLS's goodbye may be an answer cut short by a third party.
            self.sock.suppress_ragged_eofs = False

    def charge(self, budget: WireBudget) -> None:
        """Let the next exchange run on `budget`."""
        assert isinstance(self.sock, BoundedSocket), "only our own sockets are used"  # noqa: S101 - a rule of this package, not input
        self.sock.budget = budget

    def _new_conn(self) -> socket.socket:
        """Replaces the library's lookup and connect."""
        assert self._connect_deadline is not None, "opened by open() only"  # noqa: S101 - a rule of this package, not input
        return connect(self._addresses, self.port, self._connect_deadline)


class PinnedTLSConnection(PinnedConnection, HTTPSConnection):
    """The same over verified TLS."""


def new_connection(
    target: Target, *, context: ssl.SSLContext, timeout_seconds: float
) -> PinnedConnection:
    """An unopened connection for the origin of `target`."""
    if target.scheme == "https":
        return PinnedTLSConnection(
            target.host, target.port, timeout=timeout_seconds, ssl_context=context
        )
    return PinnedConnection(target.host, target.port, timeout=timeout_seconds)
