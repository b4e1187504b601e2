"""Who becomes a user by signing in at a provider, and what is known of whoever does."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.providers import EmailTrust, ProviderKind, SubjectRule, UserCreation
from tests.federation.fake_people import FakePerson
from tests.federation.world import own_name, problem

if TYPE_CHECKING:
    from tests.federation.world import FederatedWorld

GRACE = FakePerson()


@pytest.mark.parametrize(
    ("kind", "trust", "claims", "expected"),
    [
        (ProviderKind.OIDC, EmailTrust.VERIFIED, {"email_verified": True}, True),
        (ProviderKind.OIDC, EmailTrust.VERIFIED, {"email_verified": "true"}, False),
        (ProviderKind.OIDC, EmailTrust.VERIFIED, {"email_verified": 1}, False),
        (ProviderKind.OIDC, EmailTrust.VERIFIED, {"email_verified": False}, False),
        (ProviderKind.OIDC, EmailTrust.NEVER, {"email_verified": True}, False),
        (ProviderKind.ENTRA, EmailTrust.VERIFIED, {}, False),
        (ProviderKind.ENTRA, EmailTrust.DOMAIN_OWNER, {}, False),
        (ProviderKind.ENTRA, EmailTrust.DOMAIN_OWNER, {"xms_edov": "1"}, False),
        (ProviderKind.ENTRA, EmailTrust.DOMAIN_OWNER, {"xms_edov": True}, True),
        (ProviderKind.ENTRA, EmailTrust.DOMAIN_OWNER, {"email_verified": True}, False),
    ],
)
@pytest.mark.rule("FE-07")
def test_an_address_counts_as_verified_only_as_the_administrator_trusts_it(
    federated: FederatedWorld,
    kind: ProviderKind,
    trust: EmailTrust,
    claims: dict[str, Any],
    expected: bool,  # noqa: FBT001 - a column of the table above
) -> None:
    fake = federated.provider(kind=kind, email_trust=trust)
    fake.claims |= claims
    federated.sign_in()
    assert federated.user("grace@example.com").data.email_verified is expected


def test_userinfo_verifies_no_address_of_the_id_token(federated: FederatedWorld) -> None:
    fake = federated.provider()
    fake.claims |= {"email": "boss@example.com", "email_verified": None}
    fake.userinfo_claims |= {"email": "grace@example.com", "email_verified": True}
    federated.sign_in()
    data = federated.user("grace@example.com").data
    assert (data.email, data.email_verified) == ("boss@example.com", False)


def test_a_thin_id_token_is_filled_from_userinfo(federated: FederatedWorld) -> None:
    federated.provider(
        kind=ProviderKind.OKTA, fake={"thin": True}, subject_rule=SubjectRule.OKTA_UID
    )
    assert own_name(federated.sign_in()) == "grace@example.com"
    assert federated.user("grace@example.com").data.name == "Grace Hopper"


def test_names_that_are_taken_or_do_not_fit_get_the_provider_and_a_number(
    federated: FederatedWorld,
) -> None:
    federated.provider()
    names = [
        own_name(federated.sign_in(person=replace(GRACE, sub=f"s{number}", username="Grace")))
        for number in range(4)
    ]
    assert names == ["grace", "grace.acme", "grace.acme-2", "grace.acme-3"]
    odd = replace(GRACE, sub="odd", username="Дарья Ω", email="")
    assert own_name(federated.sign_in(person=odd)) == "user.acme"
    long = replace(GRACE, sub="long", username="x" * 150, email="y" * 64 + "@" + "z" * 150)
    name = own_name(federated.sign_in(person=long))
    assert len(name) <= 100


@pytest.mark.parametrize(
    "odd",
    [
        {"name": 7, "preferred_username": ["x"], "email": {"a": 1}, "locale": True},
        {"name": "x" * 100_000, "preferred_username": "x" * 100_000, "email": "x" * 100_000},
        {"name": "a\u202eb", "preferred_username": "a\x00b", "email": "a\nb@example.com"},
        {"name": None, "preferred_username": None, "email": None, "email_verified": True},
        {"acr": 7, "amr": "pwd", "sid": ["x"], "locale": "de_DE"},
        {"acr": ["x"], "amr": [7, None, "x" * 999, "a b", *["mfa"] * 999], "sid": "x" * 999},
    ],
)
def test_odd_claims_make_nobody_fail(federated: FederatedWorld, odd: dict[str, Any]) -> None:
    fake = federated.provider()
    fake.claims |= odd
    fake.userinfo_claims |= odd
    assert federated.sign_in().path == "/account"


def test_where_nobody_becomes_a_user_the_page_says_whom_to_ask(
    federated: FederatedWorld,
) -> None:
    federated.provider(creation=UserCreation.OFF)
    page = federated.sign_in()
    assert (page.status, problem(page)) == (403, "no-account")
    assert "Ask whoever runs this server" in page.texts["advice"]
    (record,) = federated.people.installation.records("sign_in.refused")
    assert (record["object"]["id"], record["reason"]) == ("acme", "no-account")


@pytest.mark.parametrize(
    ("email", "verified", "comes_in"),
    [
        ("grace@example.com", True, True),
        ("grace@EXAMPLE.com", True, True),
        ("grace@example.com", False, False),
        ("grace@sub.example.com", True, False),
        ("grace@example.com.evil.example", True, False),
        ("grace@evil.example@example.com", True, False),
        ("", True, False),
    ],
)
def test_only_verified_addresses_of_the_domains_make_users(
    federated: FederatedWorld,
    email: str,
    verified: bool,  # noqa: FBT001 - a column of the table above
    comes_in: bool,  # noqa: FBT001 - the same
) -> None:
    federated.provider(creation_domains=frozenset({"example.com"}))
    page = federated.sign_in(person=replace(GRACE, email=email, email_verified=verified))
    assert (page.path == "/account") is comes_in, page.text


@pytest.mark.parametrize(
    ("groups", "expected"),
    [(("staff",), ""), (("guests",), "no-account"), ((), "groups-unusable")],
)
def test_only_members_of_the_groups_become_users(
    federated: FederatedWorld, groups: tuple[str, ...], expected: str
) -> None:
    federated.provider(creation_groups=frozenset({"staff"}))
    page = federated.sign_in(person=replace(GRACE, groups=groups))
    assert (page.path == "/account") is not bool(expected)
    if expected:
        assert problem(page) == expected
