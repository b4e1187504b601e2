"""The seals of secrets that are bound to a purpose and a context."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.crypto.key_files import KeyKind

if TYPE_CHECKING:
    from authserver.crypto.sealing import Sealer


class BoundSecretResealer:
    """Moves sealed secrets between seals. Satisfies `domain.key_ports.SecretResealer`."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def key_file(self, sealed: bytes) -> str:
        """Name of the key file that opens the secret. Raises SealBroken."""
        return KeyKind.KEK.file_name(self._sealer.key_id(sealed))

    def reseal(self, sealed: bytes, *, purpose: str, context: str) -> bytes | None:
        """The secret under the current key-encryption key; `None` when it already is.

        Raises:
            SealBroken: it does not open.
        """
        return self._sealer.reseal(sealed, purpose=purpose, context=context)
