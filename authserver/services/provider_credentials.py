"""Our credentials at providers: sealed where they are kept, opened for the call they are for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.errors import DomainError
from authserver.domain.provider_assertions import FEDERATED_AUDIENCE
from authserver.domain.providers import (
    DIRECTORY_SECRET_PURPOSE,
    SECRET_PURPOSE,
    GroupSource,
    ProviderAuth,
    secret_context,
)
from authserver.domain.upstream_ports import UpstreamFailure
from authserver.domain.upstream_sign_ins import SignInProblem

if TYPE_CHECKING:
    from authserver.domain.key_ports import SecretSealer
    from authserver.domain.ports import Clock
    from authserver.domain.provider_documents import ProviderMetadata
    from authserver.domain.providers import Provider
    from authserver.domain.upstream_ports import AssertionSigner


class ProviderCredentials:
    """Seals and opens what we authenticate with at providers."""

    def __init__(self, *, sealer: SecretSealer, signer: AssertionSigner, clock: Clock) -> None:
        """Take the collaborators; hold no state of its own."""
        self._sealer = sealer
        self._signer = signer
        self._clock = clock

    def credential(self, provider: Provider, metadata: ProviderMetadata, now: float) -> str:
        """What the token endpoint wants to see: a secret, or an assertion for one use.

        The newest secret that is live is used. It is empty for a provider that wants none.

        Raises:
            UpstreamFailure: no secret is live, or it does not open.
            StorageUnavailable: an assertion cannot be signed now.
        """
        if provider.auth is ProviderAuth.NONE:
            return ""
        if not provider.auth.uses_secret:
            return self._signer.assertion(provider, metadata.token_endpoint, now)
        return self._secret(provider, now)

    def directory_credential(self, provider: Provider) -> str:
        """What reads groups from the provider's directory.

        It is a secret of its own, or, where none is set and no other application is named, what
        our application has: its secret, or an assertion where Entra ID federates with us.

        Raises:
            UpstreamFailure: there is none, or it does not open.
            StorageUnavailable: an assertion cannot be signed now.
        """
        sealed = provider.groups.directory_secret
        if sealed:
            return self._opened(sealed, DIRECTORY_SECRET_PURPOSE, provider.name)
        now = self._clock.now()
        if provider.groups.source is GroupSource.GRAPH and not provider.groups.directory_client_id:
            if provider.auth.uses_secret:
                return self._secret(provider, now)
            if provider.auth is ProviderAuth.FEDERATED:
                return self._signer.assertion(provider, FEDERATED_AUDIENCE, now)
        raise UpstreamFailure(
            SignInProblem.PROVIDER_REFUSED, "no credential for this provider's directory is set"
        )

    def _secret(self, provider: Provider, now: float) -> str:
        live = [secret for secret in provider.secrets if secret.is_live(now)]
        if not live:
            raise UpstreamFailure(
                SignInProblem.PROVIDER_REFUSED, "no client secret for this provider is live"
            )
        newest = max(live, key=lambda secret: (secret.created_at, secret.secret_id))
        context = secret_context(provider.name, newest.secret_id)
        return self._opened(newest.sealed, SECRET_PURPOSE, context)

    def _opened(self, sealed: bytes, purpose: str, context: str) -> str:
        try:
            return self._sealer.open(sealed, purpose=purpose, context=context).decode("utf-8")
        except DomainError as error:
            problem = f"its sealed credential cannot be opened: {error}"
        # Not the person's fault, nor the provider's: the page says that signing in there fails.
        raise UpstreamFailure(SignInProblem.PROVIDER_REFUSED, problem)

    def seal_secret(self, provider_name: str, secret_id: str, value: str) -> bytes:
        """A client secret as it is kept."""
        return self._sealer.seal(
            value.encode("utf-8"),
            purpose=SECRET_PURPOSE,
            context=secret_context(provider_name, secret_id),
        )

    def seal_directory_secret(self, provider_name: str, value: str) -> bytes:
        """The credential that reads the provider's directory, as it is kept."""
        return self._sealer.seal(
            value.encode("utf-8"), purpose=DIRECTORY_SECRET_PURPOSE, context=provider_name
        )
