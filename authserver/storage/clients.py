"""Clients and their secrets: the `ClientStore` port."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, or_, select, update

from authserver.domain.clients import ClientStatus
from authserver.domain.errors import AlreadyExists, NotFound
from authserver.domain.stored_secrets import DigestKind
from authserver.storage.client_pages import ClientPages
from authserver.storage.client_values import client_from, own_values, permissions_of
from authserver.storage.inserts import insert_into
from authserver.storage.rows.clients import client_permissions, client_secrets, clients
from authserver.storage.search_words import keep_names
from authserver.storage.searched_members import names_of_client
from authserver.storage.stored_secrets import (
    expire_others,
    note_uses,
    secret_values,
)
from authserver.storage.texts import is_storable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Row

    from authserver.domain.clients import Client
    from authserver.domain.stored_secrets import StoredSecret


class ClientRows(ClientPages):
    """The clients of one transaction."""

    def get(self, client_id: str) -> Client | None:
        """The client, deleted ones included; locked until the end when writing."""
        if not is_storable(client_id):
            return None
        # The client's own row first: it is the lock for everything that hangs on it.
        row = self._connection.execute(
            self._transaction.for_change(
                select(clients).where(self._mine(clients), clients.c.client_id == client_id)
            )
        ).one_or_none()
        # Asked for in any case: an unknown client must not be told by how fast it is refused.
        permissions = self._connection.execute(
            select(client_permissions).where(
                self._mine(client_permissions), client_permissions.c.client_id == client_id
            )
        ).all()
        secrets = self._connection.execute(
            select(client_secrets)
            .where(self._mine(client_secrets), client_secrets.c.client_id == client_id)
            .order_by(client_secrets.c.created_at, client_secrets.c.secret_id)
        ).all()
        return None if row is None else client_from(row, permissions, secrets)

    def list(self) -> Sequence[Client]:
        """All but deleted ones, by id."""
        permissions: dict[str, list[Row[Any]]] = defaultdict(list)
        for row in self._connection.execute(
            select(client_permissions).where(self._mine(client_permissions))
        ):
            permissions[row.client_id].append(row)
        secrets: dict[str, list[Row[Any]]] = defaultdict(list)
        for row in self._connection.execute(
            select(client_secrets)
            .where(self._mine(client_secrets))
            .order_by(client_secrets.c.created_at, client_secrets.c.secret_id)
        ):
            secrets[row.client_id].append(row)
        rows = self._connection.execute(
            select(clients).where(
                self._mine(clients), clients.c.status != ClientStatus.DELETED.value
            )
        ).all()
        # Sorted here: a server's collation is its own business.
        return [
            client_from(row, permissions[row.client_id], secrets[row.client_id])
            for row in sorted(rows, key=lambda row: str(row.client_id))
        ]

    def add(self, client: Client) -> None:
        """Insert with its secrets. Raises AlreadyExists (tombstones count)."""
        added = self._connection.execute(
            insert_into(self._connection, clients)
            .values(issuer_id=self._issuer_id, client_id=client.client_id, **own_values(client))
            .on_conflict_do_nothing()
        )
        if added.rowcount == 0:
            raise AlreadyExists("client", client.client_id)
        self._insert_permissions(client.client_id, permissions_of(client))
        for secret in client.secrets:
            self.add_secret(client.client_id, secret)
        self._keep_words(client)

    def save(self, client: Client) -> None:
        """Replace everything but the secrets. Raises NotFound."""
        saved = self._connection.execute(
            update(clients)
            .where(self._mine(clients), clients.c.client_id == client.client_id)
            .values(**own_values(client))
        )
        if saved.rowcount == 0:
            raise NotFound("client", client.client_id)
        self._connection.execute(
            delete(client_permissions).where(
                self._mine(client_permissions), client_permissions.c.client_id == client.client_id
            )
        )
        self._insert_permissions(client.client_id, permissions_of(client))
        self._keep_words(client)

    def any_imported(self, now: float) -> bool:
        """Whether any client but a deleted one has an imported (bcrypt) secret live at `now`."""
        found = self._connection.execute(
            select(client_secrets.c.secret_id)
            .join(clients)
            .where(
                self._mine(client_secrets),
                client_secrets.c.kind == DigestKind.BCRYPT.value,
                or_(client_secrets.c.expires_at.is_(None), client_secrets.c.expires_at > now),
                clients.c.status != ClientStatus.DELETED.value,
            )
            .limit(1)
        )
        return found.first() is not None

    def add_secret(self, client_id: str, secret: StoredSecret) -> None:
        """Insert one secret. Raises NotFound when there is no such client."""
        known = self._connection.execute(
            select(clients.c.client_id).where(self._mine(clients), clients.c.client_id == client_id)
        ).one_or_none()
        if known is None:
            raise NotFound("client", client_id)
        self._connection.execute(
            insert(client_secrets).values(
                issuer_id=self._issuer_id, client_id=client_id, **secret_values(secret)
            )
        )

    def replace_secret(self, client_id: str, secret: StoredSecret) -> bool:
        """Overwrite how the secret of the same `secret_id` is compared; False when it is gone.

        Its times stay as they are: somebody may have let it expire meanwhile.
        """
        values = secret_values(secret)
        replaced = self._connection.execute(
            update(client_secrets)
            .where(
                self._mine(client_secrets),
                client_secrets.c.secret_id == secret.secret_id,
                client_secrets.c.client_id == client_id,
            )
            .values({name: values[name] for name in ("kind", "digest", "pepper_id", "hint")})
        )
        return replaced.rowcount == 1

    def expire_secrets(self, client_id: str, *, keep: str, at: float) -> int:
        """Let every other live secret end at `at` at the latest; how many were touched."""
        owned = client_secrets.c.client_id == client_id
        return expire_others(self._transaction, client_secrets, owned, keep=keep, at=at)

    def note_use(self, uses: Mapping[str, float]) -> None:
        """Record the last use (seconds since the epoch) by secret id; never moves back."""
        note_uses(self._transaction, client_secrets, uses)

    def _insert_permissions(self, client_id: str, permissions: Sequence[tuple[str, str]]) -> None:
        if permissions:
            self._connection.execute(
                insert(client_permissions),
                [
                    {
                        "issuer_id": self._issuer_id,
                        "client_id": client_id,
                        "kind": kind,
                        "value": value,
                    }
                    for kind, value in permissions
                ],
            )

    def _keep_words(self, client: Client) -> None:
        names = names_of_client(
            client_id=client.client_id, name=client.name, contact=client.contact
        )
        keep_names(self._connection, self._issuer_id, client.client_id, names)
