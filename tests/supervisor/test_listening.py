"""The listening socket, the pid file, and who stands in the way."""

from __future__ import annotations

import os
import socket
import stat
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from authserver.supervisor.listeners import open_listeners
from authserver.supervisor.listening import ListenRefused, open_listener, remove_unix_socket
from authserver.supervisor.pid_files import pid_file
from authserver.supervisor.plans import ListenAt
from authserver.supervisor.port_holders import holder_of_port
from authserver.supervisor.readiness import answers

if TYPE_CHECKING:
    from pathlib import Path


def at_port(port: int, address: str = "127.0.0.1") -> ListenAt:
    return ListenAt(address, port, None, 0o660, 128)


def at_socket(path: Path) -> ListenAt:
    return ListenAt("127.0.0.1", 8000, path, 0o660, 128)


def test_a_taken_port_names_its_holder_and_the_setting() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with pytest.raises(
            ListenRefused, match=rf"port {port} .* taken by .*{os.getpid()}"
        ) as told:
            open_listener(at_port(port))
        assert "AUTHSERVER_SERVER_PORT" in told.value.hint


def test_a_port_that_others_share_by_reuseport_is_taken_too() -> None:
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        with pytest.raises(ListenRefused, match="is taken"):
            open_listener(at_port(holder.getsockname()[1]))


def test_a_second_server_of_this_kind_meets_a_port_that_is_taken() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        at = at_port(probe.getsockname()[1])
    with (
        open_listeners(at, 2),
        pytest.raises(ListenRefused, match="is taken"),
        open_listeners(at, 2),
    ):
        raise AssertionError("two servers share a port, and neither knows of it")


def test_connections_are_spread_over_the_workers_sockets() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        at = at_port(probe.getsockname()[1])
    with open_listeners(at, 2) as listeners, ExitStack() as callers:
        for _ in range(64):
            callers.enter_context(socket.create_connection((at.address, at.port)))
        waiting = [accepted(listeners.of(worker)) for worker in (0, 1)]
        assert sum(waiting) == 64
        assert min(waiting) >= 8


def accepted(listener: socket.socket) -> int:
    """How many connections wait there; they are closed."""
    listener.setblocking(False)  # noqa: FBT003 - the method has no keyword
    count = 0
    while True:
        try:
            connection, _ = listener.accept()
        except BlockingIOError:
            return count
        connection.close()
        count += 1


def test_a_retired_socket_gets_no_connection_until_somebody_listens_at_the_new_one() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        at = at_port(probe.getsockname()[1])
    with open_listeners(at, 2) as listeners, ExitStack() as callers:
        listeners.retire(0)
        for _ in range(32):
            callers.enter_context(socket.create_connection((at.address, at.port)))
        assert accepted(listeners.of(1)) == 32
        listeners.of(0).listen(at.backlog)
        for _ in range(64):
            callers.enter_context(socket.create_connection((at.address, at.port)))
        assert accepted(listeners.of(0)) >= 8


def test_workers_share_a_unix_socket(tmp_path: Path) -> None:
    with open_listeners(at_socket(tmp_path / "s"), 2) as listeners:
        listeners.retire(0)
        assert listeners.of(0) is listeners.of(1)


def test_a_foreign_address_is_refused_by_name() -> None:
    with pytest.raises(ListenRefused, match=r"192\.0\.2\.1 is not an address of this machine"):
        open_listener(at_port(8000, "192.0.2.1"))


def test_a_free_port_is_nobodys() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert holder_of_port(port) == ""


def test_without_proc_nobody_is_named(tmp_path: Path) -> None:
    assert holder_of_port(80, tmp_path) == ""


def test_a_unix_socket_has_the_permissions_of_the_settings(tmp_path: Path) -> None:
    at = at_socket(tmp_path / "s")
    with open_listener(at):
        assert stat.S_IMODE((tmp_path / "s").stat().st_mode) == 0o660
    remove_unix_socket(at)
    assert not (tmp_path / "s").exists()


def test_the_socket_of_a_killed_server_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as left_over:
        left_over.bind(str(path))
    with open_listener(at_socket(path)):
        assert path.is_socket()


def test_the_socket_of_a_running_server_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with open_listener(at_socket(path)), pytest.raises(ListenRefused, match="taken by another"):
        open_listener(at_socket(path))
    assert path.is_socket()


def test_a_file_in_the_place_of_the_socket_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "s"
    path.write_text("precious")
    with pytest.raises(ListenRefused, match="not a socket"):
        open_listener(at_socket(path))
    assert path.read_text() == "precious"


def test_a_socket_in_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ListenRefused, match="cannot be opened"):
        open_listener(at_socket(tmp_path / "no" / "s"))


def test_only_one_supervisor_holds_a_pid_file(tmp_path: Path) -> None:
    path = tmp_path / "pid"
    with pid_file(path):
        assert path.read_text() == f"{os.getpid()}\n"
        with pytest.raises(ListenRefused, match=f"runs already with pid {os.getpid()}"):
            pid_file(path).__enter__()
        assert path.exists()
    assert not path.exists()


def test_a_left_over_pid_file_is_taken_over_whatever_number_is_in_it(tmp_path: Path) -> None:
    path = tmp_path / "pid"
    path.write_text("1\n")
    with pid_file(path):
        assert path.read_text() == f"{os.getpid()}\n"


def test_a_pid_file_that_cannot_be_written_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ListenRefused, match="cannot be written"):
        pid_file(tmp_path / "no" / "pid").__enter__()


def test_nobody_answers_where_nobody_listens(tmp_path: Path) -> None:
    assert not answers(at_socket(tmp_path / "s"), "localhost")
