"""What the core asks of those who keep private keys and credentials sealed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from authserver.domain.hand_over import HandOver
    from authserver.domain.keys import SigningKey


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


class KeyFileMaker(Protocol):
    """Makes files of key-encryption keys."""

    def make(self) -> str:
        """Make the next file; its name. Processes that start from now on seal with it.

        Raises:
            DomainError: it cannot be made; nothing was.
        """
        ...
