"""Opening a socket that workers accept from, and saying why it cannot be opened."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import stat
from ipaddress import ip_address
from typing import TYPE_CHECKING

from authserver.domain.errors import DomainError
from authserver.supervisor.port_holders import holder_of_port

if TYPE_CHECKING:
    from pathlib import Path

    from authserver.supervisor.plans import ListenAt


class ListenRefused(DomainError):
    """The socket cannot be opened; `hint` says what to do."""

    def __init__(self, detail: str, *, hint: str) -> None:
        """Remember cause and advice."""
        super().__init__(detail)
        self.hint = hint


def open_listener(at: ListenAt) -> socket.socket:
    """A listening socket at a place that nobody else listens at.

    Raises:
        ListenRefused: the place is taken or not allowed.
    """
    if at.unix_socket is not None:
        return _unix(at.unix_socket, at.unix_socket_mode, at.backlog)
    return _tcp(at, is_listening=True)


def open_shared_port(at: ListenAt, *, is_listening: bool = True) -> socket.socket:
    """One of several sockets at the same address and port, all of this user's (SO_REUSEPORT).

    The kernel gives connections only to those that listen.

    Raises:
        ListenRefused: the place is taken by somebody who does not share it, or not allowed.
    """
    return _tcp(at, is_listening=is_listening, is_shared=True)


def remove_unix_socket(at: ListenAt) -> None:
    """Take the Unix socket's name away after the last worker has ended."""
    if at.unix_socket is not None:
        with contextlib.suppress(FileNotFoundError):
            at.unix_socket.unlink()


def _tcp(at: ListenAt, *, is_listening: bool, is_shared: bool = False) -> socket.socket:
    is_v6 = ip_address(at.address).version == 6  # noqa: PLR2004 - the version of IP
    listener = socket.socket(socket.AF_INET6 if is_v6 else socket.AF_INET, socket.SOCK_STREAM)
    try:
        # Lets a restart bind while connections of the last run are in TIME_WAIT.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if is_shared:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind((at.address, at.port))
        if is_listening:
            listener.listen(at.backlog)
    except OSError as error:
        listener.close()
        raise _tcp_refusal(error, at.address, at.port) from error
    return listener


def _tcp_refusal(error: OSError, address: str, port: int) -> ListenRefused:
    place = f"port {port} on {address}"
    match error.errno:
        case errno.EADDRINUSE:
            holder = holder_of_port(port)
            by = f" by {holder}" if holder else ""
            return ListenRefused(
                f"{place} is taken{by}",
                hint="stop that process, or choose another port: server.port "
                "(AUTHSERVER_SERVER_PORT); an issuer that names the port has to change with it",
            )
        case errno.EACCES:
            return ListenRefused(
                f"{place} needs privileges that this user does not have",
                hint="choose a port above 1023: server.port (AUTHSERVER_SERVER_PORT)",
            )
        case errno.EADDRNOTAVAIL:
            return ListenRefused(
                f"{address} is not an address of this machine",
                hint="correct server.address (AUTHSERVER_SERVER_ADDRESS)",
            )
        case _:
            return ListenRefused(
                f"{place} cannot be opened: {(error.strerror or '').lower()}",
                hint="see server.address and server.port",
            )


def _unix(path: Path, mode: int, backlog: int) -> socket.socket:
    _remove_stale(path)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        # Born closed to everybody else, then opened as far as the settings say.
        previous = os.umask(0o177)
        try:
            listener.bind(str(path))
        finally:
            os.umask(previous)
        path.chmod(mode)
        listener.listen(backlog)
    except OSError as error:
        listener.close()
        raise ListenRefused(
            f"the Unix socket {path} cannot be opened: {(error.strerror or str(error)).lower()}",
            hint="see server.unix_socket: its folder must exist and be writable, the path short",
        ) from error
    return listener


def _remove_stale(path: Path) -> None:
    """Take away the name that a killed server left; refuse when somebody still answers on it."""
    try:
        kind = path.lstat().st_mode
    except OSError:
        return
    hint = "stop that process, or choose another path: server.unix_socket"
    if not stat.S_ISSOCK(kind):
        raise ListenRefused(f"{path} exists and is not a socket", hint="choose another path")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()
            return
        except OSError as error:
            detail = f"the Unix socket {path} is in use: {(error.strerror or '').lower()}"
            raise ListenRefused(detail, hint=hint) from error
    raise ListenRefused(f"the Unix socket {path} is taken by another server", hint=hint)
