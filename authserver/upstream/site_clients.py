"""One guarded client for each registered site."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from authserver.domain.outbound import OutboundPolicy
from authserver.upstream.http_client import GuardedHttpClient

if TYPE_CHECKING:
    from pathlib import Path

    from authserver.domain.ports import Clock

MOST_SITES: Final = 100


class SiteClients:
    """Makes clients that may call one origin wherever it lives, and nothing else out of bounds.

    An administrator registered the site at that address, and the gateway in front of it calls it
    there anyway: private addresses and plain HTTP to such a one are as meant.
    """

    def __init__(self, *, clock: Clock, ca_file: Path | None) -> None:
        """`ca_file`: further certificate authorities to trust."""
        self._clock = clock
        self._ca_file = ca_file
        self._clients: dict[str, GuardedHttpClient] = {}
        self._lock = threading.Lock()

    def of(self, origin: str) -> GuardedHttpClient:
        """The client for an origin (`scheme://host[:port]`)."""
        with self._lock:
            client = self._clients.get(origin)
            if client is None:
                if len(self._clients) >= MOST_SITES:
                    self._clients.pop(next(iter(self._clients))).close()
                policy = OutboundPolicy(private_origins=frozenset({origin}))
                client = GuardedHttpClient(clock=self._clock, policy=policy, ca_file=self._ca_file)
                self._clients[origin] = client
            return client

    def close(self) -> None:
        """Close every connection."""
        with self._lock:
            for client in self._clients.values():
                client.close()
            self._clients.clear()
