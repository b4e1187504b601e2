"""Signing in again, or not at all: `prompt`, `max_age`, `acr`, hints (group A1, OpenID Connect)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.sessions import PASSWORD_ACR
from authserver.services.client_profiles import ProfileChanges
from tests.rfc.authorizing import assert_told, rows_of_codes
from tests.rfc.tokens import claims_of

if TYPE_CHECKING:
    from tests.people.browser import Browser
    from tests.people.cast import App
    from tests.people.pages import Page
    from tests.people.world import PeopleWorld

CALLBACK = "https://app.example.test/callback"


def id_token(world: PeopleWorld, page: Page, app: App | None = None) -> str:
    answer = world.redeem(app or world.web_app, page.answer["code"])
    assert answer.status == 200, answer.body
    return str(answer.json["id_token"])


def said(world: PeopleWorld, page: Page) -> dict[str, Any]:
    """The claims of the ID token that the answer leads to."""
    return claims_of(id_token(world, page))


@pytest.fixture
def browser(world: PeopleWorld) -> Browser:
    """A browser whose user signed in an hour ago and allowed everything."""
    browser = world.signed_in()
    world.authorize(browser, world.web_app, scope="openid profile email groups READ")
    browser.click("allow")
    world.clock.advance(1800)
    return browser


@pytest.mark.rule("AZ-18")
def test_prompt_none_never_shows_a_page(world: PeopleWorld) -> None:
    app = world.web_app
    page = world.authorize(world.browser(), app, prompt="none")
    assert_told(page, "login_required", redirect_uri=CALLBACK)
    browser = world.signed_in()
    page = world.authorize(browser, app, prompt="none")
    assert_told(page, "consent_required", redirect_uri=CALLBACK)
    world.clock.advance(10)
    page = world.authorize(browser, app, prompt="none", max_age="5")
    assert_told(page, "login_required", redirect_uri=CALLBACK)
    new = world.user("new", must_change_password=True)
    page = world.browser().get("/login")
    other = world.browser()
    other.get("/login?next=/account")
    world.sign_in(other, new)
    page = world.authorize(other, app, prompt="none")
    assert_told(page, "interaction_required", redirect_uri=CALLBACK)
    assert rows_of_codes(world) == 0


@pytest.mark.rule("AZ-18")
def test_prompt_none_answers_who_is_signed_in_and_has_allowed(
    world: PeopleWorld, browser: Browser
) -> None:
    page = world.authorize(browser, world.web_app, prompt="none")
    assert said(world, page)["sub"] == world.ada.subject


@pytest.mark.rule("AZ-18")
@pytest.mark.parametrize(
    "prompt", ["none login", "login none", "none consent", "none select_account", "None", "create"]
)
def test_prompt_none_stands_alone_and_others_are_unknown(
    world: PeopleWorld, browser: Browser, prompt: str
) -> None:
    page = world.authorize(browser, world.web_app, prompt=prompt)
    assert_told(page, "invalid_request", redirect_uri=CALLBACK)


@pytest.mark.rule("AZ-18")
@pytest.mark.parametrize("asked", [{"prompt": "login"}, {"max_age": "1"}, {"max_age": "0"}])
def test_signing_in_again_is_really_asked_for(
    world: PeopleWorld, browser: Browser, asked: dict[str, str]
) -> None:
    app = world.web_app
    before = said(world, world.authorize(browser, app))
    now = int(world.clock.now())
    assert before["auth_time"] == now - 1800
    page = world.authorize(browser, app, **asked)
    assert page.path == "/login"
    # Going around the page does not help.
    onward = page.url.replace("/login", "/oauth2/authorize/continue")
    assert browser.get(onward).path == "/login"
    page = world.sign_in(browser)
    after = said(world, page)
    assert after["auth_time"] == now
    assert (after["sub"], after["sid"]) == (before["sub"], before["sid"])
    assert rows_of_codes(world) == 3


@pytest.mark.rule("AZ-18")
def test_a_session_that_is_young_enough_is_not_asked_again(
    world: PeopleWorld, browser: Browser
) -> None:
    page = world.authorize(browser, world.web_app, max_age="10000")
    assert said(world, page)["auth_time"] == int(world.clock.now()) - 1800
    assert world.authorize(browser, world.web_app, max_age="1800").location
    assert world.authorize(browser, world.web_app, max_age="1799").path == "/login"


@pytest.mark.rule("AZ-18")
def test_a_client_may_have_a_max_age_of_its_own(world: PeopleWorld) -> None:
    strict = world.app(
        "strict", "https://strict.example.test/cb", profile=ProfileChanges(default_max_age=60)
    )
    browser = world.signed_in()
    world.authorize(browser, strict)
    browser.click("allow")
    world.clock.advance(61)
    assert world.authorize(browser, strict).path == "/login"
    assert world.authorize(browser, strict, max_age="300").location
    page = world.authorize(browser, strict, prompt="none")
    assert page.answer["error"] == "login_required"


@pytest.mark.rule("AZ-18")
def test_a_wrong_password_is_no_signing_in(world: PeopleWorld, browser: Browser) -> None:
    page = world.authorize(browser, world.web_app, prompt="login")
    wrong = browser.click("sign-in", username="ada", password="wrong")
    assert wrong.status == 403
    onward = page.url.replace("/login", "/oauth2/authorize/continue")
    assert browser.get(onward).path == "/login"


@pytest.mark.rule("AZ-18")
def test_an_essential_acr_is_met_or_told_to_be_out_of_reach(
    world: PeopleWorld, browser: Browser
) -> None:
    def claims(*values: str, essential: bool = True) -> str:
        return json.dumps({"id_token": {"acr": {"essential": essential, "values": values}}})

    app = world.web_app
    page = world.authorize(browser, app, claims=claims("urn:example:gold", PASSWORD_ACR))
    assert said(world, page)["acr"] == PASSWORD_ACR
    for somebody in (browser, world.browser()):
        page = world.authorize(somebody, app, claims=claims("urn:example:gold"))
        assert_told(page, "unmet_authentication_requirements", redirect_uri=CALLBACK)
    page = world.authorize(browser, app, claims=claims("urn:example:gold", essential=False))
    assert said(world, page)["acr"] == PASSWORD_ACR
    page = world.authorize(browser, app, acr_values="1 2 urn:example:gold")
    assert said(world, page)["acr"] == PASSWORD_ACR


def test_select_account_asks_once_and_signing_in_is_a_choice(
    world: PeopleWorld, browser: Browser
) -> None:
    page = world.authorize(browser, world.web_app, prompt="select_account")
    assert page.path == "/select-account"
    assert page.texts["user"] == "Ada Lovelace"
    assert browser.get(page.url.replace("/select-account", "/oauth2/authorize/continue")).path == (
        "/select-account"
    )
    assert "code" in browser.click("continue").answer
    page = world.authorize(browser, world.web_app, prompt="select_account")
    (other,) = (link for link in page.links if link.startswith("/login?request="))
    bob = world.user("bob")
    browser.get(other)
    assert world.sign_in(browser, bob).path == "/consent"
    assert said(world, browser.click("allow"))["sub"] == bob.subject


def test_a_choice_needs_the_token_of_its_page(world: PeopleWorld, browser: Browser) -> None:
    page = world.authorize(browser, world.web_app, prompt="select_account")
    fields = {"request": page.forms["select-account"].fields["request"]}
    assert browser.post("/select-account", fields).status == 403


def test_a_hint_must_be_an_id_token_of_ours_for_this_client(
    world: PeopleWorld, browser: Browser
) -> None:
    mine = id_token(world, world.authorize(browser, world.web_app))
    page = world.authorize(browser, world.web_app, prompt="none", id_token_hint=mine)
    assert said(world, page)["sub"] == world.ada.subject
    world.clock.advance(1200)
    page = world.authorize(browser, world.web_app, prompt="none", id_token_hint=mine)
    assert "code" in page.answer  # a hint may be over
    world.authorize(browser, world.spa, scope="openid READ")
    foreign = id_token(world, browser.click("allow"), world.spa)
    access = world.redeem(world.web_app, page.answer["code"]).json["access_token"]
    for hint in (foreign, access, mine[:-4] + "AAAA", "x.y.z", "nonsense"):
        page = world.authorize(browser, world.web_app, id_token_hint=hint)
        assert_told(page, "invalid_request", redirect_uri=CALLBACK)


def test_a_hint_at_somebody_else_is_never_answered_with_this_user(
    world: PeopleWorld, browser: Browser
) -> None:
    bob = world.user("bob")
    bobs = world.signed_in(bob)
    world.authorize(bobs, world.web_app)
    hint = id_token(world, bobs.click("allow"))
    page = world.authorize(browser, world.web_app, prompt="none", id_token_hint=hint)
    assert_told(page, "login_required", redirect_uri=CALLBACK)
    page = world.authorize(browser, world.web_app, id_token_hint=hint)
    assert page.path == "/login"
    # Signing in as herself again does not make ada somebody else.
    page = world.sign_in(browser)
    assert_told(page, "login_required", redirect_uri=CALLBACK)
    world.clock.advance(1)
    world.authorize(browser, world.web_app, id_token_hint=hint, prompt="login")
    assert said(world, world.sign_in(browser, bob))["sub"] == bob.subject


def test_a_subject_can_be_insisted_on_by_claims(world: PeopleWorld, browser: Browser) -> None:
    mine = json.dumps({"id_token": {"sub": {"value": world.ada.subject}}})
    other = json.dumps({"id_token": {"sub": {"value": "user:somebody"}}})
    assert "code" in world.authorize(browser, world.web_app, prompt="none", claims=mine).answer
    page = world.authorize(browser, world.web_app, prompt="none", claims=other)
    assert_told(page, "login_required", redirect_uri=CALLBACK)


def test_what_only_helps_the_page_changes_nothing_else(
    world: PeopleWorld, browser: Browser
) -> None:
    harmless = {
        "login_hint": "buffy@example.test",
        "ui_locales": "se de en",
        "claims_locales": "se",
        "display": "touch",
        "acr_values": "1 2",
        "nonce": "n" * 1024,
    }
    for name, value in harmless.items():
        page = world.authorize(browser, world.web_app, **{name: value})
        assert "code" in page.answer, name
    page = world.authorize(world.browser(), world.web_app, login_hint="buffy@example.test")
    assert page.forms["login"].fields["username"] == "buffy@example.test"
    page = world.authorize(world.browser(), world.web_app, ui_locales="se de-AT en")
    assert 'lang="de"' in page.text


def test_essential_claims_are_told_after_consent(world: PeopleWorld) -> None:
    claims = json.dumps({"userinfo": {"name": {"essential": True}}})
    browser = world.signed_in()
    page = world.authorize(browser, world.web_app, scope="openid", claims=claims)
    assert "Know your name and profile" in page.texts["scopes"]
    answer = world.redeem(world.web_app, browser.click("allow").answer["code"])
    headers = {"Authorization": "Bearer " + answer.json["access_token"]}
    told = world.lane.get("/oauth2/userinfo", headers=headers).json
    assert told == {"sub": world.ada.subject, "name": "Ada Lovelace"}


def test_a_claim_beyond_the_clients_scopes_is_left_out(world: PeopleWorld) -> None:
    narrow = world.app("narrow", "https://narrow.example.test/cb", scopes=("openid",))
    claims = json.dumps({"userinfo": {"email": {"essential": True}}, "id_token": {"email": None}})
    browser = world.signed_in()
    page = world.authorize(browser, narrow, scope="openid", claims=claims)
    assert "email" not in page.texts["scopes"]
    answer = world.redeem(narrow, browser.click("allow").answer["code"])
    headers = {"Authorization": "Bearer " + answer.json["access_token"]}
    told = world.lane.get("/oauth2/userinfo", headers=headers).json
    assert told == {"sub": world.ada.subject}
    assert "email" not in claims_of(answer.json["id_token"])
