"""What providers publish, for all workers: their part of the `ProviderStore` port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select

from authserver.domain.provider_documents import DocumentKind, ProviderDocument
from authserver.domain.tokens import FAR_AHEAD_SECONDS
from authserver.storage.inserts import insert_into
from authserver.storage.rows.providers import provider_documents
from authserver.storage.store import Store
from authserver.storage.texts import is_storable

if TYPE_CHECKING:
    from sqlalchemy import Row

_COLUMNS = provider_documents.c
_NEVER = 0.0


class ProviderDocumentRows(Store):
    """The documents of one transaction."""

    def document(self, name: str, kind: DocumentKind) -> ProviderDocument | None:
        """A document as last read; `None` until somebody has put one."""
        if not is_storable(name):
            return None
        row = self._connection.execute(
            select(provider_documents).where(
                self._mine(provider_documents),
                _COLUMNS.provider_name == name,
                _COLUMNS.kind == kind.value,
            )
        ).one_or_none()
        if row is None or not (row.body or row.problem):
            return None
        return _document(row)

    def claim_fetch(self, name: str, kind: DocumentKind, *, at: float, not_after: float) -> bool:
        """Set `asked_at` to `at` unless somebody asked later than `not_after`.

        True for one caller at most. Who asked far in the future had a wrong clock, and would keep
        everybody from asking until then.
        """
        claimed = self._connection.execute(
            insert_into(self._connection, provider_documents)
            .values(
                issuer_id=self._issuer_id,
                provider_name=name,
                kind=kind.value,
                body="",
                fetched_at=_NEVER,
                asked_at=at,
                problem="",
                is_refused=False,
            )
            .on_conflict_do_update(
                index_elements=list(provider_documents.primary_key.columns),
                set_={"asked_at": at},
                where=or_(
                    _COLUMNS.asked_at <= not_after, _COLUMNS.asked_at > at + FAR_AHEAD_SECONDS
                ),
            )
        )
        return claimed.rowcount == 1

    def put_document(self, document: ProviderDocument) -> None:
        """Insert or replace."""
        values: dict[str, Any] = {
            "body": document.body,
            "fetched_at": document.fetched_at,
            "asked_at": document.asked_at,
            "problem": document.problem,
            "is_refused": document.is_refused,
        }
        self._connection.execute(
            insert_into(self._connection, provider_documents)
            .values(
                issuer_id=self._issuer_id,
                provider_name=document.provider,
                kind=document.kind.value,
                **values,
            )
            .on_conflict_do_update(
                index_elements=list(provider_documents.primary_key.columns), set_=values
            )
        )


def _document(row: Row[Any]) -> ProviderDocument:
    return ProviderDocument(
        provider=row.provider_name,
        kind=DocumentKind(row.kind),
        body=row.body,
        fetched_at=row.fetched_at,
        asked_at=row.asked_at,
        problem=row.problem,
        is_refused=row.is_refused,
    )
