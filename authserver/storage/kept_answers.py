"""Answers to creations that may be repeated: the `KeptAnswerStore` port."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from authserver.domain.repeats import KeptAnswer
from authserver.storage.inserts import insert_into
from authserver.storage.rows.idempotency import idempotency_keys
from authserver.storage.store import Store

if TYPE_CHECKING:
    from collections.abc import Collection


class KeptAnswerRows(Store):
    """The kept answers of one transaction."""

    def get(self, caller: str, key_digests: Collection[bytes]) -> KeptAnswer | None:
        """The one with any of these digests, expired ones included."""
        row = self._connection.execute(
            select(idempotency_keys).where(
                self._mine(idempotency_keys),
                idempotency_keys.c.caller == caller,
                idempotency_keys.c.key_digest.in_(list(key_digests)),
            )
        ).first()
        if row is None:
            return None
        return KeptAnswer(
            caller=row.caller,
            key_digest=row.key_digest,
            request_digest=row.request_digest,
            status=row.status,
            sealed=row.sealed_answer,
            expires_at=row.expires_at,
        )

    def claim(self, answer: KeptAnswer, now: float) -> bool:
        """Insert, in place of one that is over at `now`; False when the key is taken.

        Whoever asks while another transaction claims the same key waits for that one's end.
        """
        values = {
            "request_digest": answer.request_digest,
            "status": answer.status,
            "sealed_answer": answer.sealed,
            "expires_at": answer.expires_at,
        }
        claimed = self._connection.execute(
            insert_into(self._connection, idempotency_keys)
            .values(
                issuer_id=self._issuer_id,
                caller=answer.caller,
                key_digest=answer.key_digest,
                **values,
            )
            .on_conflict_do_update(
                index_elements=[
                    idempotency_keys.c.issuer_id,
                    idempotency_keys.c.caller,
                    idempotency_keys.c.key_digest,
                ],
                set_=values,
                where=idempotency_keys.c.expires_at <= now,
            )
        )
        return claimed.rowcount == 1

    def fill(self, answer: KeptAnswer) -> None:
        """Write the answer down."""
        self._connection.execute(
            update(idempotency_keys)
            .where(
                self._mine(idempotency_keys),
                idempotency_keys.c.caller == answer.caller,
                idempotency_keys.c.key_digest == answer.key_digest,
            )
            .values(status=answer.status, sealed_answer=answer.sealed)
        )
