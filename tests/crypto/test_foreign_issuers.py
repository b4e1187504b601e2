"""Keys that name an issuer, as Entra ID's do, sign for that one alone."""

from __future__ import annotations

from typing import Final

import pytest

from authserver.domain.external_tokens import ExternalProblem
from tests.crypto.providers import foreign_claims, foreign_token, public_jwk, published
from tests.crypto.reading import KEY, OTHER_KEY, refusal, verified

TENANT: Final = "72f988bf-86f1-41af-91ab-2d7cd011db47"
OTHER_TENANT: Final = "9188040d-6c67-4c5b-b112-36a304b66dad"
V2: Final = "https://login.microsoftonline.com/{}/v2.0"
V1: Final = "https://sts.windows.net/{}/"
TEMPLATE: Final = V2.format("{tenantid}")


@pytest.mark.parametrize("key_issuer", [TEMPLATE, V2.format(TENANT), ...])
@pytest.mark.parametrize("form", [V2, V1])
def test_a_key_of_entra_signs_for_its_tenant_in_both_versions(
    form: str, key_issuer: object
) -> None:
    keys = published(public_jwk(KEY, issuer=key_issuer))
    issuer = form.format(TENANT)
    token = foreign_token(KEY, foreign_claims(iss=issuer))
    assert verified(token, keys, issuer=issuer)["iss"] == issuer


@pytest.mark.parametrize("form", [V2, V1])
@pytest.mark.parametrize(
    "key_issuer",
    [V2.format(OTHER_TENANT), V1.format(OTHER_TENANT), "https://evil.example/{tenantid}/v2.0"],
)
def test_e8_a_key_of_another_tenant_signs_nothing(form: str, key_issuer: str) -> None:
    keys = published(public_jwk(KEY, issuer=key_issuer))
    issuer = form.format(TENANT)
    token = foreign_token(KEY, foreign_claims(iss=issuer))
    assert refusal(token, keys, issuer=issuer) is ExternalProblem.KEY_OF_OTHER_ISSUER


@pytest.mark.parametrize(
    "issuer",
    [
        TEMPLATE,
        V2.format(TENANT.upper()),
        V2.format(TENANT) + "\n",
        V2.format(TENANT).replace(".com", ".com.evil.example"),
        V2.format(TENANT) + "/",
        V1.format(TENANT)[:-1],
    ],
)
def test_e6_e13_a_template_stands_for_one_tenant_spelled_one_way(issuer: str) -> None:
    keys = published(public_jwk(KEY, issuer=TEMPLATE))
    token = foreign_token(KEY, foreign_claims(iss=issuer))
    assert refusal(token, keys, issuer=issuer) is ExternalProblem.KEY_OF_OTHER_ISSUER


def test_of_two_keys_with_one_name_the_issuer_decides() -> None:
    keys = published(
        public_jwk(KEY, issuer=V2.format(TENANT)),
        public_jwk(OTHER_KEY, issuer=V2.format(OTHER_TENANT)),
    )
    for private, tenant in ((KEY, TENANT), (OTHER_KEY, OTHER_TENANT)):
        issuer = V2.format(tenant)
        token = foreign_token(private, foreign_claims(iss=issuer))
        assert verified(token, keys, issuer=issuer)["iss"] == issuer
    crossed = foreign_token(KEY, foreign_claims(iss=V2.format(OTHER_TENANT)))
    problem = refusal(crossed, keys, issuer=V2.format(OTHER_TENANT))
    assert problem is ExternalProblem.SIGNATURE_INVALID


def test_where_two_keys_could_be_meant_neither_is() -> None:
    keys = published(public_jwk(KEY, issuer=TEMPLATE), public_jwk(KEY, issuer=V2.format(TENANT)))
    issuer = V2.format(TENANT)
    token = foreign_token(KEY, foreign_claims(iss=issuer))
    assert refusal(token, keys, issuer=issuer) is ExternalProblem.KEY_UNKNOWN
