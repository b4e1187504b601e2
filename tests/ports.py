"""Loopback ports for servers of the tests."""

from __future__ import annotations

import os
import socket
from itertools import count
from typing import Final

FIRST: Final = 12_000
"""Below the range from which Linux takes the ports of outgoing connections (32768 and up).

A port from that range that was free a moment ago may be somebody's connection when a server binds
it: in a run with a hundred thousand connections that does happen.
"""
PORTS: Final = 10_000
"""For each of two processes that run tests side by side."""

_TURNS: Final = count(os.getpid() * 101 % PORTS)
"""Runs one after the other begin at other places: closed connections occupy ports for a minute."""


def free_port() -> int:
    """A TCP port on loopback that nobody listens on now, and that no connection is given."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    first = FIRST + int(worker) % 2 * PORTS
    for turn in _TURNS:
        port = first + turn % PORTS
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("ports are counted without end")
