"""Sockets that no peer can hold longer, or fill further, than one call's budget."""

from __future__ import annotations

import errno
import os
import socket
import ssl
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from authserver.domain.outbound import OutboundReason, OutboundUnavailable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from _typeshed import ReadableBuffer, WriteableBuffer

    from authserver.upstream.http_addresses import IPAddress
    from authserver.upstream.http_budget import Deadline, WireBudget

MAX_CONNECT_ATTEMPTS = 4


class BoundedSocket(socket.socket):
    """A socket whose every read and write gets only the time that is left of the call.

    A timeout per read would let a server that sends one byte now and then go on for ever.
    """

    budget: WireBudget
    """Set before the first use; connecting and shaking hands have their own limit."""

    def recv_into(self, buffer: WriteableBuffer, nbytes: int | None = None, flags: int = 0) -> int:
        """Read within the budget; all reads of the HTTP parser come through here."""
        wanted = nbytes or memoryview(buffer).nbytes
        self._arm()
        count = super().recv_into(buffer, wanted, flags)
        self.budget.spend(count)
        return count

    def send(self, data: ReadableBuffer, flags: int = 0) -> int:
        """Write within the deadline."""
        self._arm()
        return super().send(data, flags)

    def sendall(self, data: ReadableBuffer, flags: int = 0) -> None:
        """Write all within the deadline."""
        self._arm()
        super().sendall(data, flags)

    def _arm(self) -> None:
        self.settimeout(self.budget.deadline.remaining())


class BoundedTLSSocket(BoundedSocket, ssl.SSLSocket):
    """The same over TLS; the handshake has the timeout that the TCP socket had, as a whole."""

    suppress_ragged_eofs: bool


def tls_context(ca_file: Path | None) -> ssl.SSLContext:
    """Verifying client context, TLS 1.2 or newer, for the system's CAs and those in `ca_file`.

    Not `ssl.create_default_context`: that one writes session keys to where SSLKEYLOGFILE says.

    Raises:
        OSError: `ca_file` cannot be read or holds no certificate (ssl.SSLError).
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.hostname_checks_common_name = False
    # Some releases of Python 3.11 set it, and then a connection cut off looks like an answer's end.
    context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
    context.load_default_certs()
    if ca_file is not None:
        context.load_verify_locations(cafile=ca_file)
    context.sslsocket_class = BoundedTLSSocket
    return context


def connect(addresses: Sequence[IPAddress], port: int, deadline: Deadline) -> BoundedSocket:
    """Connect to the first address that answers; each gets its share of the time.

    Raises:
        OutboundUnavailable: `timeout` or `connect_failed`.
    """
    attempts = addresses[:MAX_CONNECT_ATTEMPTS]
    failure = OutboundUnavailable(OutboundReason.CONNECT_FAILED)
    for index, address in enumerate(attempts):
        share = deadline.remaining() / (len(attempts) - index)
        try:
            return _connect_one(address, port, deadline, share)
        except OSError as error:
            failure = _connect_failure(error)
    raise failure


def _connect_one(
    address: IPAddress, port: int, deadline: Deadline, seconds: float
) -> BoundedSocket:
    family = socket.AF_INET if isinstance(address, IPv4Address) else socket.AF_INET6
    connection = BoundedSocket(family, socket.SOCK_STREAM)
    try:
        connection.settimeout(seconds)
        connection.connect((str(address), port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # What is left now is the time for the TLS handshake.
        connection.settimeout(deadline.remaining())
    except BaseException:
        connection.close()
        raise
    return connection


def _connect_failure(error: OSError) -> OutboundUnavailable:
    if isinstance(error, TimeoutError):
        return OutboundUnavailable(OutboundReason.TIMEOUT, "no connection in time")
    name = errno.errorcode.get(error.errno or 0, "")
    text = os.strerror(error.errno) if name and error.errno else "unknown"
    return OutboundUnavailable(OutboundReason.CONNECT_FAILED, f"{name} {text}".strip())
