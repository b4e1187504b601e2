"""Signing keys: made, sealed, opened, and never believed without their private half."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPublicKey,
)
from cryptography.hazmat.primitives.asymmetric.rsa import (
    generate_private_key as generate_rsa_private_key,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from authserver.crypto.jose_strict import encode_segment
from authserver.crypto.key_files import KeyKind
from authserver.crypto.public_jwks import parse_jwk, thumbprint
from authserver.crypto.sealing import SealBroken
from authserver.domain.errors import InvalidField
from authserver.domain.keys import KeyState, SigningAlgorithm, SigningKey

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.crypto.jose import VerificationKey
    from authserver.crypto.sealing import Sealer

RSA_BITS: Final = (2048, 3072)
PURPOSE: Final = "signing-key"
OUR_ALGORITHMS: Final = MappingProxyType({"EC": ("ES256",), "RSA": ("RS256",)})

_RSA_EXPONENT: Final = 65537
_COORDINATE_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class OpenedKey:
    """A signing key, parsed: both halves, checked to belong together."""

    record: SigningKey
    public: VerificationKey
    public_jwk: Mapping[str, object]
    private: EllipticCurvePrivateKey | RSAPrivateKey = field(repr=False)


class SigningKeyMaker:
    """Makes signing keys. Satisfies `authserver.domain.ports.KeyMaker`."""

    def __init__(self, sealer: Sealer, *, rsa_bits: int = 2048) -> None:
        if rsa_bits not in RSA_BITS:
            raise ValueError(f"an RSA signing key has {RSA_BITS[0]} or {RSA_BITS[1]} bit")
        self._sealer = sealer
        self._rsa_bits = rsa_bits

    def make(self, algorithm: SigningAlgorithm, now: float) -> SigningKey:
        """A new key in state `next`, its private part sealed; `kid` is the RFC 7638 thumbprint."""
        while True:
            private = self._generate(algorithm)
            members = _public_members(private)
            kid = thumbprint(members)
            # A kid is typed after `key revoke`, where a leading hyphen would be an option.
            if not kid.startswith("-"):
                break
        der = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        return SigningKey(
            kid=kid,
            algorithm=algorithm,
            state=KeyState.NEXT,
            public_jwk={**members, "kid": kid, "use": "sig", "alg": algorithm.value},
            sealed_private=self._sealer.seal(der, purpose=PURPOSE, context=kid),
            created_at=now,
            activated_at=None,
            retired_at=None,
            ended_at=None,
        )

    def _generate(self, algorithm: SigningAlgorithm) -> EllipticCurvePrivateKey | RSAPrivateKey:
        if algorithm is SigningAlgorithm.ES256:
            return generate_private_key(SECP256R1())
        return generate_rsa_private_key(_RSA_EXPONENT, self._rsa_bits)


def open_key(record: SigningKey, sealer: Sealer) -> OpenedKey:
    """Open the private part and derive the public one from it.

    The public half in the database only counts when it is the private half's: otherwise
    whoever can write a row could let us accept tokens that they signed.

    Raises:
        SealBroken: the private part does not open, or does not belong to the row.
    """
    der = sealer.open(record.sealed_private, purpose=PURPOSE, context=record.kid)
    private = _loaded(der)
    if private is None:
        raise SealBroken(f"signing key {record.kid}: not a private key of a kind we use")
    members = _public_members(private)
    try:
        public, jwk = parse_jwk({**members, "kid": thumbprint(members)}, OUR_ALGORITHMS)
    except InvalidField as error:
        raise SealBroken(f"signing key {record.kid}: {error}") from error
    if (
        public.kid != record.kid
        or public.algorithm != record.algorithm.value
        or dict(jwk) != dict(record.public_jwk)
    ):
        raise SealBroken(
            f"signing key {record.kid}: public and private part do not belong together"
        )
    return OpenedKey(record, public, jwk, private)


class SigningKeyResealer:
    """Moves private keys between seals. Satisfies `authserver.domain.key_ports.KeyResealer`."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def key_file(self, key: SigningKey) -> str:
        """Name of the key file that opens the key's private part. Raises SealBroken."""
        return KeyKind.KEK.file_name(self._sealer.key_id(key.sealed_private))

    def reseal(self, key: SigningKey) -> SigningKey | None:
        """The same key sealed under the current key-encryption key; `None` when it already is.

        Raises:
            SealBroken: the private part does not open.
        """
        sealed = self._sealer.reseal(key.sealed_private, purpose=PURPOSE, context=key.kid)
        return None if sealed is None else replace(key, sealed_private=sealed)


def _loaded(der: bytes) -> EllipticCurvePrivateKey | RSAPrivateKey | None:
    try:
        # Our seal vouches for the number theory, whose check takes 35 ms for each RSA key.
        private = load_der_private_key(der, password=None, unsafe_skip_rsa_key_validation=True)
    except (ValueError, UnsupportedAlgorithm):
        return None
    if isinstance(private, EllipticCurvePrivateKey):
        return private if isinstance(private.curve, SECP256R1) else None
    return private if isinstance(private, RSAPrivateKey) else None


def _public_members(private: EllipticCurvePrivateKey | RSAPrivateKey) -> dict[str, str]:
    public = private.public_key()
    if isinstance(public, RSAPublicKey):
        rsa = public.public_numbers()
        return {"kty": "RSA", "n": _number(rsa.n), "e": _number(rsa.e)}
    point = public.public_numbers()
    x, y = _number(point.x, _COORDINATE_BYTES), _number(point.y, _COORDINATE_BYTES)
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y}


def _number(value: int, length: int = 0) -> str:
    data = value.to_bytes(length or (value.bit_length() + 7) // 8, "big")
    return encode_segment(data).decode("ascii")
