"""Gateways as a worker remembers them under the lease: by their keys, for they send no name."""

from __future__ import annotations

import hmac
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from authserver.domain.authority import ChangeKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.gateways import Gateway
    from authserver.domain.ports import Database
    from authserver.domain.stored_secrets import StoredSecret
    from authserver.services.authority import AuthorityView

MOST_KEYS: Final = 20_000
"""Keys a worker remembers; the oldest goes first."""


@dataclass(frozen=True, slots=True)
class GatewayKey:
    """A key and whose it is; it may have expired."""

    gateway: Gateway
    key: StoredSecret


class GatewayMemory:
    """Keys of gateways by pepper and digest, loaded on demand.

    Every change of a gateway forgets all of them: there are few, and a change does not name keys.
    Keys that nobody has are not remembered: they come from outside and are without number.
    """

    def __init__(self, database: Database, view: AuthorityView) -> None:
        """Listen for changes of gateways."""
        self._database = database
        self._keys: dict[tuple[str, bytes], GatewayKey] = {}
        self._lock = threading.Lock()
        self._forgotten = 0
        view.on_change(self._forget, self._forget_all)

    def known(self, pepper_id: str, digest: bytes) -> GatewayKey | None:
        """What memory holds. Only to be believed after `AuthorityView.ensure_fresh`."""
        return self._keys.get((pepper_id, digest))

    def read(self, digests: Mapping[str, bytes]) -> GatewayKey | None:
        """From the database, by the digest under each pepper; remembered for the next time.

        Raises:
            StorageUnavailable: the database does not answer.
        """
        forgotten = self._forgotten
        with self._database.reading() as stores:
            gateway = stores.gateways.by_key(digests.items())
        if gateway is None:
            return None
        for key in gateway.keys:
            if hmac.compare_digest(digests.get(key.pepper_id, b""), key.digest):
                found = GatewayKey(gateway, key)
                with self._lock:
                    # What was read before a change was applied must not be remembered after it.
                    if forgotten == self._forgotten:
                        if len(self._keys) >= MOST_KEYS:
                            del self._keys[next(iter(self._keys))]
                        self._keys[key.pepper_id, key.digest] = found
                return found
        return None

    def _forget(self, kind: ChangeKind, _name: str) -> None:
        if kind is ChangeKind.GATEWAY:
            self._forget_all()

    def _forget_all(self) -> None:
        with self._lock:
            self._forgotten += 1
            self._keys.clear()
