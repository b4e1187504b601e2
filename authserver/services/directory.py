"""What exists, as a worker remembers it under the lease: clients, resources, gateways, keys."""

from __future__ import annotations

import threading
from contextlib import nullcontext
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from authserver.domain.authority import ChangeKind
from authserver.services.gateway_memory import GatewayMemory

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from authserver.domain.clients import Client
    from authserver.domain.keys import SigningKey
    from authserver.domain.ports import Database, Keyring, Stores
    from authserver.domain.resources import ProtectedResource
    from authserver.services.authority import AuthorityView

MOST_REMEMBERED: Final = 20_000
"""Entries a worker keeps of each kind; the oldest goes first."""

Thing = TypeVar("Thing")


class Remembered(Generic[Thing]):
    """Things by name, loaded on demand, forgotten when the authority says so.

    Absent things are not remembered: names come from outside and are without number.
    """

    def __init__(
        self,
        database: Database,
        view: AuthorityView,
        kind: ChangeKind,
        load: Callable[[Stores, str], Thing | None],
    ) -> None:
        """Load with `load`; listen for changes of `kind`."""
        self._database = database
        self._kind = kind
        self._load = load
        self._things: dict[str, Thing] = {}
        self._lock = threading.Lock()
        self._forgotten = 0
        view.on_change(self._forget, self._forget_all)

    def known(self, name: str) -> Thing | None:
        """What memory holds. Only to be believed after `AuthorityView.ensure_fresh`."""
        return self._things.get(name)

    def get(self, name: str) -> Thing | None:
        """From memory, else from the database."""
        thing = self._things.get(name)
        return thing if thing is not None else self.read(name)

    def read(self, name: str) -> Thing | None:
        """From the database, remembered for the next time.

        Raises:
            StorageUnavailable: the database does not answer.
        """
        forgotten = self._forgotten
        with self._database.reading() as stores:
            thing = self._load(stores, name)
        if thing is not None:
            with self._lock:
                # What was read before a change was applied must not be remembered after it.
                if forgotten == self._forgotten:
                    if name not in self._things and len(self._things) >= MOST_REMEMBERED:
                        del self._things[next(iter(self._things))]
                    self._things[name] = thing
        return thing

    def _forget(self, kind: ChangeKind, name: str) -> None:
        if kind is self._kind:
            with self._lock:
                self._forgotten += 1
                self._things.pop(name, None)

    def _forget_all(self) -> None:
        with self._lock:
            self._forgotten += 1
            self._things.clear()


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
        """Remember clients by id, protected resources by name, gateways by their keys."""
        self.view = view
        self.clients: Remembered[Client] = Remembered(
            database, view, ChangeKind.CLIENT, lambda stores, name: stores.clients.get(name)
        )
        self.resources: Remembered[ProtectedResource] = Remembered(
            database, view, ChangeKind.RESOURCE, lambda stores, name: stores.resources.get(name)
        )
        self.gateways = GatewayMemory(database, view)
