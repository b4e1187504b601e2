"""What may be in an authorization request, and what comes back (group A1)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from authserver.domain.authorization_queries import LIMITS
from authserver.services.client_profiles import ProfileChanges
from authserver.services.clients import ClientUpdate
from tests.people.world import AUTHORIZE, ISSUER
from tests.rfc.authorizing import asked_for, assert_local, assert_told, rows_of_codes

if TYPE_CHECKING:
    from tests.people.world import PeopleWorld

CALLBACK = "https://app.example.test/callback"
OTHER_RESPONSE_TYPES = (
    "token",
    "id_token",
    "id_token token",
    "code token",
    "token code",
    "code id_token",
    "code id_token token",
    "none",
    "Code",
    "CODE",
    "code ",
    " code",
    "code code",
    "c\u00f6de",
    '"code"',
    "code,token",
    "%63ode",
)
OTHER_RESPONSE_MODES = (
    "fragment",
    "form_post.jwt",
    "query.jwt",
    "jwt",
    "web_message",
    "FORM_POST",
    "junk",
    "query query",
)
HOSTILE_STATES = [
    "&=+%<>\"'",
    "a=b&code=forged&iss=https://evil.test",
    "\U0001f600 \u00e4\u4f60\u597d",
    "x" * 2048,
    "&" * 2048,
    "line\r\nX-Evil: 1\r\n\r\n<script>alert(1)</script>",
    "{{7*7}}${7*7}<%= 7*7 %>",
    "a+b c%20d%2520",
    "'\"><img src=x onerror=alert(1)>",
    " ",
    "\t",
    "\u2028\u202e",
    "#fragment?query",
]


@pytest.mark.rule("AZ-07")
def test_there_is_no_response_type_but_code(world: PeopleWorld) -> None:
    browser = world.signed_in()
    for response_type in OTHER_RESPONSE_TYPES:
        page = world.authorize(browser, world.web_app, response_type=response_type)
        assert_told(page, "unsupported_response_type", redirect_uri=CALLBACK)
    page = world.authorize(browser, world.web_app, response_type="x" * 200)
    assert_told(page, "invalid_request", redirect_uri=CALLBACK)
    assert rows_of_codes(world) == 0


@pytest.mark.rule("AZ-07")
def test_a_response_type_is_required(world: PeopleWorld) -> None:
    for value in (None, ""):
        page = world.authorize(world.browser(), world.web_app, response_type=value)
        assert_told(page, "invalid_request", redirect_uri=CALLBACK)


@pytest.mark.rule("AZ-08")
def test_other_response_modes_are_refused(world: PeopleWorld) -> None:
    browser = world.signed_in()
    for mode in OTHER_RESPONSE_MODES:
        page = world.authorize(browser, world.web_app, response_mode=mode)
        assert_told(page, "invalid_request", redirect_uri=CALLBACK)
        assert "#" not in page.location
    assert rows_of_codes(world) == 0


@pytest.mark.rule("AZ-08")
def test_the_default_is_the_query_and_form_post_is_a_form(world: PeopleWorld) -> None:
    browser = world.browser()
    for mode in (None, "query"):
        world.authorize(browser, world.web_app, response_mode=mode)
        page = world.finish(browser)
        assert urlsplit(page.location).fragment == ""
        assert set(page.answer) == {"code", "state", "iss"}
    page = world.authorize(browser, world.web_app, response_mode="form_post")
    assert (page.status, page.location) == (200, "")
    form = page.forms["answer"]
    assert (form.method, form.action) == ("post", CALLBACK)
    assert set(form.fields) == {"code", "state", "iss"}
    assert form.fields["state"] == "state-of-the-app"
    assert form.fields["iss"] == ISSUER
    assert form.buttons.keys() == {"continue"}
    page = world.authorize(world.browser(), world.web_app, response_mode="form_post", prompt="none")
    assert page.forms["answer"].fields["error"] == "login_required"
    assert world.redeem(world.web_app, form.fields["code"]).status == 200


@pytest.mark.rule("AZ-08")
def test_form_post_is_for_https_and_for_who_registered_it(world: PeopleWorld) -> None:
    browser = world.signed_in()
    local = "http://127.0.0.1:4000/callback"
    page = world.authorize(browser, world.native, response_mode="form_post", redirect_uri=local)
    assert_told(page, "invalid_request", redirect_uri=local)
    update = ClientUpdate(profile=ProfileChanges(response_modes=("query",)))
    world.container.clients.update("web-app", update, world.container.operator)
    page = world.authorize(browser, world.web_app, response_mode="form_post")
    assert_told(page, "invalid_request", redirect_uri=CALLBACK)


@pytest.mark.rule("AZ-09")
@pytest.mark.parametrize("way", ["query", "body", "both"])
def test_no_recognised_parameter_may_come_twice(world: PeopleWorld, way: str) -> None:
    browser = world.browser()
    asked = world.asked(world.web_app)
    values = dict.fromkeys(LIMITS, "x") | asked
    for name in sorted(LIMITS.keys() - {"resource"}):
        once = [(key, value) for key, value in asked.items() if key != name]
        twice = [*once, (name, values[name]), (name, values[name])]
        if way == "query":
            page = asked_for(world, browser, urlencode(twice))
        elif way == "body":
            page = browser.post(AUTHORIZE, twice, cross_site=True)
        else:
            target = f"{AUTHORIZE}?{urlencode({name: values[name]})}"
            page = browser.post(target, twice[:-1], cross_site=True)
        if name in {"client_id", "redirect_uri"}:
            assert_local(page)
        else:
            state = None if name == "state" else asked["state"]
            assert_told(page, "invalid_request", redirect_uri=CALLBACK, state=state)


@pytest.mark.rule("AZ-09")
def test_an_empty_parameter_is_an_absent_one(world: PeopleWorld) -> None:
    browser = world.browser()
    optional = LIMITS.keys() - world.asked(world.web_app).keys()
    page = world.authorize(browser, world.web_app, **dict.fromkeys(optional, ""))
    answer = world.finish(browser).answer
    assert answer["state"] == "state-of-the-app"
    page = world.authorize(browser, world.web_app, state="")
    assert set(page.answer) == {"code", "iss"}
    for name in ("response_type", "code_challenge", "code_challenge_method"):
        page = world.authorize(browser, world.web_app, **{name: ""})
        assert_told(page, "invalid_request", redirect_uri=CALLBACK)


@pytest.mark.rule("AZ-09")
def test_unknown_parameters_are_ignored(world: PeopleWorld) -> None:
    browser = world.browser()
    unknown = [(f"extra-{number}", "v") for number in range(50)] + [("extra-1", "w")]
    query = urlencode([*world.asked(world.web_app).items(), *unknown])
    asked_for(world, browser, query)
    assert set(world.finish(browser).answer) == {"code", "state", "iss"}


@pytest.mark.rule("AZ-10")
def test_state_comes_back_exactly_and_nowhere_else(world: PeopleWorld) -> None:
    browser = world.signed_in()
    for state in HOSTILE_STATES:
        consent = world.authorize(browser, world.web_app, state=state, prompt="consent")
        assert consent.path == "/consent"
        assert len(state) < 3 or state not in consent.text
        for page in (
            browser.click("allow"),
            world.authorize(browser, world.web_app, state=state),
            world.authorize(world.browser(), world.web_app, state=state, prompt="none"),
            world.authorize(browser, world.web_app, state=state, scope="nonsense"),
        ):
            assert page.answer["state"] == state
            assert "x-evil" not in page.headers
            assert page.location.isprintable()
            assert page.location.isascii()
    refused = world.authorize(
        browser, world.web_app, redirect_uri="https://evil.test", state="<b>x"
    )
    assert "<b>x" not in refused.text


@pytest.mark.rule("AZ-10")
def test_state_stands_in_a_form_as_a_value_only(world: PeopleWorld) -> None:
    browser = world.signed_in()
    world.authorize(browser, world.web_app)
    browser.click("allow")
    for state in HOSTILE_STATES:
        page = world.authorize(browser, world.web_app, state=state, response_mode="form_post")
        if page.forms["answer"].fields.get("error"):
            assert any(not each.isprintable() for each in state)
        assert page.forms["answer"].fields["state"] == state
        assert "<img" not in page.text.replace('<img src="/assets/icon.svg"', "")
        assert page.text.count("<script>") == 1


@pytest.mark.rule("AZ-10")
def test_a_state_over_the_limit_is_refused(world: PeopleWorld) -> None:
    page = world.authorize(world.signed_in(), world.web_app, state="x" * 2049)
    assert_told(page, "invalid_request", redirect_uri=CALLBACK, state=None)


@pytest.mark.rule("AZ-11")
def test_every_answer_says_once_who_gives_it(world: PeopleWorld) -> None:
    metadata = world.lane.get("/.well-known/openid-configuration").json
    assert metadata["authorization_response_iss_parameter_supported"] is True
    browser = world.browser()
    pages = [world.authorize(browser, world.web_app, prompt="none")]
    pages.append(world.authorize(browser, world.web_app, scope="openid nonsense"))
    world.signed_in(browser=browser)
    world.authorize(browser, world.web_app)
    pages.append(browser.click("deny"))
    world.authorize(browser, world.web_app)
    pages.append(browser.click("allow"))
    said = [parse_qsl(urlsplit(page.location).query) for page in pages]
    assert [[value for name, value in each if name == "iss"] for each in said] == [
        [metadata["issuer"]]
    ] * 4
    errors = [dict(each).get("error") for each in said]
    assert errors == ["login_required", "invalid_scope", "access_denied", None]
