"""What the core asks of those who keep private keys and credentials sealed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.hand_over import HandOver, SiteAssertion
    from authserver.domain.identity_tokens import IdTokenHint, StatementType
    from authserver.domain.keys import SigningAlgorithm, SigningKey
    from authserver.domain.provider_assertions import ProviderAssertion
    from authserver.domain.tokens import AccessToken


class SecretSealer(Protocol):
    """Seals what must be opened again, under a key-encryption key."""

    def seal(self, secret: bytes, *, purpose: str, context: str) -> bytes:
        """The sealed form, which opens with the same purpose and context only."""
        ...

    def open(self, sealed: bytes, *, purpose: str, context: str) -> bytes:
        """The secret.

        Raises:
            DomainError: it was not sealed here, for this purpose and context, or the file of its
                key-encryption key is missing.
        """
        ...

    def key_id(self, sealed: bytes) -> str:
        """Id of the key-encryption key that opens it.

        Raises:
            DomainError: it is not sealed in a known way.
        """
        ...


class KeyResealer(Protocol):
    """Moves sealed private keys from one key-encryption key to another."""

    def key_file(self, key: SigningKey) -> str:
        """Name of the key file that opens the key's private part.

        Raises:
            DomainError: the private part is not sealed in a known way.
        """
        ...

    def reseal(self, key: SigningKey) -> SigningKey | None:
        """The same key sealed under the newest key file; `None` when it already is.

        Raises:
            DomainError: the private part does not open, or its key file is missing.
        """
        ...


class CredentialResealer(Protocol):
    """Moves the service credentials of sites from one key-encryption key to another."""

    def key_file(self, hand_over: HandOver) -> str:
        """Name of the key file that opens the credential.

        Raises:
            DomainError: it is not sealed in a known way.
        """
        ...

    def reseal(self, hand_over: HandOver) -> HandOver | None:
        """The same credential sealed under the newest key file; `None` when it already is.

        Raises:
            DomainError: the credential does not open, or its key file is missing.
        """
        ...


class SecretResealer(Protocol):
    """Moves secrets that are sealed for a purpose from one key-encryption key to another."""

    def key_file(self, sealed: bytes) -> str:
        """Name of the key file that opens it.

        Raises:
            DomainError: it is not sealed in a known way.
        """
        ...

    def reseal(self, sealed: bytes, *, purpose: str, context: str) -> bytes | None:
        """The same secret sealed under the newest key file; `None` when it already is.

        Raises:
            DomainError: it does not open, or its key file is missing.
        """
        ...


class KeyFileMaker(Protocol):
    """Makes files of key-encryption keys."""

    def make(self) -> str:
        """Make the next file; its name. Processes that start from now on seal with it.

        Raises:
            DomainError: it cannot be made; nothing was.
        """
        ...


class SuccessorSealer(Protocol):
    """Seals a secret so that only the holder of another one can open it."""

    def seal(self, secret: str, *, under: str, context: str) -> bytes:
        """`secret`, sealed under a key derived from `under` (a secret of 256 bit) and `context`."""
        ...

    def open(self, sealed: bytes, *, under: str, context: str) -> str | None:
        """The secret; `None` when it was not sealed so."""
        ...


class Keyring(Protocol):
    """The published keys of one moment, parsed once: an immutable snapshot."""

    def sign(self, token: AccessToken, algorithm: SigningAlgorithm) -> str:
        """The compact JWT, `typ: at+jwt` (RFC 9068).

        Raises:
            StorageUnavailable: there is no active key of the algorithm.
        """
        ...

    def sign_assertion(self, assertion: SiteAssertion, algorithm: SigningAlgorithm) -> str:
        """The compact JWT, `typ: site-assertion+jwt`. Raises StorageUnavailable like `sign`."""
        ...

    def sign_provider_assertion(
        self, assertion: ProviderAssertion, algorithm: SigningAlgorithm
    ) -> str:
        """The compact JWT by which we authenticate at a provider. Raises like `sign`."""
        ...

    def sign_statement(
        self,
        kind: StatementType,
        claims: Mapping[str, object],
        algorithm: SigningAlgorithm,
    ) -> str:
        """The compact JWT of a statement for a client; `claims` are complete, `iss` included.

        Raises StorageUnavailable like `sign`.
        """
        ...

    def read(self, token_value: str) -> AccessToken | None:
        """The verified claims, or `None` for anything that is not our access token."""
        ...

    def read_id_token(self, value: str) -> IdTokenHint | None:
        """What an ID token of ours says, `None` for anything else; its time is not judged."""
        ...

    def jwks(self) -> bytes:
        """The public document (RFC 7517)."""
        ...

    def etag(self) -> str:
        """Entity tag of the document, with its quotes."""
        ...


class KeyMaker(Protocol):
    """Makes and opens signing keys."""

    def make(self, algorithm: SigningAlgorithm, now: float) -> SigningKey:
        """A new key in state `next`, its private part sealed."""
        ...
