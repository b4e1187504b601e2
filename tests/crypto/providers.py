"""A provider's signing keys, made in the test, and tokens in its name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa

from authserver.crypto.foreign_keys import ForeignKeySets
from authserver.domain.provider_documents import ProviderKeys
from tests.crypto.forging import changed, segment, signed
from tests.doubles import EPOCH

if TYPE_CHECKING:
    from jwt.algorithms import AllowedPrivateKeys

ISSUER: Final = "https://dev.okta.example/oauth2/default"


def rsa_key(bits: int = 2048) -> RSAPrivateKey:
    return generate_rsa(65537, bits)


def ec_key() -> EllipticCurvePrivateKey:
    return generate_ec(SECP256R1())


def public_jwk(
    private: AllowedPrivateKeys, kid: object = "k1", **members: object
) -> dict[str, Any]:
    """The public JWK; a member that is `...` is left out."""
    if isinstance(private, RSAPrivateKey):
        rsa = private.public_key().public_numbers()
        parts = {"kty": "RSA", "n": _number(rsa.n), "e": _number(rsa.e)}
    elif isinstance(private, EllipticCurvePrivateKey):
        ec = private.public_key().public_numbers()
        parts = {"kty": "EC", "crv": "P-256", "x": _number(ec.x, 32), "y": _number(ec.y, 32)}
    else:
        assert isinstance(private, Ed25519PrivateKey)
        raw = private.public_key().public_bytes_raw()
        parts = {"kty": "OKP", "crv": "Ed25519", "x": segment(raw)}
    return changed({**parts, "kid": kid, "use": "sig"}, members)


def published(*jwks: dict[str, Any]) -> ProviderKeys:
    """What is kept of a set of keys."""
    return ProviderKeys(ForeignKeySets().usable(jwks), EPOCH)


def foreign_claims(**changes: object) -> dict[str, Any]:
    return changed(
        {
            "iss": ISSUER,
            "sub": "ann@example.org",
            "uid": "00u1",
            "exp": int(EPOCH) + 300,
            "iat": int(EPOCH),
        },
        changes,
    )


def foreign_token(
    private: AllowedPrivateKeys,
    payload: object = None,
    *,
    algorithm: str = "RS256",
    **header: object,
) -> str:
    """A token signed with `algorithm`, whatever the header says; `...` leaves a member out."""
    members = changed({"alg": algorithm, "kid": "k1"}, header)
    return signed(private, algorithm, members, foreign_claims() if payload is None else payload)


def _number(value: int, length: int = 0) -> str:
    return segment(value.to_bytes(length or (value.bit_length() + 7) // 8, "big"))
