"""What a worker remembers of the database, under the authority's lease."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from authserver.domain.authority import ChangeKind
    from authserver.domain.ports import Database, Stores
    from authserver.services.authority import AuthorityView

MOST_REMEMBERED: Final = 20_000
"""Entries a worker keeps of each kind; the oldest goes first."""

Key = TypeVar("Key")
Thing = TypeVar("Thing")


class Remembered(Generic[Key, Thing]):
    """Things by key, loaded on demand, forgotten when the authority says so.

    Absent things are not remembered: names come from outside and are without number.
    """

    def __init__(
        self,
        database: Database,
        view: AuthorityView,
        kind: ChangeKind,
        load: Callable[[Stores, Key], Thing | None],
        *,
        concerns: Callable[[Key, str], bool] | None = None,
        named: Callable[[Thing], str] | None = None,
        name_of_all: str | None = None,
    ) -> None:
        """Load with `load`; listen for changes of `kind`.

        `concerns` says whether a change of a name reaches the thing at a key, and is asked of every
        one. `named` gives the one name that a thing is reached by, for many things and many
        changes. Without either the name is the key. `name_of_all` means everything there is.
        """
        self._database = database
        self._kind = kind
        self._load = load
        self._concerns = concerns
        self._named = named
        self._name_of_all = name_of_all
        self._things: dict[Key, Thing] = {}
        self._keys: dict[str, set[Key]] = {}
        """The keys of things by their names, where they have some."""
        self._lock = threading.Lock()
        self._forgotten = 0
        view.on_change(self._forget, self._forget_all)

    def known(self, key: Key) -> Thing | None:
        """What memory holds. Only to be believed after `AuthorityView.ensure_fresh`."""
        return self._things.get(key)

    def get(self, key: Key) -> Thing | None:
        """From memory, else from the database."""
        thing = self._things.get(key)
        return thing if thing is not None else self.read(key)

    def read(self, key: Key) -> Thing | None:
        """From the database, remembered for the next time.

        Raises:
            StorageUnavailable: the database does not answer.
        """
        forgotten = self._forgotten
        with self._database.reading() as stores:
            thing = self._load(stores, key)
        if thing is not None:
            with self._lock:
                # What was read before a change was applied must not be remembered after it.
                if forgotten == self._forgotten:
                    self._keep(key, thing)
        return thing

    def _keep(self, key: Key, thing: Thing) -> None:
        if key in self._things:
            self._drop(key)
        elif len(self._things) >= MOST_REMEMBERED:
            self._drop(next(iter(self._things)))
        self._things[key] = thing
        if self._named is not None:
            self._keys.setdefault(self._named(thing), set()).add(key)

    def _drop(self, key: Key) -> None:
        thing = self._things.pop(key)
        if self._named is not None:
            name = self._named(thing)
            keys = self._keys[name]
            keys.discard(key)
            if not keys:
                del self._keys[name]

    def _forget(self, kind: ChangeKind, name: str) -> None:
        if kind is not self._kind:
            return
        if name == self._name_of_all:
            self._forget_all()
            return
        with self._lock:
            self._forgotten += 1
            for key in self._reached(name):
                self._drop(key)

    def _forget_all(self) -> None:
        with self._lock:
            self._forgotten += 1
            self._things.clear()
            self._keys.clear()

    def _reached(self, name: str) -> list[Key]:
        if self._named is not None:
            return list(self._keys.get(name, ()))
        if self._concerns is not None:
            return [key for key in self._things if self._concerns(key, name)]
        return [name] if name in self._things else []
