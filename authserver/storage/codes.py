"""Authorization codes: their part of the `GrantStore` port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select, update

from authserver.domain.codes import AuthorizationCode
from authserver.storage.digests import among
from authserver.storage.rows.grants import authorization_codes, grants
from authserver.storage.store import Store

if TYPE_CHECKING:
    from sqlalchemy import Row

    from authserver.domain.people_ports import Digests

_COLUMNS = authorization_codes.c


class CodeRows(Store):
    """The codes of one transaction."""

    def add_code(self, code: AuthorizationCode) -> None:
        """Insert."""
        self._connection.execute(
            insert(authorization_codes).values(
                issuer_id=self._issuer_id,
                digest=code.digest,
                pepper_id=code.pepper_id,
                grant_id=code.grant_id,
                client_id=code.client_id,
                redirect_uri=code.redirect_uri,
                code_challenge=code.code_challenge,
                issued_at=code.issued_at,
                valid_until=code.expires_at,
                expires_at=code.expires_at,
                spent_at=code.spent_at,
            )
        )

    def spend_code(self, digests: Digests, at: float) -> AuthorizationCode | None:
        """Mark as spent and return it: exactly once for all workers; expired ones too.

        From then on the row stays until its grant is over, so that another use is noticed.
        """
        grant_end = (
            select(grants.c.expires_at)
            .where(self._mine(grants), grants.c.grant_id == _COLUMNS.grant_id)
            .scalar_subquery()
        )
        row = self._connection.execute(
            update(authorization_codes)
            .where(
                self._mine(authorization_codes),
                among(digests, _COLUMNS.digest, _COLUMNS.pepper_id),
                _COLUMNS.spent_at.is_(None),
            )
            .values(spent_at=at, expires_at=func.coalesce(grant_end, _COLUMNS.expires_at))
            .returning(*_COLUMNS)
        ).one_or_none()
        return None if row is None else _code(row)

    def find_code(self, digests: Digests) -> AuthorizationCode | None:
        """A code, spent or not."""
        row = self._connection.execute(
            select(authorization_codes).where(
                self._mine(authorization_codes),
                among(digests, _COLUMNS.digest, _COLUMNS.pepper_id),
            )
        ).one_or_none()
        return None if row is None else _code(row)


def _code(row: Row[Any]) -> AuthorizationCode:
    return AuthorizationCode(
        digest=bytes(row.digest),
        pepper_id=row.pepper_id,
        grant_id=row.grant_id,
        client_id=row.client_id,
        redirect_uri=row.redirect_uri,
        code_challenge=row.code_challenge,
        issued_at=row.issued_at,
        expires_at=row.valid_until,
        spent_at=row.spent_at,
    )
