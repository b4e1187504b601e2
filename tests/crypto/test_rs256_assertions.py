"""Client assertions signed RS256: where an administrator allows them, by keys that say so."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest

from authserver.crypto.client_assertions import (
    ClientAssertionVerifier,
    ClientKeySets,
    assertion_algorithms,
)
from authserver.domain.errors import InvalidField
from tests.crypto.assertions import (
    CLIENT,
    NOW,
    PRIVATE,
    TOKEN_ENDPOINT,
    VERIFIER,
    assertion_claims,
    public_jwk,
)
from tests.crypto.forging import ISSUER, signed

if TYPE_CHECKING:
    from authserver.domain.clients import Client

WITH_RS256: Final = ClientAssertionVerifier(ISSUER, TOKEN_ENDPOINT, rs256=True)


def owner(**members: Any) -> Client:
    """A client with one RSA key, whose JWK has these further members."""
    jwk = {**public_jwk("PS256"), **members}
    return replace(CLIENT, jwks=ClientKeySets(rs256=True).normalise({"keys": [jwk]}))


def assertion(algorithm: str, **header: str) -> str:
    members = {"alg": algorithm, **header}
    return signed(PRIVATE["PS256"], algorithm, members, assertion_claims())


def test_a_key_for_rs256_signs_rs256_and_nothing_else() -> None:
    client = owner(alg="RS256")
    assert WITH_RS256.verify(assertion("RS256"), client, NOW) is not None
    assert WITH_RS256.verify(assertion("PS256"), client, NOW) is None


def test_a_key_that_says_nothing_is_for_ps256() -> None:
    assert WITH_RS256.verify(assertion("PS256"), owner(), NOW) is not None
    assert WITH_RS256.verify(assertion("RS256"), owner(), NOW) is None


def test_a_key_for_rs256_opens_nothing_where_rs256_is_not_allowed() -> None:
    client = owner(alg="RS256")
    assert VERIFIER.verify(assertion("RS256"), client, NOW) is None
    assert VERIFIER.verify(assertion("PS256"), client, NOW) is None
    jwks = {"keys": [{**public_jwk("PS256"), "alg": "RS256"}]}
    with pytest.raises(InvalidField, match="PS256 for a key of kty RSA, or absent"):
        ClientKeySets().normalise(jwks)


@pytest.mark.parametrize("algorithm", ["RS384", "RS512", "ES256", "none", "HS256", "", 7, None])
def test_no_other_algorithm_comes_with_it(algorithm: object) -> None:
    jwk = {**public_jwk("PS256"), "alg": algorithm}
    with pytest.raises(InvalidField, match="PS256 or RS256 for a key of kty RSA"):
        ClientKeySets(rs256=True).normalise({"keys": [jwk]})


def test_what_is_announced_is_what_is_verified() -> None:
    assert list(assertion_algorithms(rs256=False)) == ["ES256", "EdDSA", "PS256"]
    assert list(assertion_algorithms(rs256=True)) == ["ES256", "EdDSA", "PS256", "RS256"]
