"""Registering protected resources (sites) and looking after their credentials."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from authserver.domain.authority import Change, ChangeKind
from authserver.domain.errors import Conflict, InvalidField, NotFound
from authserver.domain.keys import SigningAlgorithm
from authserver.domain.policy_documents import DEFAULT_DOCUMENT
from authserver.domain.resources import (
    ADMINISTRATION,
    SITE_KINDS,
    CredentialPurpose,
    ProtectedResource,
    ResourceCredential,
    ResourceKind,
    ResourceStatus,
)
from authserver.domain.site_urls import check_context_path, check_site_url
from authserver.services.administration import before_and_after
from authserver.services.administration_resource import guard_switch, only_sites
from authserver.services.clients import OVERLAP_SECONDS
from authserver.services.resource_authentication import RESOURCE_SECRET

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.ports import Stores
    from authserver.domain.stored_secrets import FreshSecret
    from authserver.services.administration import Act, Administration
    from authserver.services.fresh_secrets import FreshSecrets

NAME: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\Z")
MOST_LIVE_CREDENTIALS: Final = 2
"""For each purpose: one in use and its successor."""
PREFIX: Final = "rs"


@dataclass(frozen=True, slots=True)
class ResourceDraft:
    """What an administrator states of a site. `identifier` defaults to the URL it answers at."""

    name: str
    kind: str
    url: str
    context_path: str = ""
    identifier: str = ""
    signing_algorithm: str = SigningAlgorithm.ES256


@dataclass(frozen=True, slots=True)
class RegisteredResource:
    """A resource and, at creation only, its introspection secret."""

    resource: ProtectedResource
    introspection_secret: FreshSecret


class Resources:
    """Use cases of resource administration."""

    def __init__(self, *, administration: Administration, fresh_secrets: FreshSecrets) -> None:
        """Take the collaborators; hold no state of its own."""
        self._administration = administration
        self._fresh_secrets = fresh_secrets

    def list(self) -> Sequence[ProtectedResource]:
        """All resources but deleted ones, by name."""
        with self._administration.database.reading() as stores:
            return stores.resources.list()

    def get(self, name: str) -> ProtectedResource:
        """One resource. Raises NotFound, also for a deleted one."""
        with self._administration.database.reading() as stores:
            return existing(stores, name)

    def create(self, draft: ResourceDraft, act: Act) -> RegisteredResource:
        """Register a site; its introspection secret is in the answer only.

        Raises:
            InvalidField: names the field and what is allowed; nothing was stored.
            AlreadyExists: the name or the identifier is taken.
        """
        now = self._administration.clock.now()
        secret = self._make()
        resource = ProtectedResource(
            name=_own_name(draft.name),
            kind=_kind(draft.kind),
            identifier="",
            url=check_site_url("url", draft.url),
            context_path=check_context_path(draft.context_path),
            signing_algorithm=_algorithm(draft.signing_algorithm),
            status=ResourceStatus.ENABLED,
            credentials=(ResourceCredential(CredentialPurpose.INTROSPECTION, secret.stored),),
            created_at=now,
        )
        identifier = draft.identifier or resource.url + resource.context_path
        resource = replace(resource, identifier=check_site_url("identifier", identifier))
        with self._administration.changing(_changed(resource.name), takes_power=False) as stores:
            stores.resources.add(resource)
            self._administration.record(
                stores, act, "resource.created", resource.name, {"after": described(resource)}
            )
        return RegisteredResource(resource, secret)

    def update(
        self,
        name: str,
        act: Act,
        *,
        url: str | None = None,
        context_path: str | None = None,
        signing_algorithm: str | None = None,
    ) -> ProtectedResource:
        """Change where a site answers or how its tokens are signed; its identifier stays.

        Raises:
            NotFound: there is no such resource.
            InvalidField: names the field and what is allowed; nothing was changed.
            Conflict: it is the administration API, which is where it is.
            Forbidden: the administration API is touched without the permission.
        """
        with self._administration.changing(_changed(name), takes_power=True) as stores:
            before = existing(stores, name)
            act.expect(described(before))
            guard_switch(before, act)
            if url is not None or context_path is not None:
                only_sites(before, "where it answers is the server's to say")
            after = before
            if url is not None:
                after = replace(after, url=check_site_url("url", url))
            if context_path is not None:
                after = replace(after, context_path=check_context_path(context_path))
            if signing_algorithm is not None:
                after = replace(after, signing_algorithm=_algorithm(signing_algorithm))
            stores.resources.save(after)
            self._administration.record(
                stores,
                act,
                "resource.updated",
                name,
                before_and_after(described(before), described(after)),
            )
        return after

    def rotate_credential(
        self, name: str, purpose: str, act: Act, *, overlap_seconds: float = OVERLAP_SECONDS
    ) -> FreshSecret:
        """Give a resource a new credential; the old ones end after the overlap at the latest.

        Raises:
            NotFound: there is no such resource.
            Conflict: it has too many live credentials for the purpose.
            InvalidField: `purpose` or the overlap is out of range.
        """
        if purpose not in list(CredentialPurpose):
            raise InvalidField("purpose", "one of " + ", ".join(CredentialPurpose))
        check_overlap(overlap_seconds)
        now = self._administration.clock.now()
        fresh = self._make()
        with self._administration.changing(_changed(name), takes_power=True) as stores:
            resource = existing(stores, name)
            only_sites(resource, "it has no credentials")
            live = resource.live_credentials(CredentialPurpose(purpose), now)
            if overlap_seconds > 0 and len(live) >= MOST_LIVE_CREDENTIALS:
                raise Conflict(
                    f"resource {name} has {len(live)} live {purpose} credentials, the most there "
                    "may be: rotate with overlap 0 to end the old ones now"
                )
            stores.resources.add_credential(name, purpose, fresh.stored)
            ended = stores.resources.expire_credentials(
                name, purpose, keep=fresh.stored.secret_id, at=now + overlap_seconds
            )
            self._administration.record(
                stores,
                act,
                "resource.credential_rotated",
                name,
                {"purpose": purpose, "old": ended, "overlap_seconds": overlap_seconds},
            )
        return fresh

    def disable(self, name: str, act: Act) -> ProtectedResource:
        """Issue and honour no token for the site until it is enabled again."""
        return self._set_status(name, ResourceStatus.DISABLED, "resource.disabled", act)

    def enable(self, name: str, act: Act) -> ProtectedResource:
        """Issue and honour tokens for the site again."""
        return self._set_status(name, ResourceStatus.ENABLED, "resource.enabled", act)

    def delete(self, name: str, act: Act) -> None:
        """End a resource for ever; its name and identifier are never given out again."""
        self._set_status(name, ResourceStatus.DELETED, "resource.deleted", act)

    def _make(self) -> FreshSecret:
        return self._fresh_secrets.make(PREFIX, RESOURCE_SECRET, None)

    def _set_status(
        self, name: str, status: ResourceStatus, action: str, act: Act
    ) -> ProtectedResource:
        takes_power = status is not ResourceStatus.ENABLED
        changes = _changed(name)
        if status is ResourceStatus.DELETED:
            changes.append(Change(ChangeKind.HAND_OVER, name, 0.0))
        with self._administration.changing(changes, takes_power=takes_power) as stores:
            before = existing(stores, name)
            act.expect(described(before))
            guard_switch(before, act)
            if status is ResourceStatus.DELETED:
                only_sites(before, "it goes with the server, and can be disabled")
            after = replace(before, status=status)
            stores.resources.save(after)
            if status is ResourceStatus.DELETED:
                now = self._administration.clock.now()
                for purpose in CredentialPurpose:
                    stores.resources.expire_credentials(name, purpose, keep="", at=now)
                stores.hand_overs.remove(name)
                # Nobody could see or end them later: a deleted resource is not found.
                stores.accounts.remove_all(name)
            self._administration.record(
                stores, act, action, name, {"before": str(before.status), "after": str(status)}
            )
        return after


def described(resource: ProtectedResource) -> dict[str, object]:
    """A resource as records and listings show it: no secret."""
    return {
        "name": resource.name,
        "kind": str(resource.kind),
        "identifier": resource.identifier,
        "url": resource.url,
        "context_path": resource.context_path,
        "signing_algorithm": resource.signing_algorithm,
        "status": str(resource.status),
        "created_at": resource.created_at,
        "credentials": [
            {
                "purpose": str(credential.purpose),
                "secret_id": credential.secret.secret_id,
                "ends_with": credential.secret.hint,
                "created_at": credential.secret.created_at,
                "expires_at": credential.secret.expires_at,
                "last_used_at": credential.secret.last_used_at,
            }
            for credential in resource.credentials
        ],
    }


def _changed(name: str) -> list[Change]:
    return [Change(ChangeKind.RESOURCE, name, 0.0)]


def existing(stores: Stores, name: str) -> ProtectedResource:
    """The resource, locked until the end when writing. Raises NotFound, also for a deleted one."""
    resource = stores.resources.get(name)
    if resource is None or resource.status is ResourceStatus.DELETED:
        raise NotFound("resource", name)
    return resource


def check_overlap(seconds: float) -> None:
    """How long old credentials go on after a rotation. Raises InvalidField."""
    if not 0 <= seconds <= 366 * 86_400:
        raise InvalidField("overlap", "0 seconds to 366 days")


def check_name(value: str) -> str:
    """The name of a resource or a gateway. Raises InvalidField."""
    if NAME.match(value) is None:
        raise InvalidField(
            "name", "1 to 63 lower-case letters, digits and dashes, no dash at either end"
        )
    return value


def _own_name(value: str) -> str:
    if value == DEFAULT_DOCUMENT:
        raise InvalidField("name", "another word: this is the name of the default policy document")
    if value == ADMINISTRATION:
        raise InvalidField("name", "another word: this is the name of the administration API")
    return check_name(value)


def _kind(value: str) -> ResourceKind:
    if value not in SITE_KINDS:
        raise InvalidField("kind", "one of " + ", ".join(SITE_KINDS))
    return ResourceKind(value)


def _algorithm(value: str) -> str:
    if value not in list(SigningAlgorithm):
        raise InvalidField("signing_algorithm", "one of " + ", ".join(SigningAlgorithm))
    return SigningAlgorithm(value)
