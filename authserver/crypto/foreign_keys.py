"""Keys that identity providers publish: many, of all kinds, and some of them are for us."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from authserver.crypto.public_jwks import parse_jwk
from authserver.domain.errors import InvalidField

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jwt.algorithms import AllowedPublicKeys

ALGORITHMS: Final = MappingProxyType(
    {"RSA": ("RS256", "PS256"), "EC": ("ES256",), "OKP": ("EdDSA",)}
)
"""What a key of each `kty` can verify here."""
ISSUER_CHARS_MAX: Final = 2048
KEYS_PARSED: Final = 1024
"""Parsed keys that are remembered, all providers together."""


class ForeignKeySets:
    """Judges the keys that providers publish. Satisfies `domain.upstream_ports.ForeignKeys`."""

    def usable(self, keys: Sequence[object]) -> tuple[Mapping[str, object], ...]:
        """Those we can use: public, for signatures, strong enough, with a `kid` of their own.

        Each is reduced to the members that verifying needs, and Entra ID's `issuer`. Of keys whose
        `kid` and `issuer` are the same nobody could tell which is meant: all of them are left out.
        """
        read = [public for public in map(_read, keys) if public is not None]
        times = Counter((public["kid"], public.get("issuer")) for public in read)
        return tuple(each for each in read if times[each["kid"], each.get("issuer")] == 1)


def foreign_key(jwk: Mapping[str, object], algorithm: str) -> AllowedPublicKeys | None:
    """The key of a usable JWK for `algorithm`; `None` when it is for another one."""
    if algorithm not in ALGORITHMS.get(str(jwk.get("kty")), ()):
        return None
    if jwk.get("alg", algorithm) != algorithm:
        return None
    members = ("kty", "crv", "x", "y", "n", "e")
    return _parsed(tuple((name, str(jwk[name])) for name in members if name in jwk))


@lru_cache(maxsize=KEYS_PARSED)
def _parsed(members: tuple[tuple[str, str], ...]) -> AllowedPublicKeys | None:
    try:
        return parse_jwk(dict(members), ALGORITHMS)[0].key
    except InvalidField:
        return None


def _read(jwk: object) -> Mapping[str, object] | None:
    if not isinstance(jwk, Mapping) or "kid" not in jwk:
        return None
    try:
        _, public = parse_jwk(jwk, ALGORITHMS)
    except InvalidField:
        return None
    # A key that names no algorithm is for all that its kind can do.
    kept = {name: value for name, value in public.items() if name != "alg" or "alg" in jwk}
    issuer = jwk.get("issuer")
    if issuer is not None:
        if not isinstance(issuer, str) or not 0 < len(issuer) <= ISSUER_CHARS_MAX:
            return None
        kept["issuer"] = issuer
    return MappingProxyType(kept)
