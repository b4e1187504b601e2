"""Several administrative acts in one transaction: each thinks that it has its own."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from authserver.domain.authority import Change
    from authserver.domain.ports import Stores


class OneTransaction:
    """The `Database` of services that work inside a transaction that somebody else opened.

    Every block, reading or writing, has the same stores; nothing is committed when one ends. What
    takes power away is told to the authority by whoever opened the transaction, last and at once
    (`changes`): its lock comes after all others, and no service could keep that order by itself.
    """

    def __init__(self, stores: Stores, changes: list[Change]) -> None:
        """Take the stores of the open transaction, and where to note what the authority is told."""
        self.stores = cast("Stores", _LateAuthorityStores(stores, changes))

    @contextmanager
    def reading(self) -> Iterator[Stores]:
        """What there is now, with what was written before."""
        yield self.stores

    @contextmanager
    def writing(self) -> Iterator[Stores]:
        """The same: it counts when the whole transaction is committed."""
        yield self.stores


class _LateAuthorityStores:
    """The stores of a transaction, with an authority that remembers what it is told."""

    def __init__(self, stores: Stores, changes: list[Change]) -> None:
        self._stores = stores
        self.authority = _LateAuthority(stores, changes)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stores, name)


class _LateAuthority:
    """Remembers changes; answers everything else as the store does."""

    def __init__(self, stores: Stores, changes: list[Change]) -> None:
        self._stores = stores
        self._changes = changes

    def advance(self, changes: Iterable[Change]) -> int:
        """Remember changes, each once; the number is that of before."""
        self._changes += [each for each in changes if each not in self._changes]
        return self._stores.authority.position().seq

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stores.authority, name)
