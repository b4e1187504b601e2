"""Single use of client assertions: the `AssertionStore` port."""

from __future__ import annotations

import hashlib

from authserver.storage.inserts import insert_into
from authserver.storage.rows.assertions import assertion_uses
from authserver.storage.store import Store


class AssertionRows(Store):
    """The spent assertions of one transaction."""

    def spend(self, client_id: str, jti: str, expires_at: float) -> bool:
        """True exactly once for a pair, for all workers, durable with the transaction."""
        spent = self._connection.execute(
            insert_into(self._connection, assertion_uses)
            .values(
                issuer_id=self._issuer_id,
                client_id=client_id,
                # JSON can spell lone surrogates; they too are spent once.
                jti_digest=hashlib.sha256(jti.encode(errors="surrogatepass")).digest(),
                expires_at=expires_at,
            )
            .on_conflict_do_nothing()
        )
        return spent.rowcount == 1
