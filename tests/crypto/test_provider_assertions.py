"""Assertions for providers: verified with our published keys, never taken for a token of ours."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import jwt
import orjson
import pytest

from authserver.crypto.keyring import Keyring
from authserver.crypto.provider_assertions import ProviderAssertionSigner, provider_assertion_text
from authserver.crypto.secret_values import ReadableSecretMaker
from authserver.domain.errors import StorageUnavailable
from authserver.domain.keys import SigningAlgorithm
from authserver.domain.provider_assertions import ProviderAssertion
from authserver.domain.providers import ProviderAuth
from tests.crypto.forging import ISSUER, RS256, Workshop, claims
from tests.crypto.test_statements import CLAIMS, forged
from tests.doubles import EPOCH, FakeEntropy
from tests.upstream.providers import OKTA

ENDPOINT = "https://dev.okta.example/oauth2/default/v1/token"


def signer(ring: Keyring) -> ProviderAssertionSigner:
    maker = ReadableSecretMaker(FakeEntropy("assertions"))
    return ProviderAssertionSigner(ring=lambda: ring, issuer=ISSUER, secret_maker=maker)


def told(ring: Keyring, value: str, audience: str) -> dict[str, Any]:
    header = jwt.get_unverified_header(value)
    assert (header["alg"], header["typ"]) == ("RS256", "JWT")
    key = jwt.PyJWKSet.from_json(ring.jwks().decode())[header["kid"]]
    options: Any = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}
    return jwt.decode(value, key, algorithms=["RS256"], audience=audience, options=options)


def test_a_provider_verifies_who_we_are_with_our_published_keys(ring: Keyring) -> None:
    provider = replace(OKTA, auth=ProviderAuth.PRIVATE_KEY_JWT)
    said = told(ring, signer(ring).assertion(provider, ENDPOINT, EPOCH + 0.7), ENDPOINT)
    assert said.pop("jti")
    now = int(EPOCH)
    assert said == {
        "iss": OKTA.client_id,
        "sub": OKTA.client_id,
        "aud": ENDPOINT,
        "iat": now,
        "nbf": now,
        "exp": now + 60,
    }


def test_where_the_provider_federates_with_us_we_speak_as_ourselves(ring: Keyring) -> None:
    provider = replace(OKTA, name="entra", auth=ProviderAuth.FEDERATED)
    audience = "api://AzureADTokenExchange"
    said = told(ring, signer(ring).assertion(provider, ENDPOINT, EPOCH), audience)
    assert (said["iss"], said["sub"], said["aud"]) == (ISSUER, "provider:entra", audience)


def test_no_two_assertions_are_alike(ring: Keyring) -> None:
    makes = signer(ring)
    provider = replace(OKTA, auth=ProviderAuth.PRIVATE_KEY_JWT)
    ids = {
        told(ring, makes.assertion(provider, ENDPOINT, EPOCH), ENDPOINT)["jti"] for _ in range(20)
    }
    assert len(ids) == 20


@pytest.mark.rule("JW-03")
@pytest.mark.parametrize("auth", [ProviderAuth.PRIVATE_KEY_JWT, ProviderAuth.FEDERATED])
def test_an_assertion_is_neither_an_access_token_nor_an_id_token(
    ring: Keyring, auth: ProviderAuth
) -> None:
    value = signer(ring).assertion(replace(OKTA, auth=auth), ENDPOINT, EPOCH)
    assert ring.read(value) is None
    assert ring.read_id_token(value) is None


@pytest.mark.rule("JW-03")
def test_not_even_with_the_claims_of_one(shop: Workshop) -> None:
    """An assertion has a `jti`; what has one is read as no ID token, whatever else is in it."""
    assertion = ProviderAssertion(ISSUER, "user:u-1", "web-app", "j-1", int(EPOCH))
    said = orjson.loads(provider_assertion_text(assertion))
    assert shop.ring.read_id_token(forged(shop, {**CLAIMS, **said})) is None
    assert shop.ring.read_id_token(forged(shop, {**CLAIMS, "jti": "j-1"})) is None
    assert shop.ring.read_id_token(forged(shop, dict(CLAIMS))) is not None
    assert shop.ring.read(forged(shop, claims())) is None


@pytest.mark.parametrize("algorithm", SigningAlgorithm)
def test_without_an_active_key_nothing_is_signed(
    shop: Workshop, algorithm: SigningAlgorithm
) -> None:
    assertion = ProviderAssertion("c", "c", ENDPOINT, "j", int(EPOCH))
    with pytest.raises(StorageUnavailable):
        Keyring([], shop.sealer, ISSUER).sign_provider_assertion(assertion, algorithm)
    assert shop.ring.sign_provider_assertion(assertion, RS256)
