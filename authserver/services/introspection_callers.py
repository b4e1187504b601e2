"""Who asks about a token: a protected resource, or a client about its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.clients import ClientAuthMethod

if TYPE_CHECKING:
    from authserver.domain.calls import Call
    from authserver.domain.clients import Client
    from authserver.domain.credentials import PresentedCredentials
    from authserver.domain.ports import SecretMaker
    from authserver.domain.resources import ProtectedResource
    from authserver.services.client_authentication import ClientAuthentication
    from authserver.services.resource_authentication import ResourceAuthentication

RESOURCE_PREFIX = "rs"


class IntrospectionCallers:
    """Authenticates whoever asks at the introspection endpoint (RFC 7662 section 2.1)."""

    def __init__(
        self,
        *,
        secret_maker: SecretMaker,
        resources: ResourceAuthentication,
        clients: ClientAuthentication,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._secret_maker = secret_maker
        self._resources = resources
        self._clients = clients

    def authenticate(
        self, presented: PresentedCredentials, call: Call
    ) -> ProtectedResource | Client:
        """The resource or confidential client that the credentials prove; public ones never.

        Raises:
            InvalidClient: they prove nothing; the same answer for every cause.
            Throttled: too many failures.
            StorageUnavailable: the database is needed and does not answer.
        """
        if self._are_of_a_client(presented):
            return self._clients.authenticate(presented, call, or_resource=True)
        return self._resources.authenticate(presented, call)

    def _are_of_a_client(self, presented: PresentedCredentials) -> bool:
        """Names of both kinds may be the same, so the credential says which one is meant.

        Nothing is looked up for that: the time must not tell which names exist (CA-03).
        """
        if presented.method is ClientAuthMethod.PRIVATE_KEY_JWT:
            return True
        if not presented.method.uses_secret:
            # Resources always have a secret, so that this proves nothing there.
            return False
        # Secrets of resources are all made here; those that clients brought look like anything.
        return not self._secret_maker.looks_like(RESOURCE_PREFIX, presented.secret)
