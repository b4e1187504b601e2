"""What the core asks about the keys of clients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.clients import Client
    from authserver.domain.credentials import VerifiedAssertion


class AssertionVerifier(Protocol):
    """Verifies client assertions (RFC 7523) against a client's registered keys."""

    def claimed_client(self, assertion: str) -> str | None:
        """The client id that an unverified assertion names; `None` when it is malformed."""
        ...

    def claimed_key(self, assertion: str) -> str | None:
        """The `kid` that an unverified assertion names; `None` without one, or when malformed."""
        ...

    def verify(self, assertion: str, client: Client, now: float) -> VerifiedAssertion | None:
        """Signature, claims, times and audience; not yet single use."""
        ...


class PublicKeys(Protocol):
    """Checks public keys that administrators register."""

    def normalise(self, jwks: object) -> tuple[Mapping[str, object], ...]:
        """The keys of a JWK set, public members only.

        Raises:
            InvalidField: names the member (`jwks.keys[0].crv`) and what is allowed.
        """
        ...
