"""Sealing under a secret that only its holder has: the database can open nothing of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

if TYPE_CHECKING:
    from authserver.domain.ports import Entropy

_VERSION: Final = b"\x01"
_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16
_KEY_BYTES: Final = 32
_LABEL: Final = b"authserver successor 1\0"


class HkdfSuccessorSealer:
    """AES-256-GCM under HKDF-SHA-256 (RFC 5869). Satisfies `key_ports.SuccessorSealer`.

    A sealed value is a version byte, a nonce, ciphertext and tag. Each `under` and context give a
    key of their own; nonces are random because two workers may seal for the same pair at once.
    """

    def __init__(self, entropy: Entropy) -> None:
        """Take nonces from `entropy`."""
        self._entropy = entropy

    def seal(self, secret: str, *, under: str, context: str) -> bytes:
        """`secret`, sealed under a key derived from `under` (a secret of 256 bit) and `context`."""
        nonce = self._entropy.token_bytes(_NONCE_BYTES)
        sealed = _cipher(under, context).encrypt(nonce, secret.encode("utf-8"), _VERSION)
        return _VERSION + nonce + sealed

    def open(self, sealed: bytes, *, under: str, context: str) -> str | None:
        """The secret; `None` when it was not sealed so."""
        if len(sealed) < 1 + _NONCE_BYTES + _TAG_BYTES or sealed[:1] != _VERSION:
            return None
        nonce, ciphertext = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            return _cipher(under, context).decrypt(nonce, ciphertext, _VERSION).decode("utf-8")
        except InvalidTag:
            return None


def _cipher(under: str, context: str) -> AESGCM:
    # Any text must derive: what is not UTF-8 came in as lone surrogates and opens nothing.
    material = under.encode("utf-8", "surrogatepass")
    info = _LABEL + context.encode("utf-8", "surrogatepass")
    return AESGCM(HKDF(SHA256(), _KEY_BYTES, None, info).derive(material))
