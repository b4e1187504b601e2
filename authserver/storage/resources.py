"""Protected resources and their credentials: the `ResourceStore` port."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, insert, select, update

from authserver.domain.errors import AlreadyExists, NotFound
from authserver.domain.resources import (
    CredentialPurpose,
    ProtectedResource,
    ResourceCredential,
    ResourceKind,
    ResourceStatus,
)
from authserver.storage.inserts import insert_into
from authserver.storage.rows.resources import resource_credentials, resources
from authserver.storage.store import Store
from authserver.storage.stored_secrets import (
    expire_others,
    note_uses,
    secret_from,
    secret_values,
)
from authserver.storage.texts import is_storable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Row, Select

    from authserver.domain.stored_secrets import StoredSecret


class ResourceRows(Store):
    """The protected resources of one transaction."""

    def get(self, name: str) -> ProtectedResource | None:
        """By name, deleted ones included; locked until the end when writing."""
        if not is_storable(name):
            return None
        row = self._connection.execute(
            self._transaction.for_change(
                select(resources).where(self._mine(resources), resources.c.name == name)
            )
        ).one_or_none()
        # Asked for in any case: an unknown site must not be told by how fast it is refused.
        credentials = self._connection.execute(
            self._credentials().where(resource_credentials.c.resource_name == name)
        ).all()
        return None if row is None else _resource(row, credentials)

    def list(self) -> Sequence[ProtectedResource]:
        """All but deleted ones, by name."""
        credentials: dict[str, list[Row[Any]]] = defaultdict(list)
        for row in self._connection.execute(self._credentials()):
            credentials[row.resource_name].append(row)
        rows = self._connection.execute(
            select(resources).where(
                self._mine(resources), resources.c.status != ResourceStatus.DELETED.value
            )
        ).all()
        return [
            _resource(row, credentials[row.name])
            for row in sorted(rows, key=lambda row: str(row.name))
        ]

    def add(self, resource: ProtectedResource) -> None:
        """Insert with credentials. Raises AlreadyExists (name or identifier, tombstones too)."""
        added = self._connection.execute(
            insert_into(self._connection, resources)
            .values(issuer_id=self._issuer_id, name=resource.name, **_own_values(resource))
            .on_conflict_do_nothing()
        )
        if added.rowcount == 0:
            raise self._taken(resource)
        for credential in resource.credentials:
            self.add_credential(resource.name, credential.purpose, credential.secret)

    def save(self, resource: ProtectedResource) -> None:
        """Replace everything but the credentials. Raises NotFound, AlreadyExists (identifier)."""
        if self._owner_of(resource.identifier) not in (None, resource.name):
            raise AlreadyExists("resource", resource.identifier)
        saved = self._connection.execute(
            update(resources)
            .where(self._mine(resources), resources.c.name == resource.name)
            .values(**_own_values(resource))
        )
        if saved.rowcount == 0:
            raise NotFound("resource", resource.name)

    def add_credential(self, name: str, purpose: str, secret: StoredSecret) -> None:
        """Insert one credential. Raises NotFound when there is no such resource."""
        known = self._connection.execute(
            select(resources.c.name).where(self._mine(resources), resources.c.name == name)
        ).one_or_none()
        if known is None:
            raise NotFound("resource", name)
        self._connection.execute(
            insert(resource_credentials).values(
                issuer_id=self._issuer_id,
                resource_name=name,
                purpose=CredentialPurpose(purpose).value,
                **secret_values(secret),
            )
        )

    def expire_credentials(self, name: str, purpose: str, *, keep: str, at: float) -> int:
        """Let the others of a purpose end at `at` at the latest; how many were touched."""
        columns = resource_credentials.c
        owned = and_(
            columns.resource_name == name, columns.purpose == CredentialPurpose(purpose).value
        )
        return expire_others(self._transaction, resource_credentials, owned, keep=keep, at=at)

    def note_use(self, uses: Mapping[str, float]) -> None:
        """Record the last use by secret id; never moves back."""
        note_uses(self._transaction, resource_credentials, uses)

    def _credentials(self) -> Select[Any]:
        # A process of the version before may still make credentials for what is known no more.
        known = [purpose.value for purpose in CredentialPurpose]
        columns = resource_credentials.c
        return (
            select(resource_credentials)
            .where(self._mine(resource_credentials), columns.purpose.in_(known))
            .order_by(columns.created_at, columns.secret_id)
        )

    def _owner_of(self, identifier: str) -> str | None:
        return self._connection.execute(
            select(resources.c.name).where(
                self._mine(resources), resources.c.identifier == identifier
            )
        ).scalar_one_or_none()

    def _taken(self, resource: ProtectedResource) -> AlreadyExists:
        if self._owner_of(resource.identifier) not in (None, resource.name):
            return AlreadyExists("resource", resource.identifier)
        return AlreadyExists("resource", resource.name)


def _own_values(resource: ProtectedResource) -> dict[str, Any]:
    return {
        "kind": resource.kind.value,
        "identifier": resource.identifier,
        "url": resource.url,
        "context_path": resource.context_path,
        "signing_algorithm": resource.signing_algorithm,
        "status": resource.status.value,
        "created_at": resource.created_at,
    }


def _resource(row: Row[Any], credentials: Sequence[Row[Any]]) -> ProtectedResource:
    return ProtectedResource(
        name=row.name,
        kind=ResourceKind(row.kind),
        identifier=row.identifier,
        url=row.url,
        context_path=row.context_path,
        signing_algorithm=row.signing_algorithm,
        status=ResourceStatus(row.status),
        credentials=tuple(
            ResourceCredential(CredentialPurpose(credential.purpose), secret_from(credential))
            for credential in credentials
        ),
        created_at=row.created_at,
    )
