"""Client assertions of `private_key_jwt` (RFC 7521, RFC 7523), verified up to single use."""

from __future__ import annotations

import threading
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import orjson

from authserver.crypto.jose import VerificationKey, peek, peek_kid, verify
from authserver.crypto.jose_policy import CLIENT_ASSERTION, CLIENT_ASSERTION_WITH_RS256
from authserver.crypto.jose_refusals import Refusal, TokenRefused
from authserver.crypto.public_jwks import normalise_jwk_set, parse_jwk
from authserver.domain.authorization_profiles import AssertionAudience
from authserver.domain.clients import CLIENT_ID
from authserver.domain.credentials import VerifiedAssertion
from authserver.domain.errors import InvalidField

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authserver.domain.clients import Client

CLIENT_ALGORITHMS: Final = MappingProxyType(
    {"EC": ("ES256",), "RSA": ("PS256",), "OKP": ("EdDSA",)}
)
"""What client keys of each type may sign with (RFC 8725 section 3.1; FAPI 2.0).

A key is for one algorithm: the one that it names, or the first one here.
"""

CLIENT_ALGORITHMS_WITH_RS256: Final = MappingProxyType(
    {**CLIENT_ALGORITHMS, "RSA": ("PS256", "RS256")}
)
"""The same, for installations that also take what OpenID Connect has by default."""

ASSERTION_SECONDS_MAX: Final = 300
AHEAD_SECONDS_MAX: Final = 60
"""How far a client's clock may be ahead of ours."""

_REMEMBERED_SETS: Final = 512


def client_algorithms(*, rs256: bool) -> Mapping[str, Sequence[str]]:
    """The algorithms of client keys by key type; `rs256`: with RS256 among them."""
    return CLIENT_ALGORITHMS_WITH_RS256 if rs256 else CLIENT_ALGORITHMS


def assertion_algorithms(*, rs256: bool) -> Sequence[str]:
    """All that client assertions may be signed with, in order of their names."""
    of_types = client_algorithms(rs256=rs256).values()
    return sorted(algorithm for algorithms in of_types for algorithm in algorithms)


class ClientKeySets:
    """Checks the public keys that clients register. Satisfies `client_key_ports.PublicKeys`."""

    def __init__(self, *, rs256: bool = False) -> None:
        """`rs256`: RSA keys may say that they are for RS256."""
        self._algorithms = client_algorithms(rs256=rs256)

    def normalise(self, jwks: object) -> tuple[Mapping[str, object], ...]:
        """The keys of a JWK set (text or parsed), public members only.

        Raises:
            InvalidField: names the member (`jwks.keys[0].crv`) and what is allowed.
        """
        return normalise_jwk_set(jwks, self._algorithms)


class ClientAssertionVerifier:
    """Satisfies `authserver.domain.client_key_ports.AssertionVerifier`.

    `aud` is the issuer alone (FAPI 2.0); of a client that is registered so, the token endpoint too.
    """

    def __init__(self, issuer: str, token_endpoint: str, *, rs256: bool = False) -> None:
        """`rs256`: assertions of keys for RS256 count too."""
        self._algorithms = client_algorithms(rs256=rs256)
        self._policy = CLIENT_ASSERTION_WITH_RS256 if rs256 else CLIENT_ASSERTION
        self._audiences = MappingProxyType(
            {
                AssertionAudience.ISSUER: frozenset({issuer}),
                AssertionAudience.TOKEN_ENDPOINT: frozenset({issuer, token_endpoint}),
            }
        )
        self._key_sets: dict[bytes, Mapping[str, VerificationKey]] = {}
        self._lock = threading.Lock()

    def claimed_client(self, assertion: str) -> str | None:
        """The client id that an unverified assertion names; `None` when it is malformed."""
        try:
            claims = peek(assertion, self._policy)
        except TokenRefused:
            return None
        subject: str = claims["sub"]
        return subject if claims["iss"] == subject and CLIENT_ID.match(subject) else None

    def claimed_key(self, assertion: str) -> str | None:
        """The `kid` that an unverified assertion names; `None` without one, or when malformed."""
        try:
            return peek_kid(assertion, self._policy)
        except TokenRefused:
            return None

    def verify(self, assertion: str, client: Client, now: float) -> VerifiedAssertion | None:
        """Signature, claims, times and audience; not yet single use."""
        try:
            return self.check(assertion, client, now)
        except TokenRefused:
            return None

    def check(self, assertion: str, client: Client, now: float) -> VerifiedAssertion:
        """The same, with the reason.

        Raises:
            TokenRefused: says what is wrong, for the operators' log.
        """
        claims = verify(assertion, self._policy, self._keys(client.jwks))
        if claims["iss"] != client.client_id or claims["sub"] != client.client_id:
            raise TokenRefused(Refusal.PARTY)
        if claims["aud"] not in self._audiences[client.profile.assertion_audience]:
            raise TokenRefused(Refusal.AUDIENCE)
        _check_times(claims, now)
        return VerifiedAssertion(
            client_id=client.client_id,
            assertion_id=claims["jti"],
            expires_at=float(claims["exp"]),
        )

    def _keys(self, jwks: Sequence[Mapping[str, object]]) -> Mapping[str, VerificationKey]:
        """The parsed keys, remembered by their text: a changed set is another one."""
        text = orjson.dumps([dict(jwk) for jwk in jwks], option=orjson.OPT_SORT_KEYS)
        keys = self._key_sets.get(text)
        if keys is None:
            keys = _parsed(jwks, self._algorithms)
            with self._lock:
                if len(self._key_sets) >= _REMEMBERED_SETS:
                    self._key_sets.clear()
                self._key_sets[text] = keys
        return keys


def _parsed(
    jwks: Sequence[Mapping[str, object]], algorithms: Mapping[str, Sequence[str]]
) -> Mapping[str, VerificationKey]:
    try:
        parsed = [parse_jwk(jwk, algorithms)[0] for jwk in jwks]
    except InvalidField as error:
        # Registration refuses such keys; a row that holds one was not written by us.
        raise TokenRefused(Refusal.KEY, error.field) from None
    return MappingProxyType({key.kid: key for key in parsed})


def _check_times(claims: Mapping[str, Any], now: float) -> None:
    """`exp` at most five minutes away on the client's own clock, which may be a minute ahead."""
    expires_at, issued_at = claims["exp"], claims.get("iat", now)
    if expires_at <= now:
        raise TokenRefused(Refusal.TIME, "exp")
    for name in ("iat", "nbf"):
        if claims.get(name, now) > now + AHEAD_SECONDS_MAX:
            raise TokenRefused(Refusal.TIME, name)
    if expires_at > max(issued_at, now) + ASSERTION_SECONDS_MAX:
        raise TokenRefused(Refusal.TIME, "exp")
