"""Whether the server answers: asked over its own socket, as a client would."""

from __future__ import annotations

import contextlib
import socket
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from authserver.supervisor.plans import ListenAt

_SECONDS: Final = 2.0
_LOOPBACK: Final = {4: "127.0.0.1", 6: "::1"}


def answers(at: ListenAt, host: str) -> bool:
    """Whether `GET /livez` is answered 200 now."""
    request = f"GET /livez HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
    with contextlib.suppress(OSError), _connect(at) as connection:
        connection.sendall(request)
        return connection.recv(64).startswith(b"HTTP/1.1 200 ")
    return False


def _connect(at: ListenAt) -> socket.socket:
    if at.unix_socket is None:
        ip = ip_address(at.address)
        address = _LOOPBACK[ip.version] if ip.is_unspecified else at.address
        return socket.create_connection((address, at.port), timeout=_SECONDS)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(_SECONDS)
    try:
        connection.connect(str(at.unix_socket))
    except OSError:
        connection.close()
        raise
    return connection
