"""How fresh and how strong a sign-in at a provider has to be, and what becomes of it here."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.authorization_requests import REQUEST_SECONDS
from authserver.domain.sessions import PASSWORD_ACR
from authserver.domain.upstream_sign_ins import FEDERATED_ACR
from tests.federation.fake_people import FakePerson
from tests.federation.world import asked, problem
from tests.rfc.tokens import claims_of

if TYPE_CHECKING:
    from authserver.domain.sessions import Session
    from tests.federation.world import FederatedWorld
    from tests.people.browser import Browser

STRONG = "urn:example:acr:strong"
ACRS = {"phr": STRONG, "amr:mfa": "urn:example:acr:mfa"}
GRACE = FakePerson()


def session_of(federated: FederatedWorld, username: str = "grace@example.com") -> Session:
    """The newest session of a user."""
    return federated.container.sessions.list(federated.user(username).subject)[0]


def essential(*acrs: str) -> str:
    """The `claims` parameter that needs one of these."""
    return json.dumps({"id_token": {"acr": {"essential": True, "values": list(acrs)}}})


def fresh_callback(federated: FederatedWorld, browser: Browser, **claims: Any) -> str:
    """Press the button on the page that is shown, and sign in there; `claims` in the ID token."""
    url = federated.press(browser)
    federated.fakes["acme"].claims = claims
    return federated.answer(url)


def test_a_session_has_what_the_provider_said_of_the_sign_in(federated: FederatedWorld) -> None:
    fake = federated.provider(acrs=ACRS)
    now = int(federated.people.clock.now())
    fake.claims |= {"auth_time": now - 3000, "amr": ["pwd", "mfa"]}
    federated.sign_in()
    session = session_of(federated)
    assert (session.acr, session.amr) == ("urn:example:acr:mfa", ("pwd", "mfa"))
    assert session.auth_time == now - 3000


def test_without_a_statement_a_sign_in_has_no_level_and_is_older_than_any_request(
    federated: FederatedWorld,
) -> None:
    fake = federated.provider(acrs=ACRS)
    fake.claims |= {"auth_time": None, "acr": "unknown"}
    federated.sign_in()
    session = session_of(federated)
    assert (session.acr, session.amr) == (FEDERATED_ACR, ())
    assert session.auth_time == federated.people.clock.now() - REQUEST_SECONDS
    # An app that asks for nothing gets its answer all the same.
    people = federated.people
    browser = people.browser()
    people.authorize(browser, people.web_app)
    browser.get(federated.answer(federated.press(browser)), cross_site=True)
    assert "code" in people.finish(browser).answer


def test_a_provider_whose_clock_is_ahead_authenticates_nobody_in_the_future(
    federated: FederatedWorld,
) -> None:
    fake = federated.provider()
    now = federated.people.clock.now()
    fake.claims |= {"auth_time": int(now) + 50}
    federated.sign_in()
    assert session_of(federated).auth_time == now


@pytest.mark.parametrize("wish", [{"prompt": "login"}, {"max_age": "0"}])
def test_an_app_that_wants_a_fresh_sign_in_gets_one_from_the_provider(
    federated: FederatedWorld, wish: dict[str, str]
) -> None:
    federated.provider()
    people = federated.people
    browser = people.browser()
    federated.sign_in(browser)
    people.clock.advance(100)
    people.authorize(browser, people.web_app, **wish)
    url = federated.press(browser)
    assert (asked(url)["prompt"], asked(url)["max_age"]) == ("login", "0")
    browser.get(federated.answer(url), cross_site=True)
    tokens = people.redeem(people.web_app, people.finish(browser).answer["code"]).json
    said = claims_of(tokens["id_token"])
    assert said["auth_time"] == int(people.clock.now())


@pytest.mark.parametrize("auth_time", [-61, -3600, None])
def test_an_old_sign_in_is_not_taken_for_a_fresh_one(
    federated: FederatedWorld, auth_time: int | None
) -> None:
    federated.provider()
    people = federated.people
    browser = people.browser()
    people.authorize(browser, people.web_app, prompt="login")
    said = None if auth_time is None else int(people.clock.now()) + auth_time
    page = browser.get(fresh_callback(federated, browser, auth_time=said), cross_site=True)
    assert (page.status, problem(page)) == (403, "not-fresh")
    # The request still waits, and the page leads back to it.
    (again,) = [each for each in page.links if "request=" in each]
    browser.get(again)
    page = browser.get(fresh_callback(federated, browser), cross_site=True)
    assert "code" in people.finish(browser).answer


def test_max_age_is_passed_on_and_kept(federated: FederatedWorld) -> None:
    federated.provider()
    people = federated.people
    now = int(people.clock.now())
    browser = people.browser()
    people.authorize(browser, people.web_app, max_age="600")
    url = federated.press(browser)
    assert asked(url)["max_age"] == "540"
    assert "prompt" not in asked(url)
    federated.fakes["acme"].claims["auth_time"] = now - 601
    assert problem(browser.get(federated.answer(url), cross_site=True)) == "not-fresh"
    browser.get(f"/login?request={asked_request(browser)}")
    page = browser.get(fresh_callback(federated, browser, auth_time=now - 500), cross_site=True)
    assert "consent" in page.path
    assert session_of(federated).auth_time == now - 500


def asked_request(browser: Browser) -> str:
    """The id of the request that the page leads back to."""
    (link,) = [each for each in browser.page.links if "request=" in each]
    return link.partition("request=")[2]


def test_select_account_is_passed_on(federated: FederatedWorld) -> None:
    federated.provider()
    people = federated.people
    browser = people.browser()
    people.authorize(browser, people.web_app, prompt="select_account")
    assert asked(federated.press(browser))["prompt"] == "select_account"


def test_a_class_that_a_provider_reaches_is_asked_for_and_must_come(
    federated: FederatedWorld,
) -> None:
    federated.provider(acrs=ACRS)
    federated.provider("other", fake={"issuer": "https://other.example.net"})
    people = federated.people
    browser = people.browser()
    page = people.authorize(browser, people.web_app, claims=essential(STRONG))
    # Neither a password nor the other provider can come to it.
    assert "login" not in page.forms
    assert "provider-acme" in page.texts
    assert "provider-other" not in page.texts
    url = federated.press(browser)
    assert asked(url)["acr_values"] == "phr"
    page = browser.get(federated.answer(url), cross_site=True)
    assert problem(page) == "not-fresh"
    (again,) = [each for each in page.links if "request=" in each]
    browser.get(again)
    browser.get(fresh_callback(federated, browser, acr="phr"), cross_site=True)
    tokens = people.redeem(people.web_app, people.finish(browser).answer["code"]).json
    assert claims_of(tokens["id_token"])["acr"] == STRONG


def test_whoever_signed_in_with_a_password_steps_up_at_the_provider(
    federated: FederatedWorld,
) -> None:
    federated.provider(acrs=ACRS)
    people = federated.people
    browser = people.signed_in()
    people.clock.advance(10)
    page = people.authorize(browser, people.web_app, claims=essential(STRONG))
    assert page.path == "/login"
    url = federated.press(browser)
    assert (asked(url)["prompt"], asked(url)["max_age"]) == ("login", "0")


def test_a_class_that_nobody_reaches_is_told_to_the_app(federated: FederatedWorld) -> None:
    federated.provider(acrs=ACRS)
    people = federated.people
    page = people.authorize(people.browser(), people.web_app, claims=essential("urn:other"))
    assert page.answer["error"] == "unmet_authentication_requirements"
    federated.change("acme", accepts_login=False)
    page = people.authorize(people.browser(), people.web_app, claims=essential(STRONG))
    assert page.answer["error"] == "unmet_authentication_requirements"


def test_a_password_for_a_request_that_needs_more_ends_it(federated: FederatedWorld) -> None:
    federated.provider(acrs=ACRS)
    people = federated.people
    browser = people.browser()
    people.authorize(browser, people.web_app, claims=essential(STRONG))
    request_id = asked_request(browser).partition("&")[0]
    # The form of another page, for this request.
    plain = browser.get("/login")
    page = browser.submit(
        "login",
        {"username": "ada", "password": people.ada.password},
        follow=False,
    )
    assert plain.status == 200
    assert page.status == 303
    page = browser.get(f"/oauth2/authorize/continue?request={request_id}")
    assert page.answer.get("error") == "unmet_authentication_requirements"


def test_the_providers_acr_is_ours_only_by_the_table(federated: FederatedWorld) -> None:
    fake = federated.provider()
    fake.claims |= {"acr": PASSWORD_ACR, "amr": ["mfa"]}
    federated.sign_in()
    assert session_of(federated).acr == FEDERATED_ACR


def test_somebody_else_than_the_app_expects_is_not_taken(federated: FederatedWorld) -> None:
    federated.provider()
    people = federated.people
    browser = people.browser()
    people.authorize(browser, people.web_app)
    browser.get(fresh_callback(federated, browser), cross_site=True)
    hint = people.redeem(people.web_app, people.finish(browser).answer["code"]).json["id_token"]
    other = people.browser()
    people.authorize(other, people.web_app, id_token_hint=hint)
    url = federated.press(other)
    federated.fakes["acme"].claims["auth_time"] = int(people.clock.now()) - 100
    page = other.get(federated.answer(url, person=replace(GRACE, sub="other")), cross_site=True)
    # It may have been an old sign-in there: asked once more, and then the app is told.
    assert page.path == "/login"
    url = federated.press(other)
    assert asked(url)["prompt"] == "login"
    federated.fakes["acme"].claims.clear()
    page = other.get(federated.answer(url, person=replace(GRACE, sub="other")), cross_site=True)
    assert page.answer["error"] == "login_required"
