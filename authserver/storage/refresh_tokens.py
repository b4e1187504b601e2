"""Refresh tokens: their part of the `GrantStore` port."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, func, insert, select, update

from authserver.domain.refresh_tokens import RefreshToken
from authserver.storage.digests import among_given, given
from authserver.storage.rows.grants import grants, refresh_tokens
from authserver.storage.store import Store, of_issuer
from authserver.storage.texts import is_storable
from authserver.storage.transactions import Lookup

if TYPE_CHECKING:
    from sqlalchemy import Row

    from authserver.domain.people_ports import Digests

_COLUMNS = refresh_tokens.c
_IS_IT: Final = (
    of_issuer(refresh_tokens),
    _COLUMNS.grant_id == bindparam("own_grant"),
    _COLUMNS.generation == bindparam("own_generation"),
)
_GRANT_END: Final = (
    select(grants.c.expires_at)
    .where(of_issuer(grants), grants.c.grant_id == _COLUMNS.grant_id)
    .scalar_subquery()
)
_ADD: Final = insert(refresh_tokens)
_SUPERSEDE: Final = (
    update(refresh_tokens)
    .where(*_IS_IT, _COLUMNS.superseded_at.is_(None))
    .values(
        superseded_at=bindparam("own_time"),
        sealed_successor=bindparam("own_successor"),
        expires_at=func.coalesce(_GRANT_END, _COLUMNS.expires_at),
    )
)
_COUNT: Final = (
    update(refresh_tokens)
    .where(*_IS_IT)
    .values(grace_uses=_COLUMNS.grace_uses + 1)
    .returning(_COLUMNS.grace_uses)
)
_LEAF: Final = (
    select(refresh_tokens)
    .where(
        of_issuer(refresh_tokens),
        _COLUMNS.grant_id == bindparam("own_grant"),
        _COLUMNS.superseded_at.is_(None),
    )
    .order_by(_COLUMNS.generation.desc())
    .limit(1)
)


class RefreshTokenRows(Store):
    """The refresh tokens of one transaction."""

    def add_refresh_token(self, token: RefreshToken) -> None:
        """Insert. A family never gets two members of one generation."""
        self._connection.execute(
            _ADD,
            {
                "issuer_id": self._issuer_id,
                "grant_id": token.grant_id,
                "generation": token.generation,
                "digest": token.digest,
                "pepper_id": token.pepper_id,
                "issued_at": token.issued_at,
                "valid_until": token.expires_at,
                "expires_at": token.expires_at,
                "superseded_at": token.superseded_at,
                "sealed_successor": token.sealed_successor,
                "grace_uses": token.grace_uses,
            },
        )

    def find_refresh_token(self, digests: Digests) -> RefreshToken | None:
        """A member of any family; locked until the end when writing."""
        pairs = tuple(digests)
        row = self._connection.execute(
            self._transaction.form_of(_finding(len(pairs))), self._own(**given(pairs))
        ).one_or_none()
        return None if row is None else _token(row)

    def supersede(self, token: RefreshToken, *, at: float, sealed_successor: bytes) -> bool:
        """Make it the predecessor of a new leaf: True exactly once (one conditional UPDATE).

        From then on the row stays until its grant is over, so that another use is noticed.
        """
        superseded = self._connection.execute(
            _SUPERSEDE, self._it(token, own_time=at, own_successor=sealed_successor)
        )
        return superseded.rowcount == 1

    def count_grace_use(self, token: RefreshToken) -> int:
        """Count one use of a superseded token; the new count."""
        count: int = self._connection.execute(_COUNT, self._it(token)).scalar_one()
        return count

    def leaf(self, grant_id: str) -> RefreshToken | None:
        """The member of the family that was not superseded."""
        if not is_storable(grant_id):
            return None
        row = self._connection.execute(_LEAF, self._own(own_grant=grant_id)).one_or_none()
        return None if row is None else _token(row)

    def _it(self, token: RefreshToken, **values: Any) -> dict[str, Any]:
        return self._own(own_grant=token.grant_id, own_generation=token.generation, **values)


@cache
def _finding(count: int) -> Lookup:
    return Lookup.of(
        select(refresh_tokens).where(
            of_issuer(refresh_tokens),
            among_given(count, _COLUMNS.digest, _COLUMNS.pepper_id),
        )
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
