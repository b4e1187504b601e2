"""What exists, as a worker remembers it under the lease: clients, resources, gateways, keys."""

from __future__ import annotations

import hmac
import threading
from contextlib import nullcontext
from typing import TYPE_CHECKING

from authserver.domain.authority import ChangeKind
from authserver.domain.gateways import GatewayKey
from authserver.services.remembering import Remembered

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from authserver.domain.clients import Client
    from authserver.domain.gateways import KeyDigests
    from authserver.domain.key_ports import Keyring
    from authserver.domain.keys import SigningKey
    from authserver.domain.ports import Database, Stores
    from authserver.domain.resources import ProtectedResource
    from authserver.services.authority import AuthorityView


class Keys:
    """The keyring of one worker: rebuilt before the lease is renewed whenever a key changed."""

    def __init__(
        self,
        database: Database,
        view: AuthorityView,
        build: Callable[[Sequence[SigningKey]], Keyring],
        aside: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """Build keyrings with `build`; listen for changes of keys.

        `aside` makes a context in which this thread mostly waits, so that another may work.
        """
        self._database = database
        self._build = build
        self._aside = aside
        self._ring: Keyring | None = None
        self._lock = threading.Lock()
        view.on_change(self._forget, self.load)

    @property
    def ring(self) -> Keyring:
        """The keyring as last read.

        Raises:
            StorageUnavailable: it was never read, and the database does not answer now.
        """
        ring = self._ring
        if ring is None:
            self.load()
            ring = self._ring
            assert ring is not None  # noqa: S101 - load sets it or raises
        return ring

    def load(self) -> None:
        """Read the keys anew.

        Raises:
            StorageUnavailable: the database does not answer; the old ring stays.
        """
        # One after the other: what was read first must not be kept last.
        # Aside first: whoever waits for the lock waits for the database.
        with self._aside(), self._lock:
            with self._database.reading() as stores:
                keys = stores.keys.list()
            self._ring = self._build(keys)

    def _forget(self, kind: ChangeKind, _value: str) -> None:
        if kind is ChangeKind.KEY:
            self.load()


class Directory:
    """Who exists, for the hot paths."""

    def __init__(self, database: Database, view: AuthorityView) -> None:
        """Remember clients by id, protected resources by name, and gateways by their keys.

        Gateways send no name. Every change of one forgets all: there are few, and a change does
        not name keys.
        """
        self.view = view
        self.clients: Remembered[str, Client] = Remembered(
            database, view, ChangeKind.CLIENT, lambda stores, name: stores.clients.get(name)
        )
        self.resources: Remembered[str, ProtectedResource] = Remembered(
            database, view, ChangeKind.RESOURCE, lambda stores, name: stores.resources.get(name)
        )
        self.gateways: Remembered[KeyDigests, GatewayKey] = Remembered(
            database, view, ChangeKind.GATEWAY, _gateway_key, concerns=lambda *_: True
        )


def _gateway_key(stores: Stores, digests: KeyDigests) -> GatewayKey | None:
    gateway = stores.gateways.by_key(digests)
    presented = dict(digests)
    if gateway is not None:
        for key in gateway.keys:
            if hmac.compare_digest(presented.get(key.pepper_id, b""), key.digest):
                return GatewayKey(gateway, key)
    return None
