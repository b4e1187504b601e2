"""Assertions by which we authenticate at identity providers, signed with the keys of our JWKS.

Their `typ` is the one that providers accept, JWT, and so is that of our ID tokens: an assertion has
a `jti`, which no ID token of ours has, so that neither is ever read as the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import orjson

from authserver.domain.keys import SigningAlgorithm
from authserver.domain.provider_assertions import (
    FEDERATED_AUDIENCE,
    ProviderAssertion,
    federated_subject,
)
from authserver.domain.providers import ProviderAuth

if TYPE_CHECKING:
    from collections.abc import Callable

    from authserver.domain.key_ports import Keyring
    from authserver.domain.ports import SecretMaker
    from authserver.domain.providers import Provider

MEDIA_TYPE: Final = "JWT"
ALGORITHM: Final = SigningAlgorithm.RS256
"""Entra ID takes no other, and every provider takes it."""


def provider_assertion_text(assertion: ProviderAssertion) -> bytes:
    """The JSON of the claims."""
    return orjson.dumps(
        {
            "iss": assertion.issuer,
            "sub": assertion.subject,
            "aud": assertion.audience,
            "iat": assertion.issued_at,
            "nbf": assertion.issued_at,
            "exp": assertion.expires_at,
            "jti": assertion.assertion_id,
        }
    )


class ProviderAssertionSigner:
    """Makes assertions. Satisfies `domain.upstream_ports.AssertionSigner`."""

    def __init__(
        self, *, ring: Callable[[], Keyring], issuer: str, secret_maker: SecretMaker
    ) -> None:
        """`ring` gives the keyring of the moment; `issuer` is ours."""
        self._ring = ring
        self._issuer = issuer
        self._secret_maker = secret_maker

    def assertion(self, provider: Provider, audience: str, now: float) -> str:
        """A JWT for one use, good for a minute.

        Where the provider federates with us the audience is the one that Entra ID has for that.

        Raises:
            StorageUnavailable: there is no active RS256 key.
        """
        if provider.auth is ProviderAuth.FEDERATED:
            issuer, subject = self._issuer, federated_subject(provider.name)
            audience = FEDERATED_AUDIENCE
        else:
            issuer = subject = provider.client_id
        return self._ring().sign_provider_assertion(
            ProviderAssertion(
                issuer=issuer,
                subject=subject,
                audience=audience,
                assertion_id=self._secret_maker.identifier(),
                issued_at=int(now),
            ),
            ALGORITHM,
        )
