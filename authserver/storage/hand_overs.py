"""How calls are handed over to sites: the `HandOverStore` port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, update

from authserver.domain.hand_over import HandOver, HandOverKind
from authserver.storage.inserts import insert_into
from authserver.storage.rows.hand_overs import hand_overs
from authserver.storage.store import Store
from authserver.storage.texts import is_storable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Row


class HandOverRows(Store):
    """The hand-overs of one transaction."""

    def get(self, resource: str) -> HandOver | None:
        """Of one resource; locked until the end when writing."""
        if not is_storable(resource):
            return None
        row = self._connection.execute(
            self._transaction.for_change(select(hand_overs).where(*self._of(resource)))
        ).one_or_none()
        return None if row is None else _hand_over(row)

    def list(self) -> Sequence[HandOver]:
        """Of every resource that has one, by its name."""
        rows = self._connection.execute(
            select(hand_overs).where(hand_overs.c.issuer_id == self._issuer_id)
        ).all()
        # Sorted here: a server's collation is its own business.
        return sorted((_hand_over(row) for row in rows), key=lambda each: each.resource)

    def put(self, hand_over: HandOver) -> None:
        """Insert or replace."""
        values: dict[str, Any] = {
            "kind": hand_over.kind.value,
            "account": hand_over.account,
            "header": hand_over.header,
            "sealed_credential": hand_over.sealed,
            "changed_at": hand_over.changed_at,
        }
        self._connection.execute(
            insert_into(self._connection, hand_overs)
            .values(issuer_id=self._issuer_id, resource_name=hand_over.resource, **values)
            .on_conflict_do_update(index_elements=list(hand_overs.primary_key.columns), set_=values)
        )

    def remove(self, resource: str) -> bool:
        """Delete, the sealed credential with it; False when there was none."""
        removed = self._connection.execute(delete(hand_overs).where(*self._of(resource)))
        return removed.rowcount == 1

    def replace_sealed(self, resource: str, *, before: bytes, after: bytes) -> bool:
        """Store the credential in another seal; False when it is not `before` any more."""
        replaced = self._connection.execute(
            update(hand_overs)
            .where(*self._of(resource), hand_overs.c.sealed_credential == before)
            .values(sealed_credential=after)
        )
        return replaced.rowcount == 1

    def _of(self, resource: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        return (
            hand_overs.c.issuer_id == self._issuer_id,
            hand_overs.c.resource_name == resource,
        )


def _hand_over(row: Row[Any]) -> HandOver:
    return HandOver(
        resource=row.resource_name,
        kind=HandOverKind(row.kind),
        account=row.account,
        header=row.header,
        sealed=bytes(row.sealed_credential),
        changed_at=row.changed_at,
    )
