"""JWTs as Connect apps make them, and as forgers do: header, claims and signature by hand."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any, Final

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from authserver.crypto.jose import sign as sign_rsa
from authserver.crypto.jose_strict import encode_segment
from authserver.domain.query_hash import query_hash
from tests.doubles import EPOCH

if TYPE_CHECKING:
    from collections.abc import Mapping

APP: Final = "com.example.app"
SECRET: Final = "7512836e-9137-48ac-baaf-a1935b96e17a"
OTHER_SECRET: Final = "0c1e4fb0-33a4-4c3f-8a8e-5c0a58d2a8f7"
HEADER: Final = {"typ": "JWT", "alg": "HS256"}
TARGET: Final = "/rest/api/2/issue/AB-1?fields=summary"


def claims(
    method: str = "GET", target: str = TARGET, *, base: str = "", at: float = EPOCH, **changes: Any
) -> dict[str, Any]:
    """Those of one call, good for three minutes; a change to `...` leaves the claim out."""
    stated = {
        "iss": APP,
        "iat": int(at),
        "exp": int(at) + 180,
        "qsh": query_hash(method, target, base),
        **changes,
    }
    return {name: value for name, value in stated.items() if value is not ...}


def segment(value: object) -> bytes:
    """A segment of a JWT; text and octets go in as they are."""
    if isinstance(value, str):
        value = value.encode()
    return encode_segment(value if isinstance(value, bytes) else json.dumps(value).encode())


def by_secret(payload: object, secret: str = SECRET, header: object = HEADER) -> str:
    """A JWT with an HS256 signature, whatever its header says."""
    signing_input = segment(header) + b"." + segment(payload)
    signature = hmac.digest(secret.encode(), signing_input, hashlib.sha256)
    return (signing_input + b"." + encode_segment(signature)).decode()


def unsigned(payload: object, header: Mapping[str, object]) -> str:
    """A JWT whose last segment is empty."""
    return (segment(header) + b"." + segment(payload) + b".").decode()


class RsaSigner:
    """An integration with a key of its own."""

    def __init__(self, kid: str = "k1") -> None:
        self.kid = kid
        self._key = rsa.generate_private_key(65537, 2048)

    @property
    def public_pem(self) -> bytes:
        return self._key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def jwk(self, **changes: object) -> dict[str, object]:
        numbers = self._key.public_key().public_numbers()
        members = {
            name: encode_segment(value.to_bytes((value.bit_length() + 7) // 8, "big")).decode()
            for name, value in (("n", numbers.n), ("e", numbers.e))
        }
        return {"kty": "RSA", "kid": self.kid, "alg": "RS256", "use": "sig", **members, **changes}

    def jwks(self) -> str:
        return json.dumps({"keys": [self.jwk()]})

    def sign(self, payload: object, header: Mapping[str, object] | None = None) -> str:
        stated = {"typ": "JWT", "alg": "RS256", "kid": self.kid} if header is None else header
        signing_input = segment(stated) + b"." + segment(payload)
        signature = sign_rsa("RS256", self._key, signing_input)
        return (signing_input + b"." + encode_segment(signature)).decode()
