"""Who somebody from a provider is here: by provider and subject, and by nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.providers import (
    EmailTrust,
    ProviderKind,
    ProviderStatus,
    SubjectRule,
    UserCreation,
)
from tests.federation.fake_people import TENANT, FakePerson
from tests.federation.world import ACT, problem

if TYPE_CHECKING:
    from tests.federation.world import FederatedWorld
    from tests.people.browser import Browser
    from tests.people.pages import Page

GRACE = FakePerson()
OTHER_ISSUER = "https://other.example.net"


def own_name(page: Page) -> str:
    """The name of the account that the page shows."""
    assert page.path == "/account", (page.status, page.text)
    return page.texts["own-username"]


@pytest.mark.rule("FE-06")
def test_the_same_address_at_two_providers_is_two_accounts(federated: FederatedWorld) -> None:
    federated.provider("acme")
    federated.provider("other", fake={"issuer": OTHER_ISSUER})
    assert own_name(federated.sign_in(name="acme")) == "grace@example.com"
    assert own_name(federated.sign_in(name="other")) == "grace@example.com.other"
    assert (
        federated.user("grace@example.com").subject
        != federated.user("grace@example.com.other").subject
    )


@pytest.mark.rule("FE-06")
def test_an_address_gives_nobody_a_local_account(federated: FederatedWorld) -> None:
    federated.provider()
    ada = federated.people.ada
    thief = FakePerson(sub="thief", username="ada", email="ada@example.test", email_verified=True)
    assert own_name(federated.sign_in(person=thief)) == "ada.acme"
    assert federated.user("ada").subject == ada.subject
    assert federated.identities("ada") == []
    # And the owner of the address still signs in by it, and by the name.
    for name in ("ada", "ada@example.test", "ADA@EXAMPLE.TEST"):
        browser = federated.people.browser()
        browser.get("/login")
        page = browser.click("sign-in", username=name, password=ada.password)
        assert own_name(page) == "ada"


@pytest.mark.rule("FE-06")
def test_nobody_takes_an_address_as_a_name_by_which_somebody_signs_in(
    federated: FederatedWorld,
) -> None:
    federated.provider()
    ada = federated.people.ada
    thief = FakePerson(sub="thief", username="ada@example.test", email="ada@example.test")
    assert own_name(federated.sign_in(person=thief)) == "ada@example.test.acme"
    browser = federated.people.browser()
    browser.get("/login")
    page = browser.click("sign-in", username="ada@example.test", password=ada.password)
    assert own_name(page) == "ada"


@pytest.mark.rule("FE-06")
def test_whoever_changes_name_and_address_stays_the_same(federated: FederatedWorld) -> None:
    federated.provider()
    federated.sign_in()
    before = federated.user("grace@example.com")
    changed = replace(GRACE, username="hopper", name="G. Hopper", email="hopper@example.com")
    assert own_name(federated.sign_in(person=changed)) == "grace@example.com"
    after = federated.user("grace@example.com")
    assert after.subject == before.subject
    assert (after.data.name, after.data.email) == ("G. Hopper", "hopper@example.com")
    (identity,) = federated.identities("grace@example.com")
    assert identity.shown == "hopper"


@pytest.mark.rule("FE-06")
def test_the_same_subject_at_another_provider_or_tenant_is_somebody_else(
    federated: FederatedWorld,
) -> None:
    many = "https://login.microsoftonline.com/{tenantid}/v2.0"
    other_tenant = "11111111-2222-4333-8444-555555555555"
    federated.provider(
        kind=ProviderKind.ENTRA, fake={"template": many}, tenants=frozenset({TENANT, other_tenant})
    )
    federated.provider("other", fake={"issuer": OTHER_ISSUER})
    names = {
        own_name(federated.sign_in()),
        own_name(federated.sign_in(person=replace(GRACE, tenant=other_tenant))),
        own_name(federated.sign_in(name="other")),
    }
    assert len(names) == 3


@pytest.mark.rule("FE-06")
def test_entra_people_are_their_object_and_not_the_pairwise_subject(
    federated: FederatedWorld,
) -> None:
    federated.provider(kind=ProviderKind.ENTRA)
    assert own_name(federated.sign_in()) == "grace@example.com"
    assert own_name(federated.sign_in(person=replace(GRACE, sub="pairwise-2"))) == (
        "grace@example.com"
    )


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


@pytest.mark.rule("FE-11")
def test_a_sign_in_makes_a_new_session_and_a_planted_cookie_stays_worthless(
    federated: FederatedWorld,
) -> None:
    federated.provider()
    browser = federated.people.browser()
    planted = federated.container.secret_maker.secret("se")
    browser.get("/login")
    browser.jar.take(f"__Host-authserver-session={planted}; Path=/; Secure; HttpOnly")
    page = federated.sign_in(browser)
    first = session_of(browser)
    assert own_name(page) == "grace@example.com"
    assert planted not in first
    # Signing in again: another value, and the old one is dead.
    page = federated.sign_in(browser, target="/login?next=/account/identities&again=yes")
    assert page.path == "/account/identities"
    assert session_of(browser) != first
    other = federated.people.browser()
    other.jar.take(f"__Host-authserver-session={first}; Path=/; Secure; HttpOnly")
    assert other.get("/account").path == "/login"


@pytest.mark.rule("FE-11")
def test_somebody_elses_session_in_the_browser_ends(federated: FederatedWorld) -> None:
    federated.provider()
    browser = federated.people.signed_in()
    ada = federated.people.ada
    assert federated.container.sessions.list(ada.subject)
    page = federated.sign_in(browser, target="/login?next=/account&again=yes")
    assert own_name(page) == "grace@example.com"
    assert not federated.container.sessions.list(ada.subject)


def session_of(browser: Browser) -> str:
    """The value of the session cookie."""
    header = browser.jar.header("/", cross_site=False, safe_method=True)
    return dict(each.split("=", 1) for each in header.split("; "))["__Host-authserver-session"]


@pytest.mark.rule("FE-12")
def test_a_disabled_user_does_not_come_in_by_a_provider(federated: FederatedWorld) -> None:
    federated.provider()
    federated.sign_in()
    browser = federated.people.browser()
    callback = federated.answer(federated.to_provider(browser))
    federated.container.users.disable("grace@example.com", ACT)
    page = browser.get(callback, cross_site=True)
    assert (page.status, problem(page)) == (403, "account-stopped")
    assert problem(federated.sign_in()) == "account-stopped"
    assert len(federated.people.installation.records("sign_in.refused")) == 2


@pytest.mark.rule("FE-12")
@pytest.mark.parametrize("change", [{"status": ProviderStatus.DISABLED}, {"accepts_login": False}])
def test_a_provider_that_was_stopped_meanwhile_signs_nobody_in(
    federated: FederatedWorld, change: dict[str, Any]
) -> None:
    federated.provider()
    browser = federated.people.browser()
    callback = federated.answer(federated.to_provider(browser))
    federated.change("acme", **change)
    calls = federated.calls()
    page = browser.get(callback, cross_site=True)
    assert (page.status, problem(page)) == (403, "provider-stopped")
    assert federated.calls() == calls
    (record,) = federated.people.installation.records("sign_in.refused")
    assert record["reason"] == "provider-stopped"
    # Nor does anybody begin; and the page does not offer it.
    assert problem(browser.get("/login/acme")) == "provider-stopped"
    assert browser.get("/login").links == [
        each for each in browser.page.links if "acme" not in each
    ]


@pytest.mark.rule("FE-12")
def test_an_identity_that_was_unlinked_meanwhile_signs_nobody_in(
    federated: FederatedWorld,
) -> None:
    federated.provider()
    federated.sign_in()
    (identity,) = federated.identities("grace@example.com")
    browser = federated.people.browser()
    callback = federated.answer(federated.to_provider(browser))
    federated.people.clock.advance(1)
    federated.container.identities.unlink("acme", identity.subject_key, ACT)
    page = browser.get(callback, cross_site=True)
    assert (page.status, problem(page)) == (403, "no-account")
    # Who comes after that is a new user, where users are made.
    assert own_name(federated.sign_in()) == "grace@example.com.acme"


@pytest.mark.rule("FE-12")
def test_what_an_unlinked_identity_began_has_ended(federated: FederatedWorld) -> None:
    federated.provider()
    browser = federated.people.browser()
    federated.sign_in(browser)
    (identity,) = federated.identities("grace@example.com")
    federated.container.identities.unlink("acme", identity.subject_key, ACT)
    assert browser.get("/account").path == "/login"
