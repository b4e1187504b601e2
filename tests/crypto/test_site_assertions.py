"""Assertions for sites: verified with our published keys, and never taken for a token of ours."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import jwt
import pytest

from authserver.crypto.keyring import Keyring
from authserver.domain.errors import StorageUnavailable
from authserver.domain.hand_over import SiteAssertion
from authserver.domain.keys import SigningAlgorithm
from tests.crypto.forging import ISSUER, Workshop
from tests.doubles import EPOCH

if TYPE_CHECKING:
    from authserver.crypto.sealing import Sealer

ASSERTION = SiteAssertion(
    account="jira-ci",
    audience="https://jira.example.org",
    subject="client:ci-job",
    client_id="ci-job",
    assertion_id="d-1",
    issued_at=int(EPOCH),
)


@pytest.mark.parametrize("algorithm", SigningAlgorithm)
def test_a_site_verifies_an_assertion_with_the_published_keys(
    ring: Keyring, algorithm: SigningAlgorithm
) -> None:
    value = ring.sign_assertion(ASSERTION, algorithm)
    header = jwt.get_unverified_header(value)
    assert header["typ"] == "site-assertion+jwt"
    (key,) = (key for key in json.loads(ring.jwks())["keys"] if key["kid"] == header["kid"])
    claims = jwt.decode(
        value,
        jwt.PyJWK(key).key,
        algorithms=[algorithm.value],
        audience="https://jira.example.org",
        issuer=ISSUER,
        options={"verify_exp": False, "verify_iat": False},
    )
    assert claims == {
        "iss": ISSUER,
        "sub": "jira-ci",
        "aud": "https://jira.example.org",
        "iat": int(EPOCH),
        "exp": int(EPOCH) + 60,
        "jti": "d-1",
        "client_id": "ci-job",
        "subject": "client:ci-job",
    }


@pytest.mark.parametrize("algorithm", SigningAlgorithm)
@pytest.mark.rule("JW-03")
def test_an_assertion_is_no_access_token(ring: Keyring, algorithm: SigningAlgorithm) -> None:
    assert ring.read(ring.sign_assertion(ASSERTION, algorithm)) is None


def test_without_an_active_key_nothing_is_signed(shop: Workshop) -> None:
    sealer: Sealer = shop.sealer
    with pytest.raises(StorageUnavailable):
        Keyring([], sealer, ISSUER).sign_assertion(ASSERTION, SigningAlgorithm.ES256)
