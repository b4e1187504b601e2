"""Who listens on a port: best effort, from /proc, for the message that the port is taken."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_LISTENING: Final = "0A"
"""State of a listening socket in /proc/net/tcp."""


def holder_of_port(port: int, proc: Path = Path("/proc")) -> str:
    """`nginx (pid 123)`, or "" where that cannot be seen (another user's process, no /proc)."""
    wanted = {f"socket:[{inode}]" for inode in _inodes(port, proc)}
    if not wanted:
        return ""
    for process in proc.glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if any(str(link.readlink()) in wanted for link in _links(process)):
                name = (process / "comm").read_text().strip()
                return f"{name} (pid {process.name})"
    return ""


def _links(process: Path) -> Iterator[Path]:
    yield from (process / "fd").iterdir()


def _inodes(port: int, proc: Path) -> Iterator[str]:
    """Inode numbers of the sockets that listen on the port, over IPv4 and IPv6."""
    for table in ("net/tcp", "net/tcp6"):
        try:
            lines = (proc / table).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            columns = line.split()
            if columns[3] == _LISTENING and int(columns[1].rpartition(":")[2], 16) == port:
                yield columns[9]
