"""A listener on loopback that nobody may call."""

from __future__ import annotations

import socket
import threading
from typing import Self


class Canary:
    """Counts the connections it gets; use as a block."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.05)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self.hits = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}/keys.json"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._listener.close()

    def _listen(self) -> None:
        stopping = False
        while not stopping:
            # Once more after the end: a connection may wait to be accepted.
            stopping = self._stop.is_set()
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:
                continue
            self.hits += 1
            connection.close()
            stopping = False
