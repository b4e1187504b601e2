"""Clients, page by page: the `ClientLists` part of the `ClientStore` port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import exists, false, not_, or_, select

from authserver.domain.clients import ClientAuthMethod, ClientStatus
from authserver.domain.pages import Page
from authserver.domain.searches import ClientSort
from authserver.storage.client_values import GRANT_TYPE, RESOURCE, SCOPE, client_from
from authserver.storage.paging import Cut, Order, are_named, counted
from authserver.storage.rows.clients import client_permissions, client_secrets, clients
from authserver.storage.search_words import Searched, found_by
from authserver.storage.store import Store
from authserver.storage.texts import is_storable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import ColumnElement, Row, Table

    from authserver.domain.clients import Client
    from authserver.domain.pages import Place
    from authserver.domain.searches import ClientSearch, SecretSearch

_COLUMNS = clients.c
ORDERS: Final = {
    ClientSort.CLIENT_ID: Order((_COLUMNS.client_id,)),
    ClientSort.CREATED: Order((_COLUMNS.created_at, _COLUMNS.client_id)),
}


class ClientPages(Store):
    """The lists of clients of one transaction."""

    def page(
        self,
        wanted: ClientSearch,
        *,
        sort: ClientSort = ClientSort.CLIENT_ID,
        descending: bool = False,
        after: Place | None = None,
        limit: int = 50,
    ) -> Page[Client]:
        """Those that fit, beginning behind `after`."""
        asked = list(self._conditions(wanted))
        query = select(clients).where(self._mine(clients), *asked)
        few = are_named(asked, _COLUMNS.client_id)
        cut = Cut(ORDERS[sort], descending, after, limit, few=few)
        rows, following = cut.rows(self._connection, query)
        return Page(self._whole(rows), following)

    def count(self, wanted: ClientSearch, at_most: int | None = None) -> int:
        """How many fit, as far as `at_most`."""
        asked = (self._mine(clients), *self._conditions(wanted))
        return counted(self._connection, clients, asked, at_most)

    def _whole(self, rows: Sequence[Row[Any]]) -> list[Client]:
        """Clients with what hangs on them: two more queries, however many there are."""
        ids = [row.client_id for row in rows]
        permissions = self._hanging(client_permissions, ids)
        secrets = self._hanging(
            client_secrets, ids, client_secrets.c.created_at, client_secrets.c.secret_id
        )
        return [
            client_from(row, permissions.get(row.client_id, ()), secrets.get(row.client_id, ()))
            for row in rows
        ]

    def _hanging(
        self, table: Table, ids: Sequence[str], *order: ColumnElement[Any]
    ) -> dict[str, list[Row[Any]]]:
        found: dict[str, list[Row[Any]]] = {}
        if ids:
            query = select(table).where(self._mine(table), table.c.client_id.in_(ids))
            for row in self._connection.execute(query.order_by(*order)):
                found.setdefault(row.client_id, []).append(row)
        return found

    def _conditions(self, wanted: ClientSearch) -> Iterator[ColumnElement[bool]]:
        if wanted.status is None:
            yield _COLUMNS.status != ClientStatus.DELETED.value
        else:
            yield _COLUMNS.status == wanted.status.value
        if wanted.auth_method is not None:
            yield _COLUMNS.auth_method == wanted.auth_method.value
        if wanted.is_confidential is not None:
            none = ClientAuthMethod.NONE.value
            is_public = _COLUMNS.auth_method == none
            yield not_(is_public) if wanted.is_confidential else is_public
        for kind, value in (
            (GRANT_TYPE, wanted.grant_type),
            (SCOPE, wanted.scope),
            (RESOURCE, wanted.resource),
        ):
            if value is not None:
                yield self._permits(kind, value) if is_storable(value) else false()
        if wanted.secret is not None:
            yield self._has_secret(wanted.secret)
        yield from found_by(
            self._connection, self._issuer_id, Searched.CLIENT, _COLUMNS.client_id, wanted.text
        )

    def _permits(self, kind: str, value: str) -> ColumnElement[bool]:
        permitted = client_permissions.c
        return exists().where(
            self._mine(client_permissions),
            permitted.client_id == _COLUMNS.client_id,
            permitted.kind == kind,
            permitted.value == value,
        )

    def _has_secret(self, wanted: SecretSearch) -> ColumnElement[bool]:
        secret = client_secrets.c
        asked = [or_(secret.expires_at.is_(None), secret.expires_at > wanted.live_at)]
        if wanted.expires_before is not None:
            asked.append(secret.expires_at < wanted.expires_before)
        if wanted.unused_since is not None:
            unused = or_(secret.last_used_at.is_(None), secret.last_used_at < wanted.unused_since)
            asked += [secret.created_at < wanted.unused_since, unused]
        return exists().where(
            self._mine(client_secrets), secret.client_id == _COLUMNS.client_id, *asked
        )
