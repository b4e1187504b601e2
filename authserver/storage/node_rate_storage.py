"""The node's counters as a storage of the `limits` library: scheme `node://`."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from limits.storage import MovingWindowSupport, Storage

from authserver.domain.rates import KEY_BYTES, Quota, RatesUnavailable
from authserver.storage.node_counter_file import NodeCounterFile
from authserver.storage.node_counters import NodeCounters

if TYPE_CHECKING:
    from authserver.domain.ports import Clock

SCHEME: Final = "node"
_NO_LIMIT: Final = 2**32 - 1
_NO_WINDOW: Final = "node:// counts in moving windows: use MovingWindowRateLimiter"


class NodeStorage(Storage, MovingWindowSupport):
    """Counts in a file that all workers of a node share; `limits` can count with it as it is.

    `counters` are the same counters for several quotas at once.
    """

    STORAGE_SCHEME = [SCHEME]  # noqa: RUF012 - declared so by the library

    def __init__(
        self, uri: str, *, clock: Clock, mebibytes: int = 16, wrap_exceptions: bool = False
    ) -> None:
        """Open or make the file that `uri` names: `node:///path`.

        Raises:
            RatesUnavailable: it cannot be used.
        """
        super().__init__(uri, wrap_exceptions=wrap_exceptions)
        path = Path(unquote(urlsplit(uri).path))
        self.counters = NodeCounters(NodeCounterFile(path, mebibytes, clock))
        self._clock = clock

    @property
    def base_exceptions(self) -> type[Exception]:
        """What goes wrong."""
        return RatesUnavailable

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count `amount` calls if so many may be."""
        return not self.counters.take([Quota(_digest(key), limit, expiry)], amount).is_over

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """When the window began whose oldest call still counts, and how many calls do."""
        used = self.counters.look(Quota(_digest(key), limit, expiry))
        return self._clock.now() + used.room_in - expiry, used.calls

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count `amount` calls whatever stands there; how many there are in the window."""
        quota = Quota(_digest(key), _NO_LIMIT, expiry)
        self.counters.note([quota], amount)
        return self.counters.look(quota).calls

    def get(self, key: str) -> int:
        """Not known without the length of the window, which `limits` does not tell here.

        Its moving windows, the only strategy that this storage is for, never ask.
        """
        raise NotImplementedError(_NO_WINDOW)

    def get_expiry(self, key: str) -> float:
        """The same."""
        raise NotImplementedError(_NO_WINDOW)

    def check(self) -> bool:
        """Whether the file can be used: it was opened."""
        return True

    def reset(self) -> int | None:
        """Forget every count."""
        return self.counters.forget_all()

    def clear(self, key: str) -> None:
        """Forget the counts of a key."""
        self.counters.forget(_digest(key))


def _digest(key: str) -> bytes:
    return hashlib.blake2b(key.encode(), digest_size=KEY_BYTES).digest()
