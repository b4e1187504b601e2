"""Authentication of the Jira side: a protected resource with its introspection credential."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.audit import Actor, ActorKind, AuditEvent, Outcome
from authserver.domain.errors import InvalidClient
from authserver.domain.resources import CredentialPurpose, ResourceStatus

if TYPE_CHECKING:
    from authserver.domain.calls import Call
    from authserver.domain.credentials import PresentedCredentials
    from authserver.domain.ports import Clock, Database
    from authserver.domain.resources import ProtectedResource
    from authserver.domain.stored_secrets import StoredSecret
    from authserver.services.directory import Directory
    from authserver.services.secret_checks import SecretCheck
    from authserver.services.throttling import Throttle
    from authserver.services.usage import LastUses

RESOURCE_SECRET = "resource_secret"  # noqa: S105 - the purpose of a digest


class ResourceAuthentication:
    """Authenticates protected resources at the introspection endpoint (RFC 7662 section 2.1)."""

    def __init__(
        self,
        *,
        directory: Directory,
        database: Database,
        clock: Clock,
        secrets: SecretCheck,
        throttle: Throttle,
        uses: LastUses,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._directory = directory
        self._database = database
        self._clock = clock
        self._secrets = secrets
        self._throttle = throttle
        self._uses = uses

    def authenticate(self, presented: PresentedCredentials, call: Call) -> ProtectedResource:
        """The enabled protected resource whose name and introspection secret these are.

        Raises:
            InvalidClient: they are not; the same answer and the same work for every cause.
            Throttled: too many failures from this caller.
            StorageUnavailable: the database is needed and does not answer.
        """
        self._directory.view.ensure_fresh()
        name = presented.client_id
        self._throttle.check(name, call)
        resource = self._directory.resources.known(name)
        secret = self._match(resource, presented.secret)
        if secret is None:
            resource = self._directory.resources.read(name)
            secret = self._match(resource, presented.secret)
        if resource is None or secret is None or not presented.method.uses_secret:
            raise self._refused(resource, name, call, "no such resource or no live secret matches")
        if resource.status is not ResourceStatus.ENABLED:
            raise self._refused(resource, name, call, f"the resource is {resource.status}")
        self._uses.note_resource_credential(secret.secret_id, call.at)
        return resource

    def _match(self, resource: ProtectedResource | None, value: str) -> StoredSecret | None:
        stored = (
            ()
            if resource is None
            else tuple(
                credential.secret
                for credential in resource.credentials
                if credential.purpose is CredentialPurpose.INTROSPECTION
            )
        )
        return self._secrets.matching(stored, value, self._clock.now())

    def _refused(
        self, resource: ProtectedResource | None, name: str, call: Call, detail: str
    ) -> InvalidClient:
        with self._database.writing() as stores:
            self._throttle.failed(stores, name, call)
            stores.audit.add(
                AuditEvent(
                    at=call.at,
                    action="resource.authentication_failed",
                    outcome=Outcome.REFUSED,
                    actor=Actor(ActorKind.ANONYMOUS, ""),
                    object_kind="resource",
                    object_id="" if resource is None else resource.name,
                    reason=detail,
                    request_id=call.request_id,
                    peer=call.peer,
                )
            )
        return InvalidClient(detail)
