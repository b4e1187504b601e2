"""Stores whose users do nothing for a while after each lock: they meet who would not always."""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from authserver.storage.store import Store

LINGERING_SECONDS: Final = 0.05


def lingering(look: Callable[..., Any]) -> Callable[..., Any]:
    """A store's method that takes longer when it is asked in a writing block."""

    def linger(store: Store, *asked: Any, **stated: Any) -> Any:
        found = look(store, *asked, **stated)
        if store._transaction.writing:
            Event().wait(LINGERING_SECONDS)
        return found

    return linger
