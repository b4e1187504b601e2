"""Connecting an account at a provider to the account one has, and disconnecting it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from authserver.domain.providers import ProviderStatus
from tests.federation.fake_people import FakePerson
from tests.federation.world import ACT, asked, problem

if TYPE_CHECKING:
    from tests.federation.world import FederatedWorld
    from tests.people.browser import Browser
    from tests.people.pages import Page

PAGE = "/account/identities"
GRACE = FakePerson()


def connecting(browser: Browser, name: str = "acme") -> str:
    """Begin to connect an account: the URL at the provider."""
    page = browser.get(PAGE)
    assert page.path == PAGE, page.text
    page = browser.click(f"connect-{name}")
    assert page.status == 200, page.text
    (url,) = [each for each in page.links if "client_id=" in each]
    return url


def connect(
    federated: FederatedWorld, browser: Browser, name: str = "acme", person: FakePerson = GRACE
) -> Page:
    """Connect an account at a provider to that of whoever is signed in."""
    url = connecting(browser, name)
    return browser.get(federated.answer(url, name, person), cross_site=True)


def linked(federated: FederatedWorld, username: str = "ada") -> list[str]:
    """The providers of a user's identities."""
    return [each.provider for each in federated.identities(username)]


@pytest.mark.rule("FE-13")
def test_a_connected_account_signs_its_user_in(federated: FederatedWorld) -> None:
    federated.provider()
    browser = federated.people.signed_in()
    url = connecting(browser)
    # Fresh proof of both accounts: the one here a moment ago, the one there now.
    assert (asked(url)["max_age"], asked(url)["prompt"]) == ("0", "login")
    page = browser.get(federated.answer(url), cross_site=True)
    assert page.path == PAGE
    assert page.texts["done"]
    assert linked(federated) == ["acme"]
    page = federated.sign_in()
    assert page.texts["own-username"] == "ada"
    (record,) = federated.people.installation.records("identity.linked")
    assert record["object"]["id"] == federated.people.ada.subject
    # A local user's data stay as they are.
    assert federated.user("ada").data.email == "ada@example.test"


@pytest.mark.rule("FE-13")
def test_connecting_needs_the_forms_token(federated: FederatedWorld) -> None:
    federated.provider()
    browser = federated.people.signed_in()
    browser.get(PAGE)
    assert browser.submit("connect-form-acme", {"csrf": None}).status == 403
    page = browser.post(PAGE, {"provider": "acme"}, cross_site=True)
    assert page.status == 403
    assert federated.http.to("/token") == []


@pytest.mark.rule("FE-13")
def test_connecting_needs_a_sign_in_of_the_last_minutes(federated: FederatedWorld) -> None:
    federated.provider()
    browser = federated.people.signed_in()
    federated.people.clock.advance(301)
    browser.get(PAGE)
    page = browser.click("connect-acme")
    assert page.path == "/login"
    assert "sign-in" in page.form_with("sign-in").buttons
    page = federated.people.sign_in(browser)
    assert page.path == PAGE
    assert connect(federated, browser).texts["done"]


@pytest.mark.rule("FE-13")
def test_a_visit_to_the_callback_never_connects_anything(federated: FederatedWorld) -> None:
    federated.provider()
    browser, attacker = federated.people.signed_in(), federated.people.browser()
    # The attacker's own sign-in, and the attacker's own attempt to connect.
    callback = federated.answer(federated.to_provider(attacker), person=replace(GRACE, sub="evil"))
    assert problem(browser.get(callback, cross_site=True)) == "state-unknown"
    federated.people.user("mallory")
    other = federated.people.signed_in(federated.people.user("eve"))
    callback = federated.answer(connecting(other), person=replace(GRACE, sub="evil"))
    assert problem(browser.get(callback, cross_site=True)) == "state-unknown"
    assert linked(federated) == []


@pytest.mark.rule("FE-13")
def test_signing_in_at_a_provider_while_signed_in_connects_nothing(
    federated: FederatedWorld,
) -> None:
    federated.provider()
    browser = federated.people.signed_in()
    page = federated.sign_in(browser, target="/login?next=/account&again=yes")
    assert page.texts["own-username"] == "grace@example.com"
    assert linked(federated) == []


@pytest.mark.rule("FE-13")
def test_the_proof_holds_for_the_session_in_which_it_began(federated: FederatedWorld) -> None:
    federated.provider()
    people = federated.people
    browser = people.signed_in()
    callback = federated.answer(connecting(browser))
    browser.get("/account")
    browser.click("sign-out-button")
    assert problem(browser.get(callback, cross_site=True)) == "link-not-proved"
    # Somebody else signs in in the same browser meanwhile.
    browser = people.signed_in()
    callback = federated.answer(connecting(browser))
    browser.get("/account")
    browser.click("sign-out-button")
    people.signed_in(people.user("eve"), browser)
    assert problem(browser.get(callback, cross_site=True)) == "link-not-proved"
    # Or the same user, in a new session.
    browser = people.signed_in()
    callback = federated.answer(connecting(browser))
    browser.get("/account")
    browser.click("sign-out-button")
    people.signed_in(browser=browser)
    assert problem(browser.get(callback, cross_site=True)) == "link-not-proved"
    assert linked(federated) == linked(federated, "eve") == []


@pytest.mark.rule("FE-13")
def test_the_proof_is_good_once_and_not_after_the_link_was_ended(
    federated: FederatedWorld,
) -> None:
    federated.provider()
    browser = federated.people.signed_in()
    callback = federated.answer(connecting(browser))
    assert browser.get(callback, cross_site=True).path == PAGE
    assert problem(browser.get(callback, cross_site=True)) == "state-unknown"
    browser.get(PAGE)
    assert browser.click("disconnect-acme").texts["done"]
    assert problem(browser.get(callback, cross_site=True)) == "state-unknown"
    assert linked(federated) == []


