"""The published keys of one moment, parsed once: signs, reads, shows itself."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import orjson

from authserver.crypto.access_tokens import MEDIA_TYPE, claims_text, read_claims
from authserver.crypto.jose import is_unique_form, is_valid, sign
from authserver.crypto.jose_strict import TOKEN_CHARS_MAX, decode_segment, encode_segment
from authserver.crypto.provider_assertions import MEDIA_TYPE as PROVIDER_MEDIA_TYPE
from authserver.crypto.provider_assertions import provider_assertion_text
from authserver.crypto.sealing import SealBroken
from authserver.crypto.signing_keys import open_key
from authserver.crypto.site_assertions import MEDIA_TYPE as ASSERTION_MEDIA_TYPE
from authserver.crypto.site_assertions import assertion_text
from authserver.crypto.statements import read_id_claims, statement_text
from authserver.domain.errors import ProtocolRefusal, StorageUnavailable
from authserver.domain.identity_tokens import StatementType
from authserver.domain.keys import KeyState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from authserver.crypto.sealing import Sealer
    from authserver.crypto.signing_keys import OpenedKey
    from authserver.crypto.token_memory import VerifiedTokens
    from authserver.domain.hand_over import SiteAssertion
    from authserver.domain.identity_tokens import IdTokenHint
    from authserver.domain.keys import SigningAlgorithm, SigningKey
    from authserver.domain.provider_assertions import ProviderAssertion
    from authserver.domain.tokens import AccessToken

_SIGNED_TYPES: Final = {
    MEDIA_TYPE,
    ASSERTION_MEDIA_TYPE,
    PROVIDER_MEDIA_TYPE,
    *map(str, StatementType),
}
_SHOWN_IN_ORDER: Final = (KeyState.ACTIVE, KeyState.NEXT, KeyState.RETIRING)


class Keyring:
    """An immutable snapshot. Satisfies `ports.Keyring` and `ports.TokenReader`.

    Safe to share between threads.
    """

    def __init__(
        self,
        keys: Iterable[SigningKey],
        sealer: Sealer,
        issuer: str,
        memory: VerifiedTokens | None = None,
    ) -> None:
        """Open every published key of `keys`; the others do not count any more.

        `memory` is shared by successive keyrings of one worker; without it every read verifies.

        Raises:
            StorageUnavailable: a published key does not open, or its halves do not belong
                together. Going on without it would call its tokens forged.
        """
        opened = [_opened(key, sealer) for key in keys if key.state.is_published]
        opened.sort(key=_place)
        self._issuer = issuer
        self._memory = memory
        # A header of ours has one spelling, so its text finds the key, and with it the algorithm.
        # Whatever else a header could say (none, HS256, jku, crit, another typ) is not in here.
        self._by_header = {_header(key, MEDIA_TYPE): key for key in opened}
        self._by_id_header = {_header(key, StatementType.ID_TOKEN): key for key in opened}
        self._active = {
            key.public.algorithm: ({each: _header(key, each) for each in _SIGNED_TYPES}, key)
            for key in sorted(opened, key=lambda key: key.record.activated_at or 0.0)
            if key.record.state is KeyState.ACTIVE
        }
        self._jwks = orjson.dumps(
            {"keys": [dict(key.public_jwk) for key in opened]}, option=orjson.OPT_APPEND_NEWLINE
        )
        digest = encode_segment(hashlib.sha256(self._jwks).digest()).decode("ascii")
        self._etag = f'"{digest}"'

    def __repr__(self) -> str:
        """Name the published keys only."""
        kids = sorted(key.public.kid for key in self._by_header.values())
        return f"Keyring(issuer={self._issuer!r}, kids={kids!r})"

    def sign(self, token: AccessToken, algorithm: SigningAlgorithm) -> str:
        """The compact JWT, `typ: at+jwt` (RFC 9068).

        Raises:
            StorageUnavailable: there is no active key of the algorithm.
            ProtocolRefusal: `invalid_scope`, the token would be longer than 16 KiB.
            ValueError: the token breaks a rule of `AccessToken`, or is for another issuer.
        """
        if token.issuer != self._issuer:
            raise ValueError("the token names another issuer than this keyring's")
        value = self._signed(algorithm, MEDIA_TYPE, claims_text(token))
        if len(value) > TOKEN_CHARS_MAX:
            raise ProtocolRefusal("invalid_scope", "too many scopes for one token, ask for fewer")
        return value

    def sign_assertion(self, assertion: SiteAssertion, algorithm: SigningAlgorithm) -> str:
        """The compact JWT, `typ: site-assertion+jwt`, which `read` never takes for a token.

        Raises:
            StorageUnavailable: there is no active key of the algorithm.
        """
        text = assertion_text(assertion, self._issuer)
        return self._signed(algorithm, ASSERTION_MEDIA_TYPE, text)

    def sign_statement(
        self, kind: StatementType, claims: Mapping[str, object], algorithm: SigningAlgorithm
    ) -> str:
        """The compact JWT with the `typ` of its kind, which `read` never takes for a token.

        Raises:
            StorageUnavailable: there is no active key of the algorithm.
            ValueError: the claims name another issuer.
        """
        return self._signed(algorithm, kind.value, statement_text(claims, self._issuer))

    def sign_provider_assertion(
        self, assertion: ProviderAssertion, algorithm: SigningAlgorithm
    ) -> str:
        """The compact JWT, `typ: JWT`, which `read` and `read_id_token` never take for a token.

        Raises:
            StorageUnavailable: there is no active key of the algorithm.
        """
        return self._signed(algorithm, PROVIDER_MEDIA_TYPE, provider_assertion_text(assertion))

    def _signed(self, algorithm: SigningAlgorithm, media_type: str, text: bytes) -> str:
        active = self._active.get(algorithm.value)
        if active is None:
            raise StorageUnavailable(f"there is no active {algorithm.value} key")
        headers, key = active
        signing_input = headers[media_type] + b"." + encode_segment(text)
        signature = sign(algorithm.value, key.private, signing_input)
        return (signing_input + b"." + encode_segment(signature)).decode("ascii")

    def read(self, token_value: str) -> AccessToken | None:
        """The verified claims, or `None` for anything that is not our access token.

        Time and revocation are the caller's to judge, each time anew.
        """
        if len(token_value) > TOKEN_CHARS_MAX or not token_value.isascii():
            return None
        raw = token_value.encode("ascii")
        header, _, rest = raw.partition(b".")
        # Before the memory is asked: a token counts only while its key does.
        key = self._by_header.get(header)
        if key is None:
            return None
        if self._memory is None:
            return self._verified(raw, key, rest)
        name = hashlib.sha256(raw).digest()
        token = self._memory.get(name)
        if token is None:
            token = self._verified(raw, key, rest)
            if token is not None:
                self._memory.keep(name, token)
        return token

    def read_id_token(self, value: str) -> IdTokenHint | None:
        """What an ID token of ours says, `None` for anything else.

        The signature must be by a key that is published now. Time is the caller's to judge: for
        hints an expired ID token is as good as any (OpenID Connect Core section 3.1.2.1).
        """
        if len(value) > TOKEN_CHARS_MAX or not value.isascii():
            return None
        raw = value.encode("ascii")
        header, _, rest = raw.partition(b".")
        key = self._by_id_header.get(header)
        if key is None:
            return None
        payload = _verified_payload(raw, key, rest)
        return None if payload is None else read_id_claims(payload, self._issuer)

    def _verified(self, raw: bytes, key: OpenedKey, rest: bytes) -> AccessToken | None:
        payload = _verified_payload(raw, key, rest)
        return None if payload is None else read_claims(payload, self._issuer)

    def jwks(self) -> bytes:
        """The public document (RFC 7517): active keys first, then next, then retiring ones."""
        return self._jwks

    def etag(self) -> str:
        """Entity tag of the document, with its quotes; the same on every node."""
        return self._etag


def _opened(key: SigningKey, sealer: Sealer) -> OpenedKey:
    try:
        return open_key(key, sealer)
    except SealBroken as error:
        raise StorageUnavailable(f"signing key {key.kid} cannot be used: {error}") from error


def _verified_payload(raw: bytes, key: OpenedKey, rest: bytes) -> bytes | None:
    # A fourth segment would stay in the signature, where a dot is no base64url.
    payload_segment, _, signature_segment = rest.partition(b".")
    signature = decode_segment(signature_segment)
    payload = decode_segment(payload_segment)
    if signature is None or payload is None:
        return None
    algorithm = key.public.algorithm
    signing_input = raw[: -len(signature_segment) - 1]
    if not is_unique_form(algorithm, signature) or not is_valid(
        algorithm, key.public.key, signing_input, signature
    ):
        return None
    return payload


def _place(key: OpenedKey) -> tuple[int, float, str]:
    return _SHOWN_IN_ORDER.index(key.record.state), -key.record.created_at, key.public.kid


def _header(key: OpenedKey, media_type: str) -> bytes:
    public = key.public
    header = {"alg": public.algorithm, "kid": public.kid, "typ": media_type}
    return encode_segment(orjson.dumps(header))
