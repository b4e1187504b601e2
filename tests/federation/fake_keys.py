"""Keys of fake providers, and what is signed with them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

if TYPE_CHECKING:
    from collections.abc import Mapping


@cache
def rsa_key(number: int, bits: int = 2048) -> rsa.RSAPrivateKey:
    """One of the keys of this test run: the same number, the same key (making one takes long)."""
    del number
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


@dataclass(frozen=True, slots=True)
class FakeKey:
    """A key that a provider signs with; `extra` stands in its JWK besides."""

    kid: str
    private: rsa.RSAPrivateKey = field(repr=False)
    extra: Mapping[str, object] = field(default_factory=dict)

    @property
    def jwk(self) -> dict[str, object]:
        """The public half as it is published."""
        text = jwt.algorithms.RSAAlgorithm.to_jwk(self.private.public_key())
        public = json.loads(text)
        return {
            "kty": "RSA",
            "use": "sig",
            "kid": self.kid,
            "n": public["n"],
            "e": public["e"],
            **self.extra,
        }

    def sign(self, claims: Mapping[str, object], header: Mapping[str, Any] | None = None) -> str:
        """A compact JWT by RS256; `header` members replace what stands there by default."""
        members: dict[str, Any] = {"kid": self.kid, **(header or {})}
        return jwt.encode(dict(claims), self.private, "RS256", headers=members)
