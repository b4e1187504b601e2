"""Clients and protected resources in memory."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from authserver.domain.clients import Client, ClientStatus
from authserver.domain.errors import AlreadyExists, NotFound
from authserver.domain.resources import (
    CredentialPurpose,
    ProtectedResource,
    ResourceCredential,
    ResourceStatus,
)
from authserver.domain.searches import ClientSort
from authserver.domain.stored_secrets import DigestKind, StoredSecret
from tests.memory_pages import at_most_of, is_found, page_of
from tests.memory_secrets import MemoryStore, ended, used

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authserver.domain.pages import Page, Place
    from authserver.domain.searches import ClientSearch, SecretSearch


class MemoryClients(MemoryStore):
    def page(
        self,
        wanted: ClientSearch,
        *,
        sort: ClientSort = ClientSort.CLIENT_ID,
        descending: bool = False,
        after: Place | None = None,
        limit: int = 50,
    ) -> Page[Client]:
        self._told("page")

        def place(client: Client) -> tuple[str | float, ...]:
            by_time = sort is ClientSort.CREATED
            return (client.created_at, client.client_id) if by_time else (client.client_id,)

        return page_of(self._wanted(wanted), place, descending=descending, after=after, limit=limit)

    def count(self, wanted: ClientSearch, at_most: int | None = None) -> int:
        self._told("count")
        return at_most_of(len(self._wanted(wanted)), at_most)

    def _wanted(self, wanted: ClientSearch) -> Sequence[Client]:
        return [each for each in self._state.clients.values() if is_wanted(each, wanted)]

    def get(self, client_id: str) -> Client | None:
        self._told("get")
        return self._state.clients.get(client_id)

    def list(self) -> Sequence[Client]:
        self._told("list")
        kept = (
            client
            for client in self._state.clients.values()
            if client.status is not ClientStatus.DELETED
        )
        return sorted(kept, key=lambda client: client.client_id)

    def add(self, client: Client) -> None:
        self._told("add", changes=True)
        if client.client_id in self._state.clients:
            raise AlreadyExists("client", client.client_id)
        self._state.clients[client.client_id] = client

    def save(self, client: Client) -> None:
        self._told("save", changes=True)
        stored = self._state.clients.get(client.client_id)
        if stored is None:
            raise NotFound("client", client.client_id)
        self._state.clients[client.client_id] = replace(client, secrets=stored.secrets)

    def any_imported(self, now: float) -> bool:
        self._told("any_imported")
        return any(
            secret.kind is DigestKind.BCRYPT and secret.is_live(now)
            for client in self.list()
            for secret in client.secrets
        )

    def add_secret(self, client_id: str, secret: StoredSecret) -> None:
        self._told("add_secret", changes=True)
        stored = self._state.clients.get(client_id)
        if stored is None:
            raise NotFound("client", client_id)
        self._state.clients[client_id] = replace(stored, secrets=(*stored.secrets, secret))

    def replace_secret(self, client_id: str, secret: StoredSecret) -> bool:
        self._told("replace_secret", changes=True)
        stored = self._state.clients.get(client_id)
        if stored is None or all(each.secret_id != secret.secret_id for each in stored.secrets):
            return False
        # Times stay as they are: somebody may have let it expire meanwhile.
        secrets = (
            replace(
                each,
                kind=secret.kind,
                digest=secret.digest,
                pepper_id=secret.pepper_id,
                hint=secret.hint,
            )
            if each.secret_id == secret.secret_id
            else each
            for each in stored.secrets
        )
        self._state.clients[client_id] = replace(stored, secrets=tuple(secrets))
        return True

    def expire_secrets(self, client_id: str, *, keep: str, at: float) -> int:
        self._told("expire_secrets", changes=True)
        stored = self._state.clients[client_id]
        secrets = tuple(ended(secret, keep, at) for secret in stored.secrets)
        self._state.clients[client_id] = replace(stored, secrets=secrets)
        return sum(new != old for new, old in zip(secrets, stored.secrets, strict=True))

    def note_use(self, uses: Mapping[str, float]) -> None:
        self._told("note_use", changes=True)
        for client_id, client in self._state.clients.items():
            secrets = tuple(used(secret, uses) for secret in client.secrets)
            self._state.clients[client_id] = replace(client, secrets=secrets)


class MemoryResources(MemoryStore):
    def get(self, name: str) -> ProtectedResource | None:
        self._told("get")
        return self._state.resources.get(name)

    def get_by_identifier(self, identifier: str) -> ProtectedResource | None:
        self._told("get_by_identifier")
        for resource in self._state.resources.values():
            if resource.identifier == identifier:
                return resource
        return None

    def list(self) -> Sequence[ProtectedResource]:
        self._told("list")
        kept = (
            resource
            for resource in self._state.resources.values()
            if resource.status is not ResourceStatus.DELETED
        )
        return sorted(kept, key=lambda resource: resource.name)

    def add(self, resource: ProtectedResource) -> None:
        self._told("add", changes=True)
        for stored in self._state.resources.values():
            if stored.name == resource.name:
                raise AlreadyExists("resource", resource.name)
            if stored.identifier == resource.identifier:
                raise AlreadyExists("resource", resource.identifier)
        self._state.resources[resource.name] = resource

    def save(self, resource: ProtectedResource) -> None:
        self._told("save", changes=True)
        stored = self._state.resources.get(resource.name)
        if stored is None:
            raise NotFound("resource", resource.name)
        kept = replace(resource, credentials=stored.credentials)
        self._state.resources[resource.name] = kept

    def add_credential(self, name: str, purpose: str, secret: StoredSecret) -> None:
        self._told("add_credential", changes=True)
        stored = self._state.resources[name]
        added = ResourceCredential(CredentialPurpose(purpose), secret)
        self._state.resources[name] = replace(stored, credentials=(*stored.credentials, added))

    def expire_credentials(self, name: str, purpose: str, *, keep: str, at: float) -> int:
        self._told("expire_credentials", changes=True)
        stored = self._state.resources[name]
        credentials = tuple(
            replace(each, secret=ended(each.secret, keep, at)) if each.purpose == purpose else each
            for each in stored.credentials
        )
        self._state.resources[name] = replace(stored, credentials=credentials)
        return sum(new != old for new, old in zip(credentials, stored.credentials, strict=True))

    def note_use(self, uses: Mapping[str, float]) -> None:
        self._told("note_use", changes=True)
        for name, resource in self._state.resources.items():
            credentials = tuple(
                replace(each, secret=used(each.secret, uses)) for each in resource.credentials
            )
            self._state.resources[name] = replace(resource, credentials=credentials)


def is_wanted(client: Client, wanted: ClientSearch) -> bool:
    """What `ClientSearch` says."""
    is_deleted = client.status is ClientStatus.DELETED
    return (
        (not is_deleted if wanted.status is None else client.status is wanted.status)
        and wanted.auth_method in (None, client.auth_method)
        and wanted.is_confidential in (None, client.is_confidential)
        and (wanted.grant_type is None or wanted.grant_type in client.grant_types)
        and (wanted.scope is None or wanted.scope in client.scopes)
        and (wanted.resource is None or wanted.resource in client.resources)
        and (wanted.secret is None or any(is_meant(s, wanted.secret) for s in client.secrets))
        and is_found(wanted.text, client.client_id, client.name, client.contact)
    )


def is_meant(secret: StoredSecret, wanted: SecretSearch) -> bool:
    """What `SecretSearch` says of one secret."""
    before, since = wanted.expires_before, wanted.unused_since
    used = secret.created_at if secret.last_used_at is None else secret.last_used_at
    return (
        secret.is_live(wanted.live_at)
        and (before is None or (secret.expires_at is not None and secret.expires_at < before))
        and (since is None or (secret.created_at < since and used < since))
    )
