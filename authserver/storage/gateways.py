"""Gateways and their keys: the `GatewayStore` port."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, false, insert, or_, select, update

from authserver.domain.errors import AlreadyExists, NotFound
from authserver.domain.gateways import Gateway, SessionCookies
from authserver.storage.inserts import insert_into
from authserver.storage.rows.gateways import gateway_keys, gateways
from authserver.storage.store import Store
from authserver.storage.stored_secrets import (
    expire_others,
    note_uses,
    secret_from,
    secret_values,
)
from authserver.storage.texts import is_storable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Row

    from authserver.domain.stored_secrets import StoredSecret


class GatewayRows(Store):
    """The gateways of one transaction."""

    def get(self, name: str) -> Gateway | None:
        """By name; locked until the end when writing."""
        if not is_storable(name):
            return None
        row = self._connection.execute(
            self._transaction.for_change(
                select(gateways).where(self._mine(gateways), gateways.c.name == name)
            )
        ).one_or_none()
        if row is None:
            return None
        keys = self._connection.execute(
            select(gateway_keys)
            .where(self._mine(gateway_keys), gateway_keys.c.gateway_name == name)
            .order_by(gateway_keys.c.created_at, gateway_keys.c.secret_id)
        ).all()
        return _gateway(row, keys)

    def by_key(self, digests: Iterable[tuple[str, bytes]]) -> Gateway | None:
        """The gateway that has a key with one of these (pepper id, digest) pairs, live or not."""
        columns = gateway_keys.c
        pairs = (
            and_(columns.pepper_id == pepper_id, columns.digest == digest)
            for pepper_id, digest in digests
        )
        name = self._connection.execute(
            select(columns.gateway_name).where(self._mine(gateway_keys), or_(false(), *pairs))
        ).scalar()
        return None if name is None else self.get(name)

    def list(self) -> Sequence[Gateway]:
        """All, by name."""
        keys: dict[str, list[Row[Any]]] = defaultdict(list)
        for row in self._connection.execute(
            select(gateway_keys)
            .where(self._mine(gateway_keys))
            .order_by(gateway_keys.c.created_at, gateway_keys.c.secret_id)
        ):
            keys[row.gateway_name].append(row)
        rows = self._connection.execute(select(gateways).where(self._mine(gateways))).all()
        # Sorted here: a server's collation is its own business.
        return [
            _gateway(row, keys[row.name]) for row in sorted(rows, key=lambda row: str(row.name))
        ]

    def add(self, gateway: Gateway) -> None:
        """Insert with its keys. Raises AlreadyExists."""
        added = self._connection.execute(
            insert_into(self._connection, gateways)
            .values(issuer_id=self._issuer_id, name=gateway.name, **_own_values(gateway))
            .on_conflict_do_nothing()
        )
        if added.rowcount == 0:
            raise AlreadyExists("gateway", gateway.name)
        for key in gateway.keys:
            self.add_key(gateway.name, key)

    def save(self, gateway: Gateway) -> None:
        """Replace everything but the keys. Raises NotFound."""
        saved = self._connection.execute(
            update(gateways)
            .where(self._mine(gateways), gateways.c.name == gateway.name)
            .values(**_own_values(gateway))
        )
        if saved.rowcount == 0:
            raise NotFound("gateway", gateway.name)

    def remove(self, name: str) -> None:
        """Delete with its keys. Raises NotFound."""
        self._connection.execute(
            delete(gateway_keys).where(
                self._mine(gateway_keys), gateway_keys.c.gateway_name == name
            )
        )
        removed = self._connection.execute(
            delete(gateways).where(self._mine(gateways), gateways.c.name == name)
        )
        if removed.rowcount == 0:
            raise NotFound("gateway", name)

    def add_key(self, name: str, key: StoredSecret) -> None:
        """Insert one key. Raises NotFound when there is no such gateway."""
        known = self._connection.execute(
            select(gateways.c.name).where(self._mine(gateways), gateways.c.name == name)
        ).one_or_none()
        if known is None:
            raise NotFound("gateway", name)
        self._connection.execute(
            insert(gateway_keys).values(
                issuer_id=self._issuer_id, gateway_name=name, **secret_values(key)
            )
        )

    def expire_keys(self, name: str, *, keep: str, at: float) -> int:
        """Let the other keys end at `at` at the latest; how many were touched."""
        owned = gateway_keys.c.gateway_name == name
        return expire_others(self._transaction, gateway_keys, owned, keep=keep, at=at)

    def note_use(self, uses: Mapping[str, float]) -> None:
        """Record the last use by secret id; never moves back."""
        note_uses(self._transaction, gateway_keys, uses)


def _own_values(gateway: Gateway) -> dict[str, Any]:
    return {
        "resource_name": gateway.resource,
        "session_cookies": gateway.session_cookies.value,
        "created_at": gateway.created_at,
    }


def _gateway(row: Row[Any], keys: Sequence[Row[Any]]) -> Gateway:
    return Gateway(
        name=row.name,
        resource=row.resource_name,
        session_cookies=SessionCookies(row.session_cookies),
        keys=tuple(secret_from(key) for key in keys),
        created_at=row.created_at,
    )
