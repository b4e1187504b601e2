"""Secrets as people and scanners see them: readable prefix, 256 bit, checksum."""

from __future__ import annotations

import re
import zlib
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from authserver.domain.ports import Entropy

PREFIXES: Final = {
    "cs": "client secret",
    "rs": "introspection secret of a protected resource",
    "gw": "key of a gateway",
    "pat": "API token of a user",
    "rt": "refresh token",
    "ac": "authorization code",
    "dc": "device code",
    "pr": "reference to a pushed authorization request",
    "it": "initial access token for registering clients",
    "ra": "registration access token of a client",
    "se": "cookie of a session",
    "br": "cookie of a browser",
    "us": "state of a sign-in at an identity provider",
    "pu": "ticket for picking up an API token",
}
"""What each kind of secret is called between `asv_` and the second underscore."""

_RANDOM_BYTES: Final = 32
_CHECKSUM_CHARS: Final = 6
# 32 bytes are 43 characters whose last one carries only four bits: one text per value.
_RANDOM_AND_CHECKSUM: Final = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048][0-9A-Za-z]{6}\Z")
_BASE62: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
# Without i, l, o, 0 and 1: read aloud or typed from paper, each stays what it is.
_TYPEABLE: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_FAIR_BELOW: Final = 256 - 256 % len(_TYPEABLE)
_ONE_TIME_GROUPS: Final = 6
_ONE_TIME_GROUP_CHARS: Final = 4


class ReadableSecretMaker:
    """Satisfies `authserver.domain.ports.SecretMaker`."""

    def __init__(self, entropy: Entropy) -> None:
        self._entropy = entropy

    def secret(self, prefix: str) -> str:
        """`asv_<prefix>_`, 43 base64url characters of 32 random bytes, 6 characters of CRC-32.

        Raises:
            ValueError: the prefix is not one of `PREFIXES`.
        """
        return self.secret_from(prefix, self._entropy.token_bytes(_RANDOM_BYTES))

    def secret_from(self, prefix: str, material: bytes) -> str:
        """The same over 32 given bytes, which must be as hard to guess as random ones.

        Raises:
            ValueError: the prefix is not one of `PREFIXES`, or these are not 32 bytes.
        """
        if len(material) != _RANDOM_BYTES:
            raise ValueError("a secret is made of 32 bytes")
        value = _start(prefix) + _base64url(material)
        return value + _checksum(value)

    def looks_like(self, prefix: str, value: str) -> bool:
        """Whether prefix, alphabet, length and checksum fit; nothing secret is compared.

        Raises:
            ValueError: the prefix is not one of `PREFIXES`.
        """
        start = _start(prefix)
        if not value.startswith(start) or not _RANDOM_AND_CHECKSUM.match(value, len(start)):
            return False
        return _checksum(value[:-_CHECKSUM_CHARS]) == value[-_CHECKSUM_CHARS:]

    def identifier(self) -> str:
        """128 bit as 22 base64url characters.

        Never begins with a hyphen, which a command line would take for an option; drawing again
        costs 0.02 bit.
        """
        while True:
            value = _base64url(self._entropy.token_bytes(16))
            if not value.startswith("-"):
                return value

    def one_time_password(self) -> str:
        """118 bit for people to type: six groups of four, lower case and digits."""
        letters = ""
        while len(letters) < _ONE_TIME_GROUPS * _ONE_TIME_GROUP_CHARS:
            # Bytes at the upper end would make some letters likelier than others: draw again.
            (number,) = self._entropy.token_bytes(1)
            if number < _FAIR_BELOW:
                letters += _TYPEABLE[number % len(_TYPEABLE)]
        return "-".join(
            letters[start : start + _ONE_TIME_GROUP_CHARS]
            for start in range(0, len(letters), _ONE_TIME_GROUP_CHARS)
        )


def _start(prefix: str) -> str:
    if prefix not in PREFIXES:
        raise ValueError("not a prefix of a secret")
    return f"asv_{prefix}_"


def _base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _checksum(value: str) -> str:
    """CRC-32 in base 62, over the prefix too, so that no kind passes for another."""
    number = zlib.crc32(value.encode("ascii"))
    digits = ""
    for _ in range(_CHECKSUM_CHARS):
        number, digit = divmod(number, len(_BASE62))
        digits = _BASE62[digit] + digits
    return digits
