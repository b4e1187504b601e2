"""Remembered consents: the `ConsentStore` port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select

from authserver.domain.consents import Consent
from authserver.storage.inserts import insert_into
from authserver.storage.json_texts import coded_set, texts_from
from authserver.storage.rows.consents import consents
from authserver.storage.store import Store
from authserver.storage.texts import is_storable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

_COLUMNS = consents.c


class ConsentRows(Store):
    """The consents of one transaction."""

    def get(self, subject: str, client_id: str, audience: str) -> Consent | None:
        """One consent; locked until the end when writing."""
        if not all(is_storable(each) for each in (subject, client_id, audience)):
            return None
        row = self._connection.execute(
            self._transaction.for_change(
                select(consents).where(
                    self._mine(consents),
                    _COLUMNS.subject == subject,
                    _COLUMNS.client_id == client_id,
                    _COLUMNS.audience == audience,
                )
            )
        ).one_or_none()
        return None if row is None else _consent(row)

    def list(self, subject: str) -> Sequence[Consent]:
        """All of one user, by client id and audience."""
        if not is_storable(subject):
            return []
        rows = self._connection.execute(
            select(consents).where(self._mine(consents), _COLUMNS.subject == subject)
        )
        found = (_consent(row) for row in rows)
        return sorted(found, key=lambda each: (each.client_id, each.audience))

    def put(self, consent: Consent) -> None:
        """Insert or replace."""
        values = {
            "scopes": coded_set(consent.scopes),
            "created_at": consent.created_at,
            "updated_at": consent.updated_at,
        }
        self._connection.execute(
            insert_into(self._connection, consents)
            .values(
                issuer_id=self._issuer_id,
                subject=consent.subject,
                client_id=consent.client_id,
                audience=consent.audience,
                **values,
            )
            .on_conflict_do_update(index_elements=list(consents.primary_key.columns), set_=values)
        )

    def remove(self, subject: str, client_id: str, audience: str | None = None) -> int:
        """Forget (`None`: for every audience); how many there were."""
        if not all(is_storable(each) for each in (subject, client_id, audience or "")):
            return 0
        narrower = [] if audience is None else [_COLUMNS.audience == audience]
        return self._connection.execute(
            delete(consents).where(
                self._mine(consents),
                _COLUMNS.subject == subject,
                _COLUMNS.client_id == client_id,
                *narrower,
            )
        ).rowcount


def _consent(row: Row[Any]) -> Consent:
    return Consent(
        subject=row.subject,
        client_id=row.client_id,
        audience=row.audience,
        scopes=frozenset(texts_from(row.scopes, "scopes of a consent")),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
