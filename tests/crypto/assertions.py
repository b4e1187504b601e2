"""Client assertions to test with: a client with a key of each kind, and what it writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from authserver.crypto.client_assertions import ClientAssertionVerifier, ClientKeySets
from authserver.crypto.jose_refusals import Refusal, TokenRefused
from authserver.domain.clients import Client, ClientAuthMethod, ClientStatus
from tests.crypto.forging import ISSUER, changed, signed
from tests.doubles import EPOCH

if TYPE_CHECKING:
    from jwt.algorithms import AllowedPrivateKeys

PRIVATE: Final[dict[str, AllowedPrivateKeys]] = {
    "ES256": ec.generate_private_key(ec.SECP256R1()),
    "PS256": rsa.generate_private_key(65537, 2048),
    "EdDSA": ed25519.Ed25519PrivateKey.generate(),
}
TOKEN_ENDPOINT: Final = f"{ISSUER}/oauth2/token"
NOW: Final = EPOCH


def public_jwk(algorithm: str) -> dict[str, Any]:
    private: Any = PRIVATE[algorithm]
    jwk = jwt.get_algorithm_by_name(algorithm).to_jwk(private.public_key(), as_dict=True)
    return {**jwk, "kid": f"key-{algorithm}"}


def client(*algorithms: str) -> Client:
    jwks = [public_jwk(algorithm) for algorithm in algorithms]
    return Client(
        client_id="ci-job",
        name="CI job",
        auth_method=ClientAuthMethod.PRIVATE_KEY_JWT,
        grant_types=frozenset(),
        scopes=frozenset(),
        resources=frozenset(),
        access_token_seconds=600,
        status=ClientStatus.ENABLED,
        secrets=(),
        jwks=ClientKeySets().normalise({"keys": jwks}),
        contact="",
        created_at=NOW,
    )


CLIENT: Final = client("ES256", "PS256", "EdDSA")
VERIFIER: Final = ClientAssertionVerifier(ISSUER, TOKEN_ENDPOINT)


def assertion_claims(**changes: object) -> dict[str, Any]:
    members = {
        "iss": "ci-job",
        "sub": "ci-job",
        "aud": ISSUER,
        "exp": int(NOW) + 60,
        "iat": int(NOW),
        "jti": "a-name-used-once",
    }
    return changed(members, changes)


def make(
    payload: object = None, algorithm: str = "ES256", header: dict[str, object] | None = None
) -> str:
    members = {"alg": algorithm, "kid": f"key-{algorithm}", "typ": "JWT"}
    return signed(
        PRIVATE[algorithm],
        algorithm,
        changed(members, header or {}),
        assertion_claims() if payload is None else payload,
    )


def refusal(assertion: str, of: Client = CLIENT, now: float = NOW) -> Refusal:
    assert VERIFIER.verify(assertion, of, now) is None
    with pytest.raises(TokenRefused) as caught:
        VERIFIER.check(assertion, of, now)
    return caught.value.refusal
