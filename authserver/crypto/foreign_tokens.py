"""JWTs that identity providers signed, read strictly: what is doubtful is refused, with a reason.

Differences from our own tokens are the providers': they send `x5t`, no `typ` or any, signatures
in both forms of ECDSA, and texts as long as a list of groups makes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NoReturn

from authserver.crypto.foreign_keys import foreign_key
from authserver.crypto.jose import is_valid
from authserver.crypto.jose_refusals import TokenRefused
from authserver.crypto.jose_strict import TOKEN_CHARS_MAX, decode_segment, parse_object
from authserver.domain.external_tokens import ACCESS_TOKEN_TYPES, ExternalProblem
from authserver.domain.provider_issuers import may_sign
from authserver.domain.upstream_ports import ForeignTokenRefused, PeekedToken

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.provider_documents import ProviderKeys

HEADER_MEMBERS: Final = frozenset({"alg", "kid", "typ", "x5t", "x5t#S256"})
"""The thumbprints say what `kid` says. Whatever brings a key or an address along is refused."""
ALGORITHMS: Final = frozenset({"RS256", "PS256", "ES256", "EdDSA"})
KID_CHARS_MAX: Final = 255
_DOTS_OF_JWS: Final = 2
_DOTS_OF_JWE: Final = 4


class StrictForeignTokenReader:
    """Reads what providers signed. Satisfies `domain.upstream_ports.ForeignTokenReader`."""

    def peek(self, token_value: str, *, chars_max: int | None = None) -> PeekedToken:
        """Issuer and key id of a token that has the right form; proven by nobody.

        Raises:
            ForeignTokenRefused: it has not.
        """
        header_segment, payload_segment, _ = _split(token_value, chars_max)
        header = _header(header_segment)
        return PeekedToken(_issuer(_object(payload_segment, "payload")), header["kid"])

    def verify(
        self,
        token_value: str,
        keys: ProviderKeys,
        algorithms: frozenset[str],
        *,
        issuer: str,
        chars_max: int | None = None,
        types: frozenset[str] = ACCESS_TOKEN_TYPES,
    ) -> Mapping[str, object]:
        """The claims of a token that one of `keys` signed; times are not judged.

        Raises:
            ForeignTokenRefused: anything is wrong; nothing else is ever raised, whatever the text.
        """
        header_segment, payload_segment, signature_segment = _split(token_value, chars_max)
        header = _header(header_segment)
        algorithm = header["alg"]
        if algorithm not in algorithms:
            _refuse(ExternalProblem.ALGORITHM_NOT_ALLOWED, "alg")
        if _media_type(header) not in types:
            _refuse(ExternalProblem.NOT_AN_ACCESS_TOKEN, "typ")
        claims = _object(payload_segment, "payload")
        jwk = _chosen(keys, header["kid"], _issuer(claims))
        key = foreign_key(jwk, algorithm)
        if key is None:
            _refuse(ExternalProblem.ALGORITHM_NOT_ALLOWED, "alg is not the key's")
        signature = decode_segment(signature_segment)
        if signature is None:
            _refuse(ExternalProblem.MALFORMED, "signature")
        signing_input = header_segment + b"." + payload_segment
        if not is_valid(algorithm, key, signing_input, signature):
            _refuse(ExternalProblem.SIGNATURE_INVALID)
        if claims["iss"] != issuer:
            _refuse(ExternalProblem.ISSUER_NOT_ACCEPTED, "iss")
        return claims


def _refuse(problem: ExternalProblem, detail: str = "") -> NoReturn:
    raise ForeignTokenRefused(problem, detail)


def _split(token_value: str, chars_max: int | None) -> tuple[bytes, bytes, bytes]:
    if len(token_value) > (TOKEN_CHARS_MAX if chars_max is None else chars_max):
        _refuse(ExternalProblem.TOO_LARGE)
    if not token_value.isascii():
        _refuse(ExternalProblem.MALFORMED, "not ASCII")
    dots = token_value.count(".")
    if dots == _DOTS_OF_JWE:
        _refuse(ExternalProblem.ENCRYPTED)
    if dots != _DOTS_OF_JWS:
        _refuse(ExternalProblem.MALFORMED, "not three parts")
    header, payload, signature = token_value.encode("ascii").split(b".")
    return header, payload, signature


def _object(segment: bytes, part: str) -> dict[str, Any]:
    data = decode_segment(segment)
    if data is None:
        _refuse(ExternalProblem.MALFORMED, part)
    try:
        return parse_object(data)
    except TokenRefused:
        problem = ForeignTokenRefused(ExternalProblem.MALFORMED, part)
    # Raised outside the handler: the parser's own error holds the text.
    raise problem


def _header(segment: bytes) -> dict[str, Any]:
    """The header, its members allowed, `alg` one that we know and `kid` a text."""
    header = _object(segment, "header")
    if not header.keys() <= HEADER_MEMBERS:
        _refuse(ExternalProblem.HEADER_NOT_ALLOWED, "a member that is not allowed")
    if type(header.get("alg")) is not str or header["alg"] not in ALGORITHMS:
        _refuse(ExternalProblem.ALGORITHM_NOT_ALLOWED, "alg")
    for name in HEADER_MEMBERS - {"alg"}:
        if type(header.get(name, "")) is not str:
            _refuse(ExternalProblem.MALFORMED, name)
    if not 0 < len(header.get("kid", "")) <= KID_CHARS_MAX:
        _refuse(ExternalProblem.KEY_UNKNOWN, "no kid that a key can have")
    return header


def _media_type(header: Mapping[str, Any]) -> str:
    """`typ` in lower case, without `application/` (RFC 7515 section 4.1.9); "" for none."""
    media_type: str = header.get("typ", "")
    return media_type.lower().removeprefix("application/")


def _issuer(claims: Mapping[str, Any]) -> str:
    if "iss" not in claims:
        _refuse(ExternalProblem.CLAIM_MISSING, "iss")
    issuer = claims["iss"]
    if type(issuer) is not str:
        _refuse(ExternalProblem.CLAIM_TYPE, "iss")
    return issuer


def _chosen(keys: ProviderKeys, kid: str, issuer: str) -> Mapping[str, object]:
    """The one key that the header names and that may sign for the issuer."""
    named = [jwk for jwk in keys.jwks if jwk.get("kid") == kid]
    if not named:
        _refuse(ExternalProblem.KEY_UNKNOWN, "kid")
    fitting = [jwk for jwk in named if may_sign(str(jwk.get("issuer", issuer)), issuer)]
    if not fitting:
        _refuse(ExternalProblem.KEY_OF_OTHER_ISSUER, "kid")
    if len(fitting) > 1:
        _refuse(ExternalProblem.KEY_UNKNOWN, "several keys with this kid")
    return fitting[0]
