"""Keys of Connect apps: the `ConnectKeyStore` port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, update

from authserver.domain.connect_keys import ConnectKey, ConnectKeyKind
from authserver.storage.inserts import insert_into
from authserver.storage.json_texts import coded_set, texts_from, unreadable
from authserver.storage.rows.connect_keys import connect_keys
from authserver.storage.store import Store
from authserver.storage.texts import is_storable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Row


class ConnectKeyRows(Store):
    """The Connect keys of one transaction."""

    def get(self, resource: str, issuer: str) -> ConnectKey | None:
        """One key; locked until the end when writing."""
        if not is_storable(resource) or not is_storable(issuer):
            return None
        row = self._connection.execute(
            self._transaction.for_change(select(connect_keys).where(*self._of(resource, issuer)))
        ).one_or_none()
        return None if row is None else _key(row)

    def list(self, resource: str | None = None) -> Sequence[ConnectKey]:
        """All, or those of a site, by site and issuer."""
        wanted = select(connect_keys).where(self._mine(connect_keys))
        if resource is not None:
            if not is_storable(resource):
                return []
            wanted = wanted.where(connect_keys.c.resource_name == resource)
        rows = self._connection.execute(wanted).all()
        # Sorted here: a server's collation is its own business.
        return sorted(map(_key, rows), key=lambda each: (each.resource, each.issuer))

    def put(self, key: ConnectKey) -> None:
        """Insert, or replace the one of the same site and issuer."""
        values: dict[str, Any] = {
            "audience": key.audience,
            "client_id": key.client_id,
            "kind": key.kind.value,
            "scopes": coded_set(key.scopes),
            "is_enabled": key.is_enabled,
            "sealed": key.sealed,
            "jwks": key.jwks,
            "sealed_before": key.sealed_before,
            "before_until": key.before_until,
            "created_at": key.created_at,
            "changed_at": key.changed_at,
        }
        self._connection.execute(
            insert_into(self._connection, connect_keys)
            .values(
                issuer_id=self._issuer_id,
                resource_name=key.resource,
                issuer=key.issuer,
                **values,
            )
            .on_conflict_do_update(
                index_elements=list(connect_keys.primary_key.columns), set_=values
            )
        )

    def remove(self, resource: str, issuer: str) -> bool:
        """Delete, the sealed secrets with it; False when it was not there."""
        removed = self._connection.execute(delete(connect_keys).where(*self._of(resource, issuer)))
        return removed.rowcount == 1

    def replace_sealed(self, before: ConnectKey, after: ConnectKey) -> bool:
        """Store the secrets in other seals; False when one is not as in `before` any more."""
        replaced = self._connection.execute(
            update(connect_keys)
            .where(
                *self._of(before.resource, before.issuer),
                connect_keys.c.sealed == before.sealed,
                connect_keys.c.sealed_before == before.sealed_before,
            )
            .values(sealed=after.sealed, sealed_before=after.sealed_before)
        )
        return replaced.rowcount == 1

    def _of(self, resource: str, issuer: str) -> tuple[ColumnElement[bool], ...]:
        return (
            self._mine(connect_keys),
            connect_keys.c.resource_name == resource,
            connect_keys.c.issuer == issuer,
        )


def _key(row: Row[Any]) -> ConnectKey:
    what = f"Connect key {row.issuer} at {row.resource_name}"
    try:
        kind = ConnectKeyKind(row.kind)
    except ValueError:
        raise unreadable(what, "of an unknown kind") from None
    return ConnectKey(
        resource=row.resource_name,
        issuer=row.issuer,
        audience=row.audience,
        client_id=row.client_id,
        kind=kind,
        scopes=frozenset(texts_from(row.scopes, f"{what}, scopes")),
        is_enabled=row.is_enabled,
        sealed=bytes(row.sealed),
        jwks=row.jwks,
        sealed_before=bytes(row.sealed_before),
        before_until=row.before_until,
        created_at=row.created_at,
        changed_at=row.changed_at,
    )
