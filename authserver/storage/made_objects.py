"""What was made by files that are applied: the `MadeObjectStore` port."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from authserver.domain.declarations import DeclaredKind, MadeObject
from authserver.storage.inserts import insert_into
from authserver.storage.rows.made_objects import made_objects
from authserver.storage.store import Store

if TYPE_CHECKING:
    from collections.abc import Sequence


class MadeObjectRows(Store):
    """The made objects of one transaction."""

    def list(self) -> Sequence[MadeObject]:
        """All, by kind and name."""
        rows = self._connection.execute(select(made_objects).where(self._mine(made_objects)))
        found = [MadeObject(DeclaredKind(row.kind), row.name, row.created_at) for row in rows]
        # Sorted here: a server's collation is its own business.
        return sorted(found, key=lambda each: (each.kind, each.name))

    def put(self, made: MadeObject) -> None:
        """Remember one, in place of another of its name."""
        self._connection.execute(
            insert_into(self._connection, made_objects)
            .values(
                issuer_id=self._issuer_id,
                kind=made.kind.value,
                name=made.name,
                created_at=made.created_at,
            )
            .on_conflict_do_update(
                index_elements=list(made_objects.primary_key.columns),
                set_={"created_at": made.created_at},
            )
        )

    def remove(self, kind: DeclaredKind, name: str) -> None:
        """Forget one; without effect where it is not known."""
        self._connection.execute(
            delete(made_objects).where(
                self._mine(made_objects),
                made_objects.c.kind == kind.value,
                made_objects.c.name == name,
            )
        )
