"""The code flow in a real browser: allowed, denied, again, late, twice, in two tabs, plain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.served import CALLBACK, ISSUER, ServedPeople
from tests.browser.steps import (
    grants_of,
    let_requests_expire,
    reached_app,
    redeem,
    request_url,
    sign_in,
)

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

    from tests.browser.conftest import MakeContext
    from tests.people.cast import App, Person


@pytest.fixture
def ada(served: ServedPeople) -> Person:
    """Somebody whom no other test knows."""
    return served.newcomer()


@pytest.fixture
def app(served: ServedPeople) -> App:
    return served.web_app


def test_a_user_lets_an_app_act(page: Page, served: ServedPeople, app: App, ada: Person) -> None:
    page.goto(request_url(app, scope="openid READ WRITE offline_access", prompt="consent"))
    sign_in(page, ada)
    expect(page.locator("#client")).to_have_text("Web app")
    expect(page.locator("h1")).to_contain_text("jira-main")
    page.locator("#allow").click()
    answer = reached_app(page)

    assert set(answer) == {"code", "state", "iss"}
    assert (answer["state"], answer["iss"]) == ("state of the app", ISSUER)
    tokens = redeem(served, app, answer["code"])
    assert {"access_token", "refresh_token", "id_token"} <= set(tokens)


def test_what_was_allowed_is_not_asked_again(page: Page, app: App, ada: Person) -> None:
    page.goto(request_url(app))
    sign_in(page, ada)
    page.locator("#allow").click()
    first = reached_app(page)
    page.goto(request_url(app, state="again"))
    second = reached_app(page)
    assert second["state"] == "again"
    assert second["code"] != first["code"]


def test_a_denial_reaches_the_app(page: Page, served: ServedPeople, app: App, ada: Person) -> None:
    page.goto(request_url(app))
    sign_in(page, ada)
    page.locator("#deny").click()
    answer = reached_app(page)
    assert (answer["error"], answer["state"]) == ("access_denied", "state of the app")
    assert "code" not in answer
    assert grants_of(served, ada, app) == 0


def test_a_wrong_password_says_no_more_than_that(page: Page, app: App, ada: Person) -> None:
    page.goto(request_url(app))
    texts = []
    for username in (ada.username, "nobody"):
        page.locator("#username").fill(username)
        page.locator("#password").fill("wrong wrong wrong")
        page.locator("#sign-in").click()
        expect(page.locator("#password-error")).to_be_visible()
        texts.append(page.locator("#password-error").inner_text())
        expect(page.locator("#password")).to_have_value("")
    assert texts[0] == texts[1]
    sign_in(page, ada)
    expect(page.locator("#allow")).to_be_visible()


def test_a_request_that_took_too_long_begins_again_at_the_app(
    page: Page, served: ServedPeople, app: App, ada: Person
) -> None:
    page.goto(request_url(app))
    expect(page.locator("#sign-in")).to_be_visible()
    let_requests_expire(served)
    sign_in(page, ada)
    expect(page.locator("h1")).to_have_text("This request is too old")
    assert page.url.startswith(ISSUER)


def test_going_back_after_the_answer_gives_no_second_code(
    page: Page, served: ServedPeople, app: App, ada: Person
) -> None:
    page.goto(request_url(app))
    sign_in(page, ada)
    page.locator("#allow").click()
    first = reached_app(page)
    page.go_back()
    if page.locator("#allow").is_visible():
        page.locator("#allow").click()
    if page.url.startswith(CALLBACK):
        assert reached_app(page)["code"] == first["code"]
    else:
        expect(page.locator("h1")).to_be_visible()
    assert grants_of(served, ada, app) == 1


def test_a_double_click_is_one_click(
    page: Page, served: ServedPeople, app: App, ada: Person
) -> None:
    page.goto(request_url(app))
    page.locator("#username").fill(ada.username)
    page.locator("#password").fill(ada.password)
    page.locator("#sign-in").dblclick()
    expect(page.locator("#allow")).to_be_visible()
    page.locator("#allow").dblclick()
    answer = reached_app(page)
    assert redeem(served, app, answer["code"])["access_token"]
    assert grants_of(served, ada, app) == 1


def test_two_tabs_with_one_request_get_one_code(
    context: BrowserContext, served: ServedPeople, app: App, ada: Person
) -> None:
    first, second = context.new_page(), context.new_page()
    first.goto(request_url(app))
    second.goto(first.url)
    sign_in(first, ada)
    first.locator("#allow").click()
    answer = reached_app(first)
    sign_in(second, ada)
    expect(second.locator("h1")).to_be_visible()
    if second.url.startswith(CALLBACK):
        assert reached_app(second)["code"] == answer["code"]
    assert grants_of(served, ada, app) == 1


def test_two_tabs_with_two_requests_get_an_answer_each(
    context: BrowserContext, app: App, ada: Person
) -> None:
    first, second = context.new_page(), context.new_page()
    first.goto(request_url(app, state="one"))
    second.goto(request_url(app, state="two"))
    sign_in(first, ada)
    sign_in(second, ada)
    second.locator("#allow").click()
    assert reached_app(second)["state"] == "two"
    first.locator("#allow").click()
    assert reached_app(first)["state"] == "one"


@pytest.mark.rule("AZ-17")
def test_a_form_with_the_token_of_another_browser_does_nothing(
    make_context: MakeContext, served: ServedPeople, app: App, ada: Person
) -> None:
    pages = [make_context().new_page() for _ in range(2)]
    for page in pages:
        page.goto(request_url(app))
        sign_in(page, ada)
        expect(page.locator("#allow")).to_be_visible()
    mine, foreign = pages
    token = foreign.locator("form:has(#allow) input[name=csrf]").get_attribute("value")
    field = mine.locator("form:has(#allow) input[name=csrf]")
    field.evaluate("(field, token) => { field.value = token; }", token)
    mine.locator("#allow").click()
    expect(mine.locator("#error")).to_contain_text("Nothing was done")
    expect(mine.locator("#advice")).to_be_visible()
    assert grants_of(served, ada, app) == 0


@pytest.mark.parametrize("mode", ["query", "form_post"])
def test_everything_works_without_scripts(
    make_context: MakeContext, served: ServedPeople, app: App, ada: Person, mode: str
) -> None:
    page = make_context(java_script_enabled=False).new_page()
    page.goto(request_url(app, response_mode=mode))
    sign_in(page, ada)
    page.locator("#allow").click()
    if mode == "form_post":
        page.locator("#continue").click()
        page.wait_for_url(CALLBACK)
    else:
        assert redeem(served, app, reached_app(page)["code"])["access_token"]
    expect(page.locator("h1")).to_have_text("The app")


def test_an_answer_by_form_sends_itself(page: Page, app: App, ada: Person) -> None:
    page.goto(request_url(app, response_mode="form_post"))
    sign_in(page, ada)
    with page.expect_request(CALLBACK) as sent:
        page.locator("#allow").click()
    assert sent.value.method == "POST"
    assert "code=asv_ac_" in (sent.value.post_data or "")
    expect(page.locator("h1")).to_have_text("The app")


def test_the_keyboard_is_enough(page: Page, app: App, ada: Person) -> None:
    page.goto(request_url(app))
    expect(page.locator("#username")).to_be_focused()
    page.keyboard.type(ada.username)
    page.keyboard.press("Tab")
    page.keyboard.type(ada.password)
    page.keyboard.press("Enter")
    expect(page.locator("#allow")).to_be_visible()
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "allow":
            break
    expect(page.locator("#allow")).to_be_focused()
    page.keyboard.press("Enter")
    assert "code" in reached_app(page)
