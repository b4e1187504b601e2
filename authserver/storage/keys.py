"""Signing keys: the `KeyStore` port."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select, update

from authserver.domain.errors import AlreadyExists
from authserver.domain.keys import KeyState, SigningAlgorithm, SigningKey
from authserver.storage.inserts import insert_into
from authserver.storage.rows.keys import signing_keys
from authserver.storage.store import Store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row


REACHED: Final = {
    KeyState.ACTIVE: "activated_at",
    KeyState.RETIRING: "retired_at",
    KeyState.GONE: "ended_at",
    KeyState.REVOKED: "ended_at",
}
"""The column that remembers when a state was reached."""


class KeyRows(Store):
    """The signing keys of one transaction."""

    def list(self) -> Sequence[SigningKey]:
        """Every key, oldest first, ended ones included."""
        rows = self._connection.execute(
            select(signing_keys)
            .where(signing_keys.c.issuer_id == self._issuer_id)
            .order_by(signing_keys.c.created_at, signing_keys.c.kid)
        )
        return [_key(row) for row in rows]

    def add(self, key: SigningKey) -> None:
        """Insert. Raises AlreadyExists."""
        added = self._connection.execute(
            insert_into(self._connection, signing_keys)
            .values(
                issuer_id=self._issuer_id,
                kid=key.kid,
                algorithm=key.algorithm.value,
                state=key.state.value,
                public_jwk=json.dumps(dict(key.public_jwk)),
                sealed_private=key.sealed_private,
                created_at=key.created_at,
                activated_at=key.activated_at,
                retired_at=key.retired_at,
                ended_at=key.ended_at,
            )
            .on_conflict_do_nothing()
        )
        if added.rowcount == 0:
            raise AlreadyExists("key", key.kid)

    def move(self, kid: str, *, expected: KeyState, to: KeyState, at: float) -> bool:
        """Conditional state change; False when the key was not in `expected`.

        A key that ends (`gone`, `revoked`) loses its private part in the same statement.

        Raises:
            ValueError: nothing moves to `next`.
        """
        if to not in REACHED:
            raise ValueError(f"no key moves to {to}")
        values: dict[str, Any] = {"state": to.value, REACHED[to]: at}
        if not to.is_published:
            values["sealed_private"] = b""
        moved = self._connection.execute(
            update(signing_keys)
            .where(
                signing_keys.c.issuer_id == self._issuer_id,
                signing_keys.c.kid == kid,
                signing_keys.c.state == expected.value,
            )
            .values(values)
        )
        return moved.rowcount == 1

    def replace_sealed(self, kid: str, *, before: bytes, after: bytes) -> bool:
        """Store the private part in another seal; False when it is not `before` any more.

        So a key that has ended meanwhile does not get its private part back.
        """
        replaced = self._connection.execute(
            update(signing_keys)
            .where(
                signing_keys.c.issuer_id == self._issuer_id,
                signing_keys.c.kid == kid,
                signing_keys.c.sealed_private == before,
            )
            .values(sealed_private=after)
        )
        return replaced.rowcount == 1


def _key(row: Row[Any]) -> SigningKey:
    return SigningKey(
        kid=row.kid,
        algorithm=SigningAlgorithm(row.algorithm),
        state=KeyState(row.state),
        public_jwk=json.loads(row.public_jwk),
        sealed_private=bytes(row.sealed_private),
        created_at=row.created_at,
        activated_at=row.activated_at,
        retired_at=row.retired_at,
        ended_at=row.ended_at,
    )
