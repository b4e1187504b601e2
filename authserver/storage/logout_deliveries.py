"""Clients that are still to be told of a logout: the `LogoutDeliveryStore` port."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update

from authserver.domain.logout_deliveries import LogoutDelivery
from authserver.storage.rows.sessions import logout_deliveries
from authserver.storage.store import Store

if TYPE_CHECKING:
    from collections.abc import Sequence

_COLUMNS = logout_deliveries.c


class LogoutDeliveryRows(Store):
    """The deliveries of one transaction."""

    def add(self, delivery: LogoutDelivery) -> None:
        """Insert."""
        self._connection.execute(
            insert(logout_deliveries).values(issuer_id=self._issuer_id, **asdict(delivery))
        )

    def due(self, now: float, limit: int) -> Sequence[LogoutDelivery]:
        """Those to try at `now`, longest waiting first; given up or not."""
        rows = self._connection.execute(
            select(logout_deliveries)
            .where(self._mine(logout_deliveries), _COLUMNS.next_attempt_at <= now)
            .order_by(_COLUMNS.next_attempt_at, _COLUMNS.delivery_id)
            .limit(limit)
        )
        return [
            LogoutDelivery(
                delivery_id=row.delivery_id,
                client_id=row.client_id,
                uri=row.uri,
                subject=row.subject,
                session_id=row.session_id,
                created_at=row.created_at,
                next_attempt_at=row.next_attempt_at,
                attempts=row.attempts,
                expires_at=row.expires_at,
            )
            for row in rows
        ]

    def retry(self, delivery_id: str, *, next_attempt_at: float) -> None:
        """Count an attempt that failed."""
        self._connection.execute(
            update(logout_deliveries)
            .where(self._mine(logout_deliveries), _COLUMNS.delivery_id == delivery_id)
            .values(attempts=_COLUMNS.attempts + 1, next_attempt_at=next_attempt_at)
        )

    def remove(self, delivery_id: str) -> None:
        """Delivered, or given up."""
        self._connection.execute(
            delete(logout_deliveries).where(
                self._mine(logout_deliveries), _COLUMNS.delivery_id == delivery_id
            )
        )
