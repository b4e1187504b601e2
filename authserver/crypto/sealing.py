"""Sealing: what the database may hold of a secret that has to come back in clear."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from authserver.domain.errors import Conflict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.ports import Entropy

_VERSION: Final = 1
_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16
_KEY_BYTES: Final = 32
_ID_BYTES_MAX: Final = 64


class SealBroken(Conflict):
    """A sealed value does not open: changed, moved to another place, or its key file is missing."""


class Sealer:
    """AES-256-GCM under key-encryption keys that carry ids and rotate.

    A sealed value is a version byte, the key's id with its length, a nonce, ciphertext and tag.
    Purpose and context (of a signing key its `kid`) are bound in, so that a value that was
    copied to another row or column does not open there. Nonces are random, which is sound for
    2^32 values under one key; signing keys and credentials come nowhere near.
    """

    def __init__(self, keys: Mapping[str, bytes], current: str, entropy: Entropy) -> None:
        if current not in keys:
            raise ValueError("the current key is not among the keys")
        if any(len(key) != _KEY_BYTES for key in keys.values()):
            raise ValueError("a key-encryption key has 32 bytes")
        if not all(0 < len(_encoded(key_id)) <= _ID_BYTES_MAX for key_id in keys):
            raise ValueError("the id of a key-encryption key has 1 to 64 bytes")
        self._ciphers = {_encoded(key_id): AESGCM(key) for key_id, key in keys.items()}
        self._current = _encoded(current)
        self._entropy = entropy

    def __repr__(self) -> str:
        """Name the ids only."""
        return f"Sealer(current={self._current.decode()!r}, keys={len(self._ciphers)})"

    def seal(self, secret: bytes, *, purpose: str, context: str) -> bytes:
        """The sealed form of `secret` under the current key."""
        head = bytes((_VERSION, len(self._current))) + self._current
        nonce = self._entropy.token_bytes(_NONCE_BYTES)
        bound = _bound(head, purpose, context)
        return head + nonce + self._ciphers[self._current].encrypt(nonce, secret, bound)

    def open(self, sealed: bytes, *, purpose: str, context: str) -> bytes:
        """The secret.

        Raises:
            SealBroken: it was not sealed here, for this purpose and context, under a known key.
        """
        key_id = self.key_id(sealed)
        cipher = self._ciphers.get(_encoded(key_id))
        if cipher is None:
            raise SealBroken(f"sealed under key-encryption key {key_id!r}, whose file is missing")
        body = 2 + len(_encoded(key_id))
        head, nonce = sealed[:body], sealed[body : body + _NONCE_BYTES]
        try:
            return cipher.decrypt(
                nonce, sealed[body + _NONCE_BYTES :], _bound(head, purpose, context)
            )
        except InvalidTag:
            raise SealBroken("the sealed value was changed or belongs elsewhere") from None

    def key_id(self, sealed: bytes) -> str:
        """Id of the key-encryption key that `sealed` needs. Raises SealBroken, see `key_id_of`."""
        return key_id_of(sealed)

    def reseal(self, sealed: bytes, *, purpose: str, context: str) -> bytes | None:
        """The same secret under the current key; `None` when it already is.

        Raises:
            SealBroken: see `open`.
        """
        if _encoded(self.key_id(sealed)) == self._current:
            return None
        secret = self.open(sealed, purpose=purpose, context=context)
        return self.seal(secret, purpose=purpose, context=context)


def key_id_of(sealed: bytes) -> str:
    """Id of the key-encryption key that `sealed` needs; nobody vouches for it before it opens.

    Raises:
        SealBroken: these are not bytes that `Sealer.seal` made.
    """
    least = 2 + 1 + _NONCE_BYTES + _TAG_BYTES
    if len(sealed) < least or sealed[0] != _VERSION:
        raise SealBroken("not a sealed value of a known version")
    length = sealed[1]
    key_id = sealed[2 : 2 + length]
    if not 0 < length <= _ID_BYTES_MAX or len(sealed) < least - 1 + length:
        raise SealBroken("not a sealed value of a known version")
    try:
        return key_id.decode("ascii")
    except UnicodeDecodeError:
        raise SealBroken("not a sealed value of a known version") from None


def _encoded(key_id: str) -> bytes:
    return key_id.encode("ascii")


def _bound(head: bytes, purpose: str, context: str) -> bytes:
    """Associated data in which no part can flow into its neighbour."""
    parts = (purpose.encode("utf-8"), context.encode("utf-8"))
    return head + b"".join(len(part).to_bytes(4, "big") + part for part in parts)
