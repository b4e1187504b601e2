"""Authentication of the Jira side: a protected resource with its introspection credential."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.resources import CredentialPurpose, ResourceStatus
from authserver.services.throttling import Attempt, PrincipalKind

if TYPE_CHECKING:
    from authserver.domain.calls import Call
    from authserver.domain.credentials import PresentedCredentials
    from authserver.domain.errors import InvalidClient
    from authserver.domain.ports import Clock
    from authserver.domain.resources import ProtectedResource
    from authserver.domain.stored_secrets import StoredSecret
    from authserver.services.directory import Directory
    from authserver.services.failed_authentications import FailedAuthentications
    from authserver.services.secret_checks import SecretCheck
    from authserver.services.throttling import Throttle
    from authserver.services.usage import LastUses

INTROSPECTION: Final = CredentialPurpose.INTROSPECTION
RESOURCE_SECRET = "resource_secret"  # noqa: S105 - the purpose of a digest


class ResourceAuthentication:
    """Authenticates protected resources at the introspection endpoint (RFC 7662 section 2.1)."""

    def __init__(
        self,
        *,
        directory: Directory,
        clock: Clock,
        secrets: SecretCheck,
        throttle: Throttle,
        failures: FailedAuthentications,
        uses: LastUses,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._directory = directory
        self._clock = clock
        self._secrets = secrets
        self._throttle = throttle
        self._failures = failures
        self._uses = uses

    def authenticate(self, presented: PresentedCredentials, call: Call) -> ProtectedResource:
        """The enabled protected resource whose name and introspection secret these are.

        Raises:
            InvalidClient: they are not; the same answer and the same work for every cause.
            Throttled: too many failures from this caller, or they prove nothing and there are too
                many from its network.
            StorageUnavailable: the database is needed and does not answer.
        """
        self._directory.view.ensure_fresh()
        name = presented.client_id
        attempt = Attempt(PrincipalKind.RESOURCE, name, call)
        self._throttle.check_caller(attempt)
        resource = self._directory.resources.known(name)
        secret = self._match(resource, presented.secret)
        if secret is None:
            resource = self._directory.resources.read(name)
            secret = self._match(resource, presented.secret)
        if resource is None or secret is None or not presented.method.uses_secret:
            raise self._refused(resource, attempt, "no such resource or no live secret matches")
        if resource.status is not ResourceStatus.ENABLED:
            raise self._refused(resource, attempt, f"the resource is {resource.status}")
        self._uses.note_resource_credential(secret.secret_id, call.at)
        return resource

    def _match(self, resource: ProtectedResource | None, value: str) -> StoredSecret | None:
        stored = (
            ()
            if resource is None
            else tuple(
                credential.secret
                for credential in resource.credentials
                if credential.purpose is INTROSPECTION  # type: ignore[redundant-expr]  # one only, today
            )
        )
        return self._secrets.matching(stored, value, self._clock.now())

    def _refused(
        self, resource: ProtectedResource | None, attempt: Attempt, detail: str
    ) -> InvalidClient:
        return self._failures.refusal(attempt, detail, known=resource is not None)
