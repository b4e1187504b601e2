"""The seals of credentials that sites gave us."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from authserver.crypto.key_files import KeyKind
from authserver.domain.hand_over import CREDENTIAL_PURPOSE

if TYPE_CHECKING:
    from authserver.crypto.sealing import Sealer
    from authserver.domain.hand_over import HandOver


class ServiceCredentialResealer:
    """Moves service credentials between seals.

    Satisfies `authserver.domain.key_ports.CredentialResealer`.
    """

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def key_file(self, hand_over: HandOver) -> str:
        """Name of the key file that opens the credential. Raises SealBroken."""
        return KeyKind.KEK.file_name(self._sealer.key_id(hand_over.sealed))

    def reseal(self, hand_over: HandOver) -> HandOver | None:
        """The credential under the current key-encryption key; `None` when it already is.

        Raises:
            SealBroken: it does not open.
        """
        sealed = self._sealer.reseal(
            hand_over.sealed, purpose=CREDENTIAL_PURPOSE, context=hand_over.resource
        )
        return None if sealed is None else replace(hand_over, sealed=sealed)
