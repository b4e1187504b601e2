"""Counts of failed credentials: the `FailureStore` port."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from authserver.storage.inserts import insert_into
from authserver.storage.rows.failures import failures

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from authserver.storage.transactions import Transaction


class FailureRows:
    """The failure counts of one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        """Work inside the transaction."""
        self._connection = transaction.connection

    def add(self, keys: Iterable[str], window_start: float, expires_at: float) -> Mapping[str, int]:
        """Count one failure for each key in the window; the new counts."""
        counts: dict[str, int] = {}
        # In one order for everybody: two failures with the same keys must not cross.
        for key in sorted(set(keys)):
            statement = insert_into(self._connection, failures).values(
                key=key, window_start=window_start, count=1, expires_at=expires_at
            )
            counts[key] = self._connection.execute(
                statement.on_conflict_do_update(
                    index_elements=[failures.c.key, failures.c.window_start],
                    set_={"count": failures.c.count + 1},
                ).returning(failures.c.count)
            ).scalar_one()
        return counts

    def counts(self, keys: Iterable[str], window_start: float) -> Mapping[str, int]:
        """The counts now (absent keys: not failed)."""
        asked = sorted(set(keys))
        if not asked:
            return {}
        rows = self._connection.execute(
            select(failures.c.key, failures.c.count).where(
                failures.c.window_start == window_start, failures.c.key.in_(asked)
            )
        )
        return {key: int(count) for key, count in rows}

    def take_back(self, keys: Iterable[str], window_start: float) -> None:
        """Count one less for each key in the window, never below none."""
        for key in sorted(set(keys)):
            self._connection.execute(
                update(failures)
                .where(
                    failures.c.key == key,
                    failures.c.window_start == window_start,
                    failures.c.count > 0,
                )
                .values(count=failures.c.count - 1)
            )
