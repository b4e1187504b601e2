"""A forger's bench: tokens that are wrong in exactly one way, signed with whatever is at hand."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from authserver.crypto.jose import sign
from authserver.crypto.keyring import Keyring
from authserver.crypto.sealing import Sealer
from authserver.crypto.signing_keys import OpenedKey, SigningKeyMaker, open_key
from authserver.domain.keys import KeyState, SigningAlgorithm, SigningKey
from authserver.domain.tokens import AccessToken
from tests.doubles import EPOCH, FakeEntropy

if TYPE_CHECKING:
    from jwt.algorithms import AllowedPrivateKeys

ISSUER: Final = "https://auth.example.org"
ES256: Final = SigningAlgorithm.ES256
RS256: Final = SigningAlgorithm.RS256

TOKEN: Final = AccessToken(
    issuer=ISSUER,
    subject="client:ci-job",
    audience="https://jira.example.org",
    client_id="ci-job",
    scopes=frozenset({"write:jira-work", "read:jira-work"}),
    issued_at=int(EPOCH),
    expires_at=int(EPOCH) + 600,
    token_id="kXk0yS4qTzG5vJd1w2o3Lg",
    grant_id="Q3oP4i5uY6t7R8e9W0qAsw",
)


@dataclass(frozen=True)
class Workshop:
    """A keyring with one active key per algorithm, and everything its owner knows."""

    sealer: Sealer
    keys: tuple[SigningKey, ...]
    ring: Keyring

    def opened(self, algorithm: SigningAlgorithm) -> OpenedKey:
        (key,) = (key for key in self.keys if key.algorithm is algorithm)
        return open_key(key, self.sealer)

    def header(self, algorithm: SigningAlgorithm = ES256, **changes: object) -> dict[str, Any]:
        """The header of our tokens with `changes`; a change to `...` leaves the member out."""
        members = {"alg": algorithm.value, "kid": self.opened(algorithm).public.kid}
        return changed({**members, "typ": "at+jwt"}, changes)

    def forge(
        self,
        header: object = None,
        payload: object = None,
        *,
        algorithm: SigningAlgorithm = ES256,
    ) -> str:
        """A token validly signed by our key over any header and payload (`None`: ours)."""
        return signed(
            self.opened(algorithm).private,
            algorithm.value,
            self.header(algorithm) if header is None else header,
            claims() if payload is None else payload,
        )


def workshop() -> Workshop:
    entropy = FakeEntropy("workshop")
    sealer = Sealer({"1": entropy.token_bytes(32)}, "1", entropy)
    maker = SigningKeyMaker(sealer)
    keys = tuple(
        replace(maker.make(algorithm, EPOCH), state=KeyState.ACTIVE, activated_at=EPOCH)
        for algorithm in SigningAlgorithm
    )
    return Workshop(sealer, keys, Keyring(keys, sealer, ISSUER))


def claims(**changes: object) -> dict[str, Any]:
    """The claims of `TOKEN`, in our order, with `changes`; a change to `...` leaves one out."""
    members = {
        "iss": TOKEN.issuer,
        "sub": TOKEN.subject,
        "aud": TOKEN.audience,
        "client_id": TOKEN.client_id,
        "scope": TOKEN.scope,
        "iat": TOKEN.issued_at,
        "exp": TOKEN.expires_at,
        "jti": TOKEN.token_id,
        "grant_id": TOKEN.grant_id,
    }
    return changed(members, changes)


def changed(members: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**members, **changes}.items() if value is not ...}


def segment(content: object) -> str:
    """Base64url of bytes as they are, of anything else as compact JSON."""
    if not isinstance(content, bytes):
        content = json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def signed(private: AllowedPrivateKeys, algorithm: str, header: object, payload: object) -> str:
    """A compact JWS with any header, signed with `algorithm` whatever the header says."""
    signing_input = f"{segment(header)}.{segment(payload)}"
    return f"{signing_input}.{segment(sign(algorithm, private, signing_input.encode()))}"
