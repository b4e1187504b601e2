"""The audit trail's keys: HMAC keys that link records, an Ed25519 key that signs checkpoints."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

if TYPE_CHECKING:
    from authserver.crypto.key_files import KeyFamily


class HmacChainKey:
    """Satisfies `authserver.domain.ports.ChainKey`."""

    def __init__(self, key_id: str, key: bytes) -> None:
        self._key_id = key_id
        self._key = key

    def __repr__(self) -> str:
        """Name the id only."""
        return f"HmacChainKey({self._key_id!r})"

    @property
    def key_id(self) -> str:
        """Id of the key file."""
        return self._key_id

    def mac(self, message: bytes) -> bytes:
        """32 bytes, HMAC-SHA-256."""
        return hmac.digest(self._key, message, "sha256")


class HmacChainKeys:
    """Satisfies `authserver.domain.ports.ChainKeys`."""

    def __init__(self, keys: KeyFamily) -> None:
        self._keys = {key_id: HmacChainKey(key_id, key) for key_id, key in keys.values.items()}
        self._current = self._keys[keys.current]

    @property
    def current(self) -> HmacChainKey:
        """The key for new records."""
        return self._current

    def find(self, key_id: str) -> HmacChainKey | None:
        """The key of that id, or `None` when it is not known here."""
        return self._keys.get(key_id)


class Ed25519Checkpoints:
    """Satisfies `ports.CheckpointSigner` and `ports.CheckpointVerifier`."""

    def __init__(self, keys: KeyFamily) -> None:
        self._keys = {
            key_id: Ed25519PrivateKey.from_private_bytes(seed)
            for key_id, seed in keys.values.items()
        }
        self._current = keys.current

    @property
    def key_id(self) -> str:
        """Id of the key that signs now."""
        return self._current

    def sign(self, statement: bytes) -> bytes:
        """64 bytes, by the current key."""
        return self._keys[self._current].sign(statement)

    def verify(self, key_id: str, statement: bytes, signature: bytes) -> bool:
        """Whether the key of that id signed the statement; False for an unknown key."""
        key = self._keys.get(key_id)
        if key is None:
            return False
        try:
            key.public_key().verify(signature, statement)
        except InvalidSignature:
            return False
        return True

    def public_pem(self, key_id: str) -> str | None:
        """The public key in PEM, with which an auditor checks signatures away from this server."""
        key = self._keys.get(key_id)
        if key is None:
            return None
        pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        return pem.decode("ascii")
