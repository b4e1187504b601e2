"""Dynamic registration: the `RegistrationStore` port."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update

from authserver.domain.registrations import Registration
from authserver.storage.initial_access_tokens import InitialAccessTokenRows
from authserver.storage.rows.registrations import registrations
from authserver.storage.texts import is_storable

if TYPE_CHECKING:
    from collections.abc import Sequence

_COLUMNS = registrations.c


class RegistrationRows(InitialAccessTokenRows):
    """The registrations of one transaction, and the tokens they were made with."""

    def add(self, registration: Registration) -> None:
        """Insert."""
        self._connection.execute(
            insert(registrations).values(
                issuer_id=self._issuer_id,
                client_id=registration.client_id,
                digest=registration.digest,
                pepper_id=registration.pepper_id,
                token_id=registration.token_id,
                created_at=registration.created_at,
                last_used_at=registration.last_used_at,
            )
        )

    def get(self, client_id: str) -> Registration | None:
        """Of one client; locked until the end when writing."""
        if not is_storable(client_id):
            return None
        row = self._connection.execute(
            self._transaction.for_change(
                select(registrations).where(
                    self._mine(registrations), _COLUMNS.client_id == client_id
                )
            )
        ).one_or_none()
        if row is None:
            return None
        return Registration(
            client_id=row.client_id,
            digest=bytes(row.digest),
            pepper_id=row.pepper_id,
            token_id=row.token_id,
            created_at=row.created_at,
            last_used_at=row.last_used_at,
        )

    def replace_token(self, client_id: str, *, digest: bytes, pepper_id: str) -> bool:
        """Rotate the registration access token; False when there is no such registration."""
        replaced = self._connection.execute(
            update(registrations)
            .where(self._mine(registrations), _COLUMNS.client_id == client_id)
            .values(digest=digest, pepper_id=pepper_id)
        )
        return replaced.rowcount == 1

    def remove(self, client_id: str) -> None:
        """Forget it."""
        self._connection.execute(
            delete(registrations).where(self._mine(registrations), _COLUMNS.client_id == client_id)
        )

    def note_use(self, client_id: str, at: float) -> None:
        """The client got a token; never moves back."""
        self._connection.execute(
            update(registrations)
            .where(
                self._mine(registrations),
                _COLUMNS.client_id == client_id,
                _COLUMNS.last_used_at < at,
            )
            .values(last_used_at=at)
        )

    def unused_since(self, before: float, limit: int) -> Sequence[str]:
        """Ids of clients last used before `before`, the longest unused first."""
        return self._connection.scalars(
            select(_COLUMNS.client_id)
            .where(self._mine(registrations), _COLUMNS.last_used_at < before)
            .order_by(_COLUMNS.last_used_at, _COLUMNS.client_id)
            .limit(limit)
        ).all()
