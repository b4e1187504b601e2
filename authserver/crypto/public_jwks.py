"""Public keys that others give us: checked to the last member before they verify anything."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import orjson
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicNumbers
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

from authserver.crypto.jose import VerificationKey
from authserver.crypto.jose_refusals import TokenRefused
from authserver.crypto.jose_strict import decode_segment, encode_segment, parse_object
from authserver.domain.errors import InvalidField

if TYPE_CHECKING:
    from jwt.algorithms import AllowedPublicKeys

KEYS_MAX: Final = 20
DOCUMENT_BYTES_MAX: Final = 64 * 1024
RSA_BITS_MIN: Final = 2048
RSA_BITS_MAX: Final = 8192
"""Verifying with larger moduli costs milliseconds: somebody else's lever on our processor."""

_RSA_EXPONENT_MIN: Final = 65537
_RSA_EXPONENT_MAX: Final = 2**32 - 1
_COORDINATE_BYTES: Final = 32
_PRIVATE_MEMBERS: Final = ("d", "p", "q", "dp", "dq", "qi", "oth", "k")
_KID: Final = re.compile(r"[\x21-\x7e]{1,255}\Z")
_THUMBPRINT_MEMBERS: Final = {
    "EC": ("crv", "kty", "x", "y"),
    "OKP": ("crv", "kty", "x"),
    "RSA": ("e", "kty", "n"),
}


def thumbprint(jwk: Mapping[str, object]) -> str:
    """RFC 7638 thumbprint (SHA-256) of a key whose members were checked: 43 characters."""
    members = _THUMBPRINT_MEMBERS[str(jwk["kty"])]
    canonical = orjson.dumps({name: jwk[name] for name in members})
    return encode_segment(hashlib.sha256(canonical).digest()).decode("ascii")


def normalise_jwk_set(
    document: object, algorithms: Mapping[str, Sequence[str]]
) -> tuple[Mapping[str, object], ...]:
    """The keys of a JWK set (text or parsed), each reduced to its public members.

    `algorithms` gives those for each allowed `kty`, first the one of keys without `alg`. A key
    without `kid` gets its thumbprint for one. Members that RFC 7517 and RFC 7518 do not need for a
    public key, such as certificates, are dropped and never followed.

    Raises:
        InvalidField: names the member (`jwks.keys[0].crv`) and what is allowed.
    """
    keys = _keys_of(document)
    if not 0 < len(keys) <= KEYS_MAX:
        raise InvalidField("jwks.keys", f"a list of 1 to {KEYS_MAX} keys")
    normalised: list[Mapping[str, object]] = []
    seen: set[object] = set()
    for index, jwk in enumerate(keys):
        field = f"jwks.keys[{index}]"
        _, public = parse_jwk(jwk, algorithms, field)
        if public["kid"] in seen:
            raise InvalidField(f"{field}.kid", "a kid that no other key of the set has")
        seen.add(public["kid"])
        normalised.append(public)
    return tuple(normalised)


def parse_jwk(
    jwk: object, algorithms: Mapping[str, Sequence[str]], field: str = "jwk"
) -> tuple[VerificationKey, Mapping[str, object]]:
    """One public key, ready to verify, and its normalised JWK.

    Raises:
        InvalidField: names the member (`<field>.crv`) and what is allowed.
    """
    if not isinstance(jwk, Mapping):
        raise InvalidField(field, "a JSON object")
    for name in _PRIVATE_MEMBERS:
        if name in jwk:
            raise InvalidField(
                f"{field}.{name}",
                "public members only; this key's private part has left its owner: make a new key",
            )
    kty = jwk.get("kty")
    if not isinstance(kty, str) or kty not in algorithms:
        raise InvalidField(f"{field}.kty", _one_of(algorithms))
    algorithm = jwk.get("alg", algorithms[kty][0])
    if not isinstance(algorithm, str) or algorithm not in algorithms[kty]:
        allowed = " or ".join(algorithms[kty])
        raise InvalidField(f"{field}.alg", f"{allowed} for a key of kty {kty}, or absent")
    _check_use(jwk, field)
    key, members = _READERS[kty](jwk, field)
    kid = jwk.get("kid", thumbprint(members))
    if not isinstance(kid, str) or not _KID.match(kid):
        raise InvalidField(f"{field}.kid", "1 to 255 visible ASCII characters, or absent")
    public = {**members, "kid": kid, "use": "sig", "alg": algorithm}
    return VerificationKey(kid, algorithm, key), MappingProxyType(public)


