"""Signatures: the only module that talks to PyJWT.

PyJWT is asked for one thing, to sign or verify bytes with one algorithm and one parsed key. It
never sees a header, never picks an algorithm, never parses a key per call.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias

import jwt

from authserver.crypto.jose_refusals import Refusal, TokenRefused
from authserver.crypto.jose_strict import Segments, parse_object, split

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jwt.algorithms import AllowedPrivateKeys, AllowedPublicKeys

    from authserver.crypto.jose_policy import TokenPolicy

_ALGORITHMS: Final = MappingProxyType(
    {name: jwt.get_algorithm_by_name(name) for name in ("ES256", "RS256", "PS256", "EdDSA")}
)
_HEADER_MEMBERS: Final = frozenset({"alg", "kid", "typ"})
_LONGEST_REMEMBERED: Final = 256
"""Bytes of a header: longer ones are read anew each time."""
_P256_COORDINATE_BYTES: Final = 32
_P256_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_P256_HALF: Final = (_P256_ORDER // 2).to_bytes(_P256_COORDINATE_BYTES, "big")


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """A public key with the one algorithm it is for."""

    kid: str
    algorithm: str
    key: AllowedPublicKeys = field(repr=False)

    def has_signed(self, segments: Segments) -> bool:
        """Whether the private half of this key signed these segments."""
        return is_valid(self.algorithm, self.key, segments.signing_input, segments.signature)


@dataclass(frozen=True, slots=True)
class SharedKey:
    """A secret that both sides have. Its one algorithm is HS256; it never meets a public key."""

    kid: str
    secret: bytes = field(repr=False)
    algorithm: Literal["HS256"] = field(default="HS256", init=False)

    def has_signed(self, segments: Segments) -> bool:
        """Whether somebody with this secret signed these segments."""
        expected = hmac.digest(self.secret, segments.signing_input, hashlib.sha256)
        return hmac.compare_digest(expected, segments.signature)


AnyKey: TypeAlias = VerificationKey | SharedKey


def sign(algorithm: str, key: AllowedPrivateKeys, signing_input: bytes) -> bytes:
    """The signature; for ES256 the one of its two forms that `is_unique_form` accepts."""
    signature = _ALGORITHMS[algorithm].sign(signing_input, key)
    if is_unique_form(algorithm, signature):
        return signature
    other = _P256_ORDER - int.from_bytes(signature[_P256_COORDINATE_BYTES:], "big")
    return signature[:_P256_COORDINATE_BYTES] + other.to_bytes(_P256_COORDINATE_BYTES, "big")


def is_valid(
    algorithm: str, key: AllowedPublicKeys, signing_input: bytes, signature: bytes
) -> bool:
    """Whether `signature` was made over `signing_input` with the private half of `key`."""
    return _ALGORITHMS[algorithm].verify(signing_input, key, signature)


def is_unique_form(algorithm: str, signature: bytes) -> bool:
    """Whether nobody can turn a valid signature into a second one without the private key.

    With (r, s) an ECDSA signature (r, order - s) is valid too. We write the smaller s and read
    nothing else, so that one token of ours has one text.
    """
    return algorithm != "ES256" or signature[_P256_COORDINATE_BYTES:] <= _P256_HALF


def verify(token: str, policy: TokenPolicy, keys: Mapping[str, AnyKey]) -> Mapping[str, Any]:
    """The claims of a token that fits `policy` and is signed by one of `keys` (by `kid`).

    Forms are checked (presence and type of each claim), not their meaning: parties, audience and
    times are for the caller, who knows what to expect. A token without `kid` is tried with the
    only key there is.

    Raises:
        TokenRefused: anything is wrong; nothing else is ever raised, whatever the text.
    """
    segments = split(token, policy.chars_max)
    _check_signature(segments, policy, keys)
    return _checked_claims(segments, policy)


class Unproven(NamedTuple):
    """A token of the right form: taken apart, and its claims as somebody wrote them."""

    segments: Segments
    claims: Mapping[str, Any]

    def __repr__(self) -> str:
        """Without anything of the token."""
        return "Unproven()"


def unproven(token: str, policy: TokenPolicy) -> Unproven:
    """The token, proven by nobody: `claims` are good to find out whose keys should prove it.

    Raises:
        TokenRefused: the text is not a token of this form.
    """
    segments = split(token, policy.chars_max)
    return Unproven(segments, _checked_claims(segments, policy))


def prove(token: Unproven, policy: TokenPolicy, keys: Mapping[str, AnyKey]) -> Mapping[str, Any]:
    """The claims of a token that one of `keys` signed, as `verify` has it.

    `policy` may differ from the one it was read by in the algorithms alone.

    Raises:
        TokenRefused: it was not, or the header is not as `policy` wants it.
    """
    _check_signature(token.segments, policy, keys)
    return token.claims


def peek(token: str, policy: TokenPolicy) -> Mapping[str, Any]:
    """The claims as somebody wrote them: bounded and of the right form, but proven by nobody.

    Good for one thing: to find out whose keys should verify the token.

    Raises:
        TokenRefused: the text is not a token of this form.
    """
    return unproven(token, policy).claims


def peek_kid(token: str, policy: TokenPolicy) -> str | None:
    """The `kid` in the header, proven by nobody: to find out whether we know the key.

    Raises:
        TokenRefused: the text is not a token of this form.
    """
    kid = parse_object(split(token, policy.chars_max).header).get("kid")
    return kid if type(kid) is str else None


def _check_signature(segments: Segments, policy: TokenPolicy, keys: Mapping[str, AnyKey]) -> None:
    raw = segments.header
    header = _known_header(raw) if len(raw) <= _LONGEST_REMEMBERED else parse_object(raw)
    if not _key_for(header, policy, keys).has_signed(segments):
        raise TokenRefused(Refusal.SIGNATURE)


@lru_cache(maxsize=512)
def _known_header(raw: bytes) -> Mapping[str, Any]:
    """Every token of an app begins in the same way."""
    return MappingProxyType(parse_object(raw))


def _key_for(header: Mapping[str, Any], policy: TokenPolicy, keys: Mapping[str, AnyKey]) -> AnyKey:
    # crit, zip, b64, jwk, jku, x5c, x5u and whatever comes next: nothing here may be optional.
    if not header.keys() <= _HEADER_MEMBERS:
        raise TokenRefused(Refusal.HEADER)
    algorithm, kid, media_type = header.get("alg"), header.get("kid"), header.get("typ", "")
    if type(algorithm) is not str or algorithm not in policy.algorithms:
        raise TokenRefused(Refusal.ALGORITHM)
    if type(media_type) is not str or not policy.accepts_type(media_type):
        raise TokenRefused(Refusal.TYPE)
    if kid is None and "kid" not in header and len(keys) == 1:
        (kid,) = keys
    key = keys.get(kid) if type(kid) is str else None
    if key is None:
        raise TokenRefused(Refusal.KEY)
    if key.algorithm != algorithm:
        raise TokenRefused(Refusal.ALGORITHM)
    return key


def _checked_claims(segments: Segments, policy: TokenPolicy) -> Mapping[str, Any]:
    claims = parse_object(segments.payload)
    for name, has_form in policy.required.items():
        if name not in claims or not has_form(claims[name]):
            raise TokenRefused(Refusal.CLAIMS, name)
    for name, has_form in policy.optional.items():
        if name in claims and not has_form(claims[name]):
            raise TokenRefused(Refusal.CLAIMS, name)
    return claims
