"""Who somebody from a provider is here: by provider and subject, and by nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.providers import (
    ProviderKind,
    ProviderStatus,
)
from tests.federation.fake_people import TENANT, FakePerson
from tests.federation.world import ACT, own_name, problem

if TYPE_CHECKING:
    from tests.federation.world import FederatedWorld
    from tests.people.browser import Browser

GRACE = FakePerson()
OTHER_ISSUER = "https://other.example.net"


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
