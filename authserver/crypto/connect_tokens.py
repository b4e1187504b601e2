"""JWTs of Connect apps and custom integrations, read by the strict rules of `crypto.jose`.

How a registered key may sign is the key's to say: a shared secret is for HS256 alone, a key set
for RS256 alone, and neither ever meets the other one's signatures.
"""

from __future__ import annotations

import hashlib
import threading
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import orjson

from authserver.crypto.jose import SharedKey, prove, unproven
from authserver.crypto.jose_policy import TokenPolicy, is_numeric_date, is_text
from authserver.crypto.jose_refusals import Refusal, TokenRefused
from authserver.crypto.public_jwks import normalise_jwk_set, parse_jwk
from authserver.domain.connect_keys import ConnectProblem
from authserver.domain.connect_ports import ConnectClaims, ConnectRefused
from authserver.domain.errors import InvalidField

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authserver.crypto.jose import Unproven, VerificationKey

CHARS_MAX: Final = 4096
"""It has to fit into the query of a call."""
AUDIENCES_MAX: Final = 10
ALGORITHMS: Final = MappingProxyType({"RSA": ("RS256",)})
"""What keys of a registered set may be, by `kty`."""

_REMEMBERED_SETS: Final = 512
_PROBLEMS: Final = MappingProxyType(
    {
        Refusal.SIZE: ConnectProblem.TOO_LARGE,
        Refusal.SEGMENTS: ConnectProblem.MALFORMED,
        Refusal.ENCODING: ConnectProblem.MALFORMED,
        Refusal.JSON: ConnectProblem.MALFORMED,
        Refusal.HEADER: ConnectProblem.HEADER_NOT_ALLOWED,
        Refusal.TYPE: ConnectProblem.TYPE_NOT_ALLOWED,
        Refusal.ALGORITHM: ConnectProblem.ALGORITHM_NOT_ALLOWED,
        Refusal.KEY: ConnectProblem.KEY_UNKNOWN,
        Refusal.SIGNATURE: ConnectProblem.SIGNATURE_INVALID,
        Refusal.CLAIMS: ConnectProblem.CLAIM_MISSING,
    }
)


def is_audience(value: object) -> bool:
    """One text, or a list of a few."""
    if type(value) is list:
        return 0 < len(value) <= AUDIENCES_MAX and all(map(is_text, value))
    return is_text(value)


def is_token_id(value: object) -> bool:
    """A text that every record can hold."""
    return is_text(value) and str(value).isascii() and str(value).isprintable()


def _policy(algorithm: str) -> TokenPolicy:
    return TokenPolicy(
        algorithms=frozenset({algorithm}),
        types=frozenset({"", "jwt"}),
        required=MappingProxyType(
            {"iss": is_text, "iat": is_numeric_date, "exp": is_numeric_date, "qsh": is_text}
        ),
        optional=MappingProxyType(
            {"nbf": is_numeric_date, "jti": is_token_id, "sub": is_text, "aud": is_audience}
        ),
        chars_max=CHARS_MAX,
    )


SHARED_SECRET: Final = _policy("HS256")
KEY_SET: Final = _policy("RS256")


class ClaimedConnectJwt(NamedTuple):
    """Satisfies `domain.connect_ports.ClaimedJwt`."""

    issuer: str
    unproven: Unproven


class ConnectTokenReader:
    """Reads Connect JWTs. Satisfies `domain.connect_ports.ConnectReader`."""

    def __init__(self) -> None:
        """Know no key set yet."""
        self._key_sets: dict[str, Mapping[str, VerificationKey]] = {}
        self._lock = threading.Lock()

    def claimed(self, value: str) -> ClaimedConnectJwt:
        """A text, taken apart once. Raises ConnectRefused."""
        try:
            found = unproven(value, SHARED_SECRET)
        except TokenRefused as refused:
            raise _refused(refused) from None
        return ClaimedConnectJwt(str(found.claims["iss"]), found)

    def by_secrets(self, jwt: ClaimedConnectJwt, secrets: Sequence[bytes]) -> ConnectClaims:
        """The claims of a JWT that one of `secrets` signed with HS256. Raises ConnectRefused."""
        refusal = TokenRefused(Refusal.KEY)
        for secret in secrets:
            try:
                found = prove(jwt.unproven, SHARED_SECRET, {"": SharedKey("", secret)})
            except TokenRefused as refused:
                refusal = refused
                if refused.refusal is not Refusal.SIGNATURE:
                    break
            else:
                return _claims(jwt, found)
        raise _refused(refusal)

    def by_key_set(self, jwt: ClaimedConnectJwt, jwks: str) -> ConnectClaims:
        """The claims of a JWT that a key of `jwks` signed with RS256. Raises ConnectRefused."""
        try:
            return _claims(jwt, prove(jwt.unproven, KEY_SET, self._keys(jwks)))
        except TokenRefused as refused:
            raise _refused(refused) from None

    def _keys(self, jwks: str) -> Mapping[str, VerificationKey]:
        """The parsed keys, remembered by their text: a changed set is another one."""
        keys = self._key_sets.get(jwks)
        if keys is None:
            keys = _parsed(jwks)
            with self._lock:
                if len(self._key_sets) >= _REMEMBERED_SETS:
                    self._key_sets.clear()
                self._key_sets[jwks] = keys
        return keys


class RsaKeySets:
    """Checks registered key sets. Satisfies `domain.connect_ports.ConnectKeySets`."""

    def normalise(self, document: str) -> str:
        """The set as JSON text, public members only. Raises InvalidField."""
        keys = normalise_jwk_set(document, ALGORITHMS)
        return orjson.dumps(
            {"keys": [dict(jwk) for jwk in keys]}, option=orjson.OPT_SORT_KEYS
        ).decode()


def _parsed(jwks: str) -> Mapping[str, VerificationKey]:
    try:
        normalised = normalise_jwk_set(jwks, ALGORITHMS)
        parsed = [parse_jwk(jwk, ALGORITHMS)[0] for jwk in normalised]
    except InvalidField as error:
        # Registration refuses such keys; a row that holds one was not written by us.
        raise TokenRefused(Refusal.KEY, error.field) from None
    return MappingProxyType({key.kid: key for key in parsed})


def _refused(refused: TokenRefused) -> ConnectRefused:
    return ConnectRefused(_PROBLEMS[refused.refusal], refused.member)


def _claims(jwt: ClaimedConnectJwt, claims: Mapping[str, Any]) -> ConnectClaims:
    audience = claims.get("aud", ())
    return ConnectClaims(
        issuer=claims["iss"],
        issued_at=float(claims["iat"]),
        expires_at=float(claims["exp"]),
        not_before=float(claims.get("nbf", 0)),
        query_hash=claims["qsh"],
        token_id=claims.get("jti", ""),
        subject=claims.get("sub", ""),
        audiences=(audience,) if isinstance(audience, str) else tuple(audience),
        digest=hashlib.sha256(jwt.unproven.segments.signing_input).hexdigest(),
    )
