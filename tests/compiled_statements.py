"""SQL compiled once for all databases of a process, not once for each.

Tests open thousands of databases, each with an engine of its own, and an engine compiles every
statement anew: a fifth of the time of most tests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Engine, event

if TYPE_CHECKING:
    from sqlalchemy import Connection


class CompiledStatements:
    """What an engine asks of the cache of its statements, for all engines of a driver."""

    def __init__(self) -> None:
        self._kept: dict[tuple[Any, ...], Any] = {}

    def get(self, key: tuple[Any, ...]) -> Any:
        """The statement, if one that is like it was compiled for the same driver."""
        return self._kept.get(_of_driver(key))

    def __setitem__(self, key: tuple[Any, ...], compiled: Any) -> None:
        self._kept[_of_driver(key)] = compiled


def _of_driver(key: tuple[Any, ...]) -> tuple[Any, ...]:
    """SQLAlchemy's key begins with the dialect object of the one engine."""
    dialect, *statement = key
    return (dialect.name, dialect.driver, *statement)


_COMPILED: Final = CompiledStatements()


def share_statements() -> None:
    """Let every engine use what others have compiled."""
    event.listen(Engine, "engine_connect", _use_shared)


def _use_shared(connection: Connection) -> None:
    connection.execution_options(compiled_cache=_COMPILED)
