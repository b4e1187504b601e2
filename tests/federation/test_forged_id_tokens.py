"""ID tokens that are not what they have to be sign nobody in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from authserver.domain.providers import ProviderKind
from authserver.services.id_tokens import half_hash
from tests.federation.fake_keys import FakeKey, rsa_key
from tests.federation.fake_people import TENANT, FakePerson
from tests.federation.forged import ACCESS_TOKEN, by_hmac, sign_in_with, unsigned
from tests.federation.world import problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.federation.fake_provider import FakeProvider
    from tests.federation.world import FederatedWorld
    from tests.people.pages import Page

    Make = Callable[[FakeProvider, dict[str, Any]], str]

MANY = "https://login.microsoftonline.com/{tenantid}/v2.0"
OTHER_TENANT = "11111111-2222-4333-8444-555555555555"


def nobody(federated: FederatedWorld, page: Page, expected: str = "id-token-invalid") -> None:
    """Nobody was signed in, nobody became a user, and it is on record."""
    assert (page.status, problem(page)) == (403, expected)
    assert not any("authserver-session=asv" in each for each in page.set_cookies)
    records = federated.people.installation.records("sign_in.refused")
    assert (records[-1]["object"]["id"], records[-1]["reason"]) == ("acme", expected)
    assert federated.people.installation.records("identity.created") == []


def test_the_good_claims_of_these_tests_are_good(federated: FederatedWorld) -> None:
    fake = federated.provider()
    page = sign_in_with(federated, fake.signed)
    assert page.path == "/account"


def _public_pem(fake: FakeProvider) -> bytes:
    public = fake.keys[0].private.public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _with_foreign_key(_: FakeProvider, claims: dict[str, Any]) -> str:
    return FakeKey("key-1", rsa_key(9)).sign(claims)


def _with_own_jwk(fake: FakeProvider, claims: dict[str, Any]) -> str:
    forger = FakeKey("mine", rsa_key(9))
    return forger.sign(claims, {"jwk": forger.jwk, "kid": fake.keys[0].kid})


def _changed_after_signing(fake: FakeProvider, claims: dict[str, Any]) -> str:
    start, _, signature = fake.signed(claims).split(".")
    forged = unsigned({}, {**claims, "sub": "somebody-else"}).split(".")[1]
    return f"{start}.{forged}.{signature}"


FORGERIES: dict[str, Make] = {
    "another key": _with_foreign_key,
    "a key in its header": _with_own_jwk,
    "changed after signing": _changed_after_signing,
    "unknown key": lambda _, claims: FakeKey("other", rsa_key(9)).sign(claims),
    "no signature": lambda fake, claims: fake.signed(claims).rsplit(".", 1)[0] + ".",
    "alg none": lambda _, claims: unsigned({"alg": "none", "kid": "key-1"}, claims),
    "alg None": lambda _, claims: unsigned({"alg": "None", "kid": "key-1"}, claims),
    "HS256 with the client secret": lambda fake, claims: by_hmac(
        fake.client_secret.encode(), claims, "key-1"
    ),
    "HS256 with the public key": lambda fake, claims: by_hmac(_public_pem(fake), claims, "key-1"),
    "crit": lambda fake, claims: fake.keys[0].sign(claims, {"crit": ["x"], "x": 1}),
    "jku": lambda fake, claims: fake.keys[0].sign(
        claims, {"jku": "https://canary.example.net/keys"}
    ),
    "typ of an access token": lambda fake, claims: fake.keys[0].sign(claims, {"typ": "at+jwt"}),
    "typ of a logout token": lambda fake, claims: fake.keys[0].sign(claims, {"typ": "logout+jwt"}),
    "five parts": lambda fake, claims: fake.signed(claims) + ".x.y",
    "no JWT": lambda *_: "opaque",
    "nothing": lambda *_: "",
}


@pytest.mark.rule("FE-05")
@pytest.mark.parametrize("make", FORGERIES.values(), ids=FORGERIES)
def test_a_forged_id_token_is_refused(federated: FederatedWorld, make: Make) -> None:
    fake = federated.provider()
    page = sign_in_with(federated, lambda claims: make(fake, claims))
    expected = "answer-unusable" if make(fake, {"sub": "x"}) == "" else "id-token-invalid"
    nobody(federated, page, expected)
    assert federated.http.strangers == []


HOUR = 3600
WRONG: dict[str, dict[str, object]] = {
    "another issuer": {"iss": "https://evil.example"},
    "issuer with a slash": {"iss": "https://login.example.org/"},
    "no issuer": {"iss": None},
    "another audience": {"aud": "another-client"},
    "more than one audience": {"aud": ["client-at-provider", "another-client"]},
    "audience twice": {"aud": ["client-at-provider", "client-at-provider"]},
    "no audience": {"aud": None},
    "an empty list of audiences": {"aud": []},
    "an odd audience": {"aud": {"client-at-provider": True}},
    "another authorized party": {"azp": "another-client"},
    "an odd authorized party": {"azp": ["client-at-provider"]},
    "expired": {"exp": -61},
    "expired five minutes ago": {"exp": -300},
    "no expiry": {"exp": None},
    "expiry as a text": {"exp": "2000000000"},
    "expiry true": {"exp": True},
    "an endless expiry": {"exp": 2**63},
    "issued in five minutes": {"iat": 300},
    "issued in the future": {"iat": 62},
    "no time of issue": {"iat": None},
    "not yet valid": {"nbf": 300},
    "an odd begin": {"nbf": "now"},
    "authenticated in the future": {"auth_time": 300},
    "an odd time of authentication": {"auth_time": "now"},
    "an access token's use": {"token_use": "access"},
    "an odd hash": {"at_hash": 7},
    "the hash of another token": {"at_hash": half_hash("another")},
}
_RELATIVE = frozenset({"exp", "iat", "nbf", "auth_time"})


@pytest.mark.rule("FE-05")
@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_an_id_token_with_a_wrong_claim_is_refused(
    federated: FederatedWorld, wrong: dict[str, object]
) -> None:
    fake = federated.provider()
    now = int(federated.people.clock.now())
    claims = {
        name: now + value if name in _RELATIVE and type(value) is int and value < HOUR else value
        for name, value in wrong.items()
    }
    nobody(federated, sign_in_with(federated, lambda good: fake.signed({**good, **claims})))


@pytest.mark.parametrize(
    "right",
    [
        {"aud": ["client-at-provider"]},
        {"azp": "client-at-provider"},
        {"at_hash": half_hash(ACCESS_TOKEN)},
        {"iat": 59},
        {"nbf": 59},
        {"exp": -59},
        {"auth_time": 59},
    ],
)
def test_what_the_standard_allows_is_accepted(
    federated: FederatedWorld, right: dict[str, object]
) -> None:
    fake = federated.provider()
    now = int(federated.people.clock.now())
    claims = {
        name: now + value if name in _RELATIVE and isinstance(value, int) else value
        for name, value in right.items()
    }
    page = sign_in_with(federated, lambda good: fake.signed({**good, **claims}))
    assert page.path == "/account", page.text


@pytest.mark.parametrize("sub", [None, "", " ", "x" * 256, 7, ["x"], "a\nb", " a"])
def test_nobody_comes_in_without_a_subject_that_can_be_told_apart(
    federated: FederatedWorld, sub: object
) -> None:
    fake = federated.provider(uses_userinfo=False)
    page = sign_in_with(federated, lambda good: fake.signed({**good, "sub": sub}))
    assert page.status == 403
    assert problem(page) in {"claim-missing", "id-token-invalid"}


@pytest.mark.rule("FE-07")
def test_only_tenants_on_the_list_come_in(federated: FederatedWorld) -> None:
    fake = federated.provider(
        kind=ProviderKind.ENTRA, fake={"template": MANY}, tenants=frozenset({TENANT})
    )
    page = federated.sign_in(person=FakePerson(tenant=OTHER_TENANT))
    nobody(federated, page, "tenant-not-allowed")
    # The victim's address does not help, verified or not.
    fake.claims["xms_edov"] = True
    nobody(
        federated,
        federated.sign_in(person=FakePerson(tenant=OTHER_TENANT, email="ada@example.test")),
        "tenant-not-allowed",
    )
    assert federated.sign_in().path == "/account"


@pytest.mark.rule("FE-07")
def test_without_a_list_of_tenants_nobody_comes_in(federated: FederatedWorld) -> None:
    federated.provider(kind=ProviderKind.ENTRA, fake={"template": MANY})
    nobody(federated, federated.sign_in(), "tenant-not-allowed")


@pytest.mark.rule("FE-07")
@pytest.mark.parametrize(
    "claims",
    [
        {"iss": MANY},
        {"iss": MANY.replace("{tenantid}", OTHER_TENANT)},
        {"iss": MANY.replace("{tenantid}", "common")},
        {"iss": MANY.replace("{tenantid}", TENANT.upper())},
        {"iss": MANY.replace("{tenantid}", TENANT) + "\n"},
        {"iss": MANY.replace("microsoftonline.com", "microsoftonline.com.evil.example")},
        {"tid": OTHER_TENANT},
        {"tid": None},
        {"tid": "7"},
        {"tid": [TENANT]},
    ],
)
def test_the_issuer_is_built_from_the_tenant_and_nothing_else(
    federated: FederatedWorld, claims: dict[str, object]
) -> None:
    fake = federated.provider(
        kind=ProviderKind.ENTRA, fake={"template": MANY}, tenants=frozenset({TENANT})
    )
    nobody(federated, sign_in_with(federated, lambda good: fake.signed({**good, **claims})))


@pytest.mark.rule("FE-07")
@pytest.mark.parametrize("tid", [OTHER_TENANT, None, "7"])
def test_a_provider_of_one_tenant_takes_that_one_alone(
    federated: FederatedWorld, tid: object
) -> None:
    fake = federated.provider(kind=ProviderKind.ENTRA)
    page = sign_in_with(federated, lambda good: fake.signed({**good, "tid": tid}))
    expected = "tenant-not-allowed" if tid == OTHER_TENANT else "id-token-invalid"
    nobody(federated, page, expected)


@pytest.mark.rule("FE-08")
def test_an_access_token_of_cognito_proves_no_sign_in(federated: FederatedWorld) -> None:
    fake = federated.provider(kind=ProviderKind.COGNITO)
    access = {"token_use": "access", "client_id": fake.client_id, "aud": None}
    page = sign_in_with(federated, lambda good: fake.signed({**good, **access}))
    nobody(federated, page)
    # Nor with the audience that newer pools may put into one.
    access["aud"] = fake.client_id
    nobody(federated, sign_in_with(federated, lambda good: fake.signed({**good, **access})))
    nobody(
        federated, sign_in_with(federated, lambda good: fake.signed({**good, "token_use": None}))
    )


@pytest.mark.rule("FE-08")
def test_an_id_token_for_another_app_client_of_the_pool_is_refused(
    federated: FederatedWorld,
) -> None:
    fake = federated.provider(kind=ProviderKind.COGNITO)
    page = sign_in_with(federated, lambda good: fake.signed({**good, "aud": "another-client"}))
    nobody(federated, page)


def test_userinfo_about_somebody_else_is_refused(federated: FederatedWorld) -> None:
    fake = federated.provider()
    fake.userinfo_claims["sub"] = "somebody-else"
    nobody(federated, federated.sign_in(), "answer-unusable")


def test_userinfo_cannot_say_what_only_the_id_token_says(federated: FederatedWorld) -> None:
    fake = federated.provider(kind=ProviderKind.ENTRA)
    fake.userinfo_claims |= {"oid": OTHER_TENANT, "tid": OTHER_TENANT, "acr": "strong"}
    assert federated.sign_in().path == "/account"
    (identity,) = federated.identities("grace@example.com")
    assert identity.subject_key == f"{TENANT}/{FakePerson().oid}"
