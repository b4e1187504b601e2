"""Tickets for picking up API tokens: the `TokenPickUpStore` port."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from authserver.domain.token_pick_ups import TokenPickUp
from authserver.storage.digests import among
from authserver.storage.rows.mail import token_pick_ups
from authserver.storage.store import Store

if TYPE_CHECKING:
    from authserver.domain.people_ports import Digests

_COLUMNS = token_pick_ups.c


class TokenPickUpRows(Store):
    """The tickets of one transaction."""

    def add(self, ticket: TokenPickUp) -> None:
        """Insert."""
        self._connection.execute(
            insert(token_pick_ups).values(
                issuer_id=self._issuer_id,
                digest=ticket.digest,
                pepper_id=ticket.pepper_id,
                token_id=ticket.token_id,
                subject=ticket.subject,
                created_at=ticket.created_at,
                expires_at=ticket.expires_at,
                used_at=ticket.used_at,
            )
        )

    def find(self, digests: Digests) -> TokenPickUp | None:
        """By its digests, used and expired ones too; in a writing block locked until its end."""
        row = self._connection.execute(
            self._transaction.for_change(
                select(token_pick_ups).where(
                    self._mine(token_pick_ups),
                    among(digests, _COLUMNS.digest, _COLUMNS.pepper_id),
                )
            )
        ).one_or_none()
        if row is None:
            return None
        return TokenPickUp(
            digest=bytes(row.digest),
            pepper_id=row.pepper_id,
            token_id=row.token_id,
            subject=row.subject,
            created_at=row.created_at,
            expires_at=row.expires_at,
            used_at=row.used_at,
        )

    def spend(self, ticket: TokenPickUp, at: float) -> bool:
        """True exactly once, for all workers, and not after its end."""
        spent = self._connection.execute(
            update(token_pick_ups)
            .where(
                self._mine(token_pick_ups),
                _COLUMNS.digest == ticket.digest,
                _COLUMNS.used_at.is_(None),
                _COLUMNS.expires_at > at,
            )
            .values(used_at=at)
        )
        return spent.rowcount == 1

    def end(self, token_id: str, at: float) -> int:
        """Let the unused ones of a token end at `at`; how many did not end before."""
        ended = self._connection.execute(
            update(token_pick_ups)
            .where(
                self._mine(token_pick_ups),
                _COLUMNS.token_id == token_id,
                _COLUMNS.used_at.is_(None),
                _COLUMNS.expires_at > at,
            )
            .values(expires_at=at)
        )
        return ended.rowcount
