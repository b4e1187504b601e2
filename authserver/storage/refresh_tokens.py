"""Refresh tokens: their part of the `GrantStore` port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, insert, select, update

from authserver.domain.refresh_tokens import RefreshToken
from authserver.storage.digests import among
from authserver.storage.rows.grants import grants, refresh_tokens
from authserver.storage.store import Store
from authserver.storage.texts import is_storable

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Row

    from authserver.domain.people_ports import Digests

_COLUMNS = refresh_tokens.c


class RefreshTokenRows(Store):
    """The refresh tokens of one transaction."""

    def add_refresh_token(self, token: RefreshToken) -> None:
        """Insert. A family never gets two members of one generation."""
        self._connection.execute(
            insert(refresh_tokens).values(
                issuer_id=self._issuer_id,
                grant_id=token.grant_id,
                generation=token.generation,
                digest=token.digest,
                pepper_id=token.pepper_id,
                issued_at=token.issued_at,
                valid_until=token.expires_at,
                expires_at=token.expires_at,
                superseded_at=token.superseded_at,
                sealed_successor=token.sealed_successor,
                grace_uses=token.grace_uses,
            )
        )

    def find_refresh_token(self, digests: Digests) -> RefreshToken | None:
        """A member of any family; locked until the end when writing."""
        row = self._connection.execute(
            self._transaction.for_change(
                select(refresh_tokens).where(
                    self._mine(refresh_tokens),
                    among(digests, _COLUMNS.digest, _COLUMNS.pepper_id),
                )
            )
        ).one_or_none()
        return None if row is None else _token(row)

    def supersede(self, token: RefreshToken, *, at: float, sealed_successor: bytes) -> bool:
        """Make it the predecessor of a new leaf: True exactly once (one conditional UPDATE).

        From then on the row stays until its grant is over, so that another use is noticed.
        """
        grant_end = (
            select(grants.c.expires_at)
            .where(self._mine(grants), grants.c.grant_id == _COLUMNS.grant_id)
            .scalar_subquery()
        )
        superseded = self._connection.execute(
            update(refresh_tokens)
            .where(self._is(token), _COLUMNS.superseded_at.is_(None))
            .values(
                superseded_at=at,
                sealed_successor=sealed_successor,
                expires_at=func.coalesce(grant_end, _COLUMNS.expires_at),
            )
        )
        return superseded.rowcount == 1

    def count_grace_use(self, token: RefreshToken) -> int:
        """Count one use of a superseded token; the new count."""
        count: int = self._connection.execute(
            update(refresh_tokens)
            .where(self._is(token))
            .values(grace_uses=_COLUMNS.grace_uses + 1)
            .returning(_COLUMNS.grace_uses)
        ).scalar_one()
        return count

    def leaf(self, grant_id: str) -> RefreshToken | None:
        """The member of the family that was not superseded."""
        if not is_storable(grant_id):
            return None
        row = self._connection.execute(
            select(refresh_tokens)
            .where(
                self._mine(refresh_tokens),
                _COLUMNS.grant_id == grant_id,
                _COLUMNS.superseded_at.is_(None),
            )
            .order_by(_COLUMNS.generation.desc())
            .limit(1)
        ).one_or_none()
        return None if row is None else _token(row)

    def _is(self, token: RefreshToken) -> ColumnElement[bool]:
        return and_(
            self._mine(refresh_tokens),
            _COLUMNS.grant_id == token.grant_id,
            _COLUMNS.generation == token.generation,
        )


def _token(row: Row[Any]) -> RefreshToken:
    return RefreshToken(
        digest=bytes(row.digest),
        pepper_id=row.pepper_id,
        grant_id=row.grant_id,
        generation=row.generation,
        issued_at=row.issued_at,
        expires_at=row.valid_until,
        superseded_at=row.superseded_at,
        sealed_successor=bytes(row.sealed_successor),
        grace_uses=row.grace_uses,
    )
