"""An authorization request belongs to one browser, for a while, once (group A1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.authorization_requests import ANSWER_AGAIN_SECONDS, REQUEST_SECONDS
from authserver.services.client_profiles import ProfileChanges
from authserver.services.clients import ClientUpdate
from tests.people.world import ISSUER
from tests.rfc.authorizing import rows_of_codes

if TYPE_CHECKING:
    from tests.people.browser import Browser
    from tests.people.pages import Page
    from tests.people.world import PeopleWorld

STEPS = ("/login", "/select-account", "/consent", "/oauth2/authorize/continue")


def request_of(page: Page) -> str:
    return page.url.partition("request=")[2]


def onward(browser: Browser, request_id: str) -> Page:
    return browser.get(f"/oauth2/authorize/continue?request={request_id}")


def assert_over(page: Page) -> None:
    """A page of ours that says to begin again; nothing for any client."""
    assert (page.status, page.location) == (400, "")
    assert "begin again" in page.texts["advice"]


@pytest.mark.rule("AZ-20")
def test_a_request_goes_on_in_the_browser_where_it_began_alone(world: PeopleWorld) -> None:
    attacker = world.signed_in(world.user("mallory"))
    request_id = request_of(world.authorize(attacker, world.web_app))
    victim = world.signed_in()
    stranger = world.browser()
    stranger.get("/login?next=/account")
    for browser in (victim, stranger):
        for step in STEPS:
            page = browser.get(f"{step}?request={request_id}")
            assert_over(page)
    form = {"request": request_id, "decision": "allow"}
    world.authorize(victim, world.web_app)
    csrf = victim.page.forms["consent"].fields["csrf"]
    assert_over(victim.post("/consent", {**form, "csrf": csrf}))
    assert rows_of_codes(world) == 0


@pytest.mark.rule("AZ-20")
def test_a_browser_without_cookies_is_told_so(world: PeopleWorld) -> None:
    browser = world.browser()
    request_id = request_of(world.authorize(browser, world.web_app))
    for step in ("/consent", "/oauth2/authorize/continue"):
        page = world.browser().get(f"{step}?request={request_id}")
        assert (page.status, page.location) == (400, "")
        assert "cookies" in page.text


@pytest.mark.rule("AZ-20")
def test_an_answer_is_given_once_and_again_only_to_a_double_click(world: PeopleWorld) -> None:
    browser = world.signed_in()
    world.authorize(browser, world.web_app)
    form = dict(browser.page.forms["consent"].fields)
    request_id = form["request"]
    first = browser.click("allow").location
    assert "code=" in first
    world.clock.advance(ANSWER_AGAIN_SECONDS - 1)
    for _ in range(2):
        assert onward(browser, request_id).location == first
        assert browser.post("/consent", {**form, "decision": "allow"}).location == first
        assert browser.get(f"/consent?request={request_id}").location == first
        assert browser.get(f"/login?request={request_id}").location == first
    world.clock.advance(1)
    for step in STEPS:
        assert_over(browser.get(f"{step}?request={request_id}"))
    assert_over(browser.post("/consent", {**form, "decision": "allow"}))
    assert rows_of_codes(world) == 1


@pytest.mark.rule("AZ-20")
def test_the_same_answer_does_not_make_a_code_good_twice(world: PeopleWorld) -> None:
    browser = world.signed_in()
    request_id = request_of(world.authorize(browser, world.web_app))
    code = browser.click("allow").answer["code"]
    assert world.redeem(world.web_app, code).status == 200
    again = onward(browser, request_id).answer["code"]
    assert world.redeem(world.web_app, again).error == (400, "invalid_grant")


@pytest.mark.rule("AZ-20")
def test_a_request_waits_for_a_quarter_of_an_hour(world: PeopleWorld) -> None:
    browser = world.browser()
    in_time = request_of(world.authorize(browser, world.web_app))
    world.clock.advance(REQUEST_SECONDS - 1)
    assert onward(browser, in_time).path == "/login"
    world.clock.advance(1)
    for step in STEPS:
        assert_over(browser.get(f"{step}?request={in_time}"))
    # Signing in on the old page signs in, and tells that the request is over.
    late = world.browser()
    world.authorize(late, world.web_app)
    world.clock.advance(REQUEST_SECONDS + 1)
    assert_over(world.sign_in(late))
    assert rows_of_codes(world) == 0


@pytest.mark.rule("AZ-20")
@pytest.mark.parametrize(
    "request_id", ["", "A" * 22, "A" * 21, "A" * 5000, "../x", "%00", "%ff", "%c3%bc"]
)
def test_a_request_that_nobody_made_is_over(world: PeopleWorld, request_id: str) -> None:
    browser = world.signed_in()
    assert_over(onward(browser, request_id))


def test_a_raw_byte_in_the_query_is_refused_at_every_page(world: PeopleWorld) -> None:
    browser = world.signed_in()
    for path in (*STEPS, "/oauth2/authorize", "/account", "/device"):
        assert browser.get(f"{path}?request=\u00fc&x=\u20ac").status == 400


@pytest.mark.rule("AZ-20")
def test_two_tabs_do_not_disturb_each_other(world: PeopleWorld) -> None:
    browser = world.browser()
    first = world.authorize(browser, world.web_app, state="first")
    second = world.authorize(browser, world.spa, state="second")
    world.sign_in(browser)
    assert browser.page.path == "/consent"
    answer = browser.click("allow").answer
    assert answer["state"] == "second"
    page = browser.get(first.url)
    assert page.path == "/login"  # the tab still shows it
    page = onward(browser, request_of(first))
    assert page.path == "/consent"
    assert browser.click("allow").answer["state"] == "first"
    assert onward(browser, request_of(second)).answer["state"] == "second"


@pytest.mark.rule("AZ-20")
def test_an_answer_is_kept_for_the_eyes_of_its_browser_alone(world: PeopleWorld) -> None:
    browser = world.signed_in()
    world.authorize(browser, world.web_app, state="a-state-to-look-for")
    code = browser.click("allow").answer["code"]
    with world.container.database.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT sealed_answer FROM authorization_requests")
        (sealed,) = (bytes(row[0]) for row in rows)
    assert len(sealed) > 50
    assert code.encode() not in sealed
    assert b"a-state-to-look-for" not in sealed


def test_what_was_taken_from_a_client_meanwhile_is_not_answered(world: PeopleWorld) -> None:
    clients, operator = world.container.clients, world.container.operator
    browser = world.signed_in()
    world.authorize(browser, world.web_app)
    moved = ProfileChanges(redirect_uris=("https://new.example.test/callback",))
    clients.update("web-app", ClientUpdate(profile=moved), operator)
    assert_over(browser.click("allow"))
    world.authorize(browser, world.spa)
    clients.disable("spa", operator)
    assert_over(browser.click("allow"))
    assert rows_of_codes(world) == 0


def test_a_session_that_ended_meanwhile_answers_nothing(world: PeopleWorld) -> None:
    browser = world.signed_in()
    page = world.authorize(browser, world.web_app)
    form = dict(page.forms["consent"].fields)
    page = browser.get("/account")
    browser.click("sign-out-button")
    answer = browser.post("/consent", {**form, "decision": "allow"})
    assert answer.status == 403
    assert onward(browser, form["request"]).path == "/login"
    assert rows_of_codes(world) == 0


def test_the_back_button_after_the_answer_leads_to_the_same_answer(world: PeopleWorld) -> None:
    browser = world.browser()
    login = world.authorize(browser, world.web_app)
    world.sign_in(browser)
    consent = browser.page
    answer = browser.click("allow").location
    for page in (consent, login):
        assert browser.get(page.url).location == answer
    assert answer.startswith(f"{world.web_app.redirect_uri}?code=")
    assert ISSUER.removeprefix("https://") in answer