@pytest.mark.rule("FE-13")
def test_an_account_that_belongs_to_somebody_else_is_not_connected(
    federated: FederatedWorld,
) -> None:
    federated.provider()
    federated.sign_in()
    browser = federated.people.signed_in()
    page = connect(federated, browser)
    assert (page.status, problem(page)) == (403, "linked-to-other")
    assert linked(federated) == []
    assert browser.get("/account").texts["own-username"] == "ada"


@pytest.mark.rule("FE-13")
def test_a_second_account_at_the_same_provider_is_not_connected(
    federated: FederatedWorld,
) -> None:
    federated.provider()
    browser = federated.people.signed_in()
    first = connecting(browser)
    second = connecting(browser)
    assert browser.get(federated.answer(first), cross_site=True).path == PAGE
    page = browser.get(federated.answer(second, person=replace(GRACE, sub="two")), cross_site=True)
    assert problem(page) == "already-connected"
    assert "connect-acme" not in {
        button for form in browser.get(PAGE).forms.values() for button in form.buttons
    }


@pytest.mark.rule("FE-13")
def test_the_provider_must_have_asked_the_person_at_this_moment(
    federated: FederatedWorld,
) -> None:
    fake = federated.provider()
    browser = federated.people.signed_in()
    fake.claims["auth_time"] = int(federated.people.clock.now()) - 61
    page = connect(federated, browser)
    assert (page.status, problem(page)) == (403, "not-fresh")
    fake.claims["auth_time"] = None
    assert problem(connect(federated, browser)) == "not-fresh"
    assert linked(federated) == []


@pytest.mark.rule("FE-12")
def test_nothing_is_connected_when_something_was_stopped_meanwhile(
    federated: FederatedWorld,
) -> None:
    federated.provider()
    browser = federated.people.signed_in()
    callback = federated.answer(connecting(browser))
    federated.change("acme", status=ProviderStatus.DISABLED)
    assert problem(browser.get(callback, cross_site=True)) == "provider-stopped"
    federated.change("acme", status=ProviderStatus.ENABLED, is_linkable=True)
    callback = federated.answer(connecting(browser))
    federated.change("acme", is_linkable=False)
    assert problem(browser.get(callback, cross_site=True)) == "provider-stopped"
    federated.change("acme", is_linkable=True)
    callback = federated.answer(connecting(browser))
    federated.container.users.disable("ada", ACT)
    assert problem(browser.get(callback, cross_site=True)) == "link-not-proved"
    assert linked(federated) == []


def test_a_provider_that_users_may_not_connect_is_not_offered(federated: FederatedWorld) -> None:
    federated.provider(is_linkable=False)
    browser = federated.people.signed_in()
    token = browser.get(PAGE).text
    assert "connect-acme" not in token
    federated.provider("other", fake={"issuer": "https://other.example.net"})
    browser.get(PAGE)
    page = browser.submit("connect-form-other", {"provider": "acme"})
    assert problem(page) == "provider-stopped"
    page = browser.get(PAGE)
    assert browser.submit("connect-form-other", {"provider": "nobody"}).status == 404


def test_the_last_way_to_sign_in_stays(federated: FederatedWorld) -> None:
    federated.provider()
    federated.provider("other", fake={"issuer": "https://other.example.net"})
    browser = federated.people.browser()
    federated.sign_in(browser)
    page = browser.get(PAGE)
    assert "disconnect-acme" not in page.text
    # Also when the form is sent all the same.
    connect(federated, browser, "other")
    page = browser.get(PAGE)
    form = page.forms["disconnect-form-acme"]
    federated.change("other", accepts_login=False)
    page = browser.post("/account/identities/disconnect", form.fields)
    assert page.texts["last"]
    federated.change("other", accepts_login=True)
    assert sorted(linked(federated, "grace@example.com")) == ["acme", "other"]
    browser.get(PAGE)
    browser.click("disconnect-other")
    assert linked(federated, "grace@example.com") == ["acme"]


@pytest.mark.rule("FE-13")
def test_disconnecting_needs_the_token_and_a_fresh_sign_in(federated: FederatedWorld) -> None:
    federated.provider()
    browser = federated.people.signed_in()
    connect(federated, browser)
    browser.get(PAGE)
    assert browser.submit("disconnect-form-acme", {"csrf": None}).status == 403
    federated.people.clock.advance(301)
    browser.get(PAGE)
    assert browser.click("disconnect-acme").path == "/login"
    assert linked(federated) == ["acme"]
    federated.people.sign_in(browser)
    assert browser.click("disconnect-acme").texts["done"]
    assert linked(federated) == []
    (record,) = federated.people.installation.records("identity.unlinked")
    assert record["actor"] == {"kind": "user", "id": federated.people.ada.subject}


def test_nobody_disconnects_what_is_another_users(federated: FederatedWorld) -> None:
    federated.provider()
    federated.sign_in()
    browser = federated.people.signed_in()
    browser.get(PAGE)
    csrf = browser.page.forms["connect-form-acme"].fields["csrf"]
    page = browser.post("/account/identities/disconnect", {"csrf": csrf, "provider": "acme"})
    assert page.status == 403
    assert linked(federated, "grace@example.com") == ["acme"]


def test_whoever_is_not_signed_in_is_sent_to_sign_in(federated: FederatedWorld) -> None:
    federated.provider()
    page = federated.people.browser().get(PAGE)
    assert page.path == "/login"
    browser = federated.people.browser()
    browser.get(PAGE)
    assert federated.people.sign_in(browser).path == PAGE
