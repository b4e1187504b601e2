"""Authorization codes: their part of the `GrantStore` port."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, func, insert, select, update

from authserver.domain.codes import AuthorizationCode
from authserver.storage.digests import among_given, given
from authserver.storage.rows.grants import authorization_codes, grants
from authserver.storage.store import Store, of_issuer

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Row, Select
    from sqlalchemy.sql.dml import ReturningUpdate

    from authserver.domain.people_ports import Digests

_COLUMNS = authorization_codes.c
_ADD: Final = insert(authorization_codes)


class CodeRows(Store):
    """The codes of one transaction."""

    def add_code(self, code: AuthorizationCode) -> None:
        """Insert."""
        self._connection.execute(
            _ADD,
            {
                "issuer_id": self._issuer_id,
                "digest": code.digest,
                "pepper_id": code.pepper_id,
                "grant_id": code.grant_id,
                "client_id": code.client_id,
                "redirect_uri": code.redirect_uri,
                "code_challenge": code.code_challenge,
                "issued_at": code.issued_at,
                "valid_until": code.expires_at,
                "expires_at": code.expires_at,
                "spent_at": code.spent_at,
            },
        )

    def spend_code(self, digests: Digests, at: float) -> AuthorizationCode | None:
        """Mark as spent and return it: exactly once for all workers; expired ones too.

        From then on the row stays until its grant is over, so that another use is noticed.
        """
        pairs = tuple(digests)
        row = self._connection.execute(
            _spending(len(pairs)), self._own(own_time=at, **given(pairs))
        ).one_or_none()
        return None if row is None else _code(row)

    def find_code(self, digests: Digests) -> AuthorizationCode | None:
        """A code, spent or not."""
        pairs = tuple(digests)
        row = self._connection.execute(
            _finding(len(pairs)), self._own(**given(pairs))
        ).one_or_none()
        return None if row is None else _code(row)


@cache
def _finding(count: int) -> Select[Any]:
    return select(authorization_codes).where(*_presented(count))


@cache
def _spending(count: int) -> ReturningUpdate[Any]:
    grant_end = (
        select(grants.c.expires_at)
        .where(of_issuer(grants), grants.c.grant_id == _COLUMNS.grant_id)
        .scalar_subquery()
    )
    return (
        update(authorization_codes)
        .where(*_presented(count), _COLUMNS.spent_at.is_(None))
        .values(
            spent_at=bindparam("own_time"),
            expires_at=func.coalesce(grant_end, _COLUMNS.expires_at),
        )
        .returning(*_COLUMNS)
    )


def _presented(count: int) -> tuple[ColumnElement[bool], ...]:
    return (
        of_issuer(authorization_codes),
        among_given(count, _COLUMNS.digest, _COLUMNS.pepper_id),
    )


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