def _keys_of(document: object) -> Sequence[object]:
    if isinstance(document, str | bytes):
        document = _parsed(document)
    keys = document.get("keys") if isinstance(document, Mapping) else None
    if not isinstance(keys, Sequence) or isinstance(keys, str | bytes):
        raise InvalidField("jwks", "a JWK set: a JSON object whose member keys is a list")
    return keys


def _parsed(text: str | bytes) -> Mapping[str, Any]:
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    if len(data) > DOCUMENT_BYTES_MAX:
        raise InvalidField("jwks", f"at most {DOCUMENT_BYTES_MAX // 1024} KiB")
    try:
        return parse_object(data)
    except TokenRefused:
        raise InvalidField(
            "jwks", "a JSON object in UTF-8 in which no member stands twice"
        ) from None


def _check_use(jwk: Mapping[str, object], field: str) -> None:
    if jwk.get("use", "sig") != "sig":
        raise InvalidField(f"{field}.use", "sig, or absent")
    if jwk.get("key_ops", ["verify"]) != ["verify"]:
        raise InvalidField(f"{field}.key_ops", 'the list ["verify"], or absent')


def _read_ec(jwk: Mapping[str, object], field: str) -> tuple[AllowedPublicKeys, dict[str, str]]:
    _check_curve(jwk, field, "P-256")
    x, y = (_bytes(jwk, name, field, _COORDINATE_BYTES) for name in ("x", "y"))
    numbers = EllipticCurvePublicNumbers(
        int.from_bytes(x, "big"), int.from_bytes(y, "big"), SECP256R1()
    )
    try:
        key = numbers.public_key()
    except ValueError:
        raise InvalidField(f"{field}.x", "with y a point on the curve P-256") from None
    return key, {"kty": "EC", "crv": "P-256", "x": _text(x), "y": _text(y)}


def _read_okp(jwk: Mapping[str, object], field: str) -> tuple[AllowedPublicKeys, dict[str, str]]:
    _check_curve(jwk, field, "Ed25519")
    x = _bytes(jwk, "x", field, _COORDINATE_BYTES)
    try:
        key = Ed25519PublicKey.from_public_bytes(x)
    except ValueError:
        raise InvalidField(f"{field}.x", "a public key of the curve Ed25519") from None
    return key, {"kty": "OKP", "crv": "Ed25519", "x": _text(x)}


def _read_rsa(jwk: Mapping[str, object], field: str) -> tuple[AllowedPublicKeys, dict[str, str]]:
    n, e = _number(jwk, "n", field), _number(jwk, "e", field)
    if not RSA_BITS_MIN <= n.bit_length() <= RSA_BITS_MAX or n % 2 == 0:
        raise InvalidField(f"{field}.n", f"an RSA modulus of {RSA_BITS_MIN} to {RSA_BITS_MAX} bit")
    if not _RSA_EXPONENT_MIN <= e <= _RSA_EXPONENT_MAX or e % 2 == 0:
        raise InvalidField(f"{field}.e", "an odd exponent of 65537 (AQAB) to 2^32")
    try:
        key = RSAPublicNumbers(e, n).public_key()
    except ValueError:
        raise InvalidField(f"{field}.n", "an RSA modulus") from None
    members = {name: _text(_bytes(jwk, name, field)) for name in ("n", "e")}
    return key, {"kty": "RSA", **members}


_READERS: Final = MappingProxyType({"EC": _read_ec, "OKP": _read_okp, "RSA": _read_rsa})


def _check_curve(jwk: Mapping[str, object], field: str, curve: str) -> None:
    if jwk.get("crv") != curve:
        raise InvalidField(f"{field}.crv", f"allowed is {curve}")


def _bytes(jwk: Mapping[str, object], name: str, field: str, length: int = 0) -> bytes:
    value = jwk.get(name)
    data = None
    if isinstance(value, str) and value.isascii() and len(value) <= DOCUMENT_BYTES_MAX:
        data = decode_segment(value.encode("ascii"))
    if data is None or (length and len(data) != length):
        size = f" of {length} bytes" if length else ""
        raise InvalidField(f"{field}.{name}", f"base64url without padding{size}")
    return data


def _number(jwk: Mapping[str, object], name: str, field: str) -> int:
    data = _bytes(jwk, name, field)
    if data[0] == 0:
        raise InvalidField(f"{field}.{name}", "base64url without leading zero bytes")
    return int.from_bytes(data, "big")


def _text(data: bytes) -> str:
    return encode_segment(data).decode("ascii")


def _one_of(algorithms: Mapping[str, Sequence[str]]) -> str:
    kinds = {"EC": "EC (P-256)", "OKP": "OKP (Ed25519)", "RSA": f"RSA (from {RSA_BITS_MIN} bit)"}
    return "allowed are " + ", ".join(kinds[kty] for kty in algorithms)
