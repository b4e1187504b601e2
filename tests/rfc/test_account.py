"""What users see of themselves, and take back themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from authserver.services.user_rules import PersonalUpdate
from authserver.services.users import UserDraft, UserUpdate

if TYPE_CHECKING:
    from tests.people.browser import Browser
    from tests.people.pages import Page
    from tests.people.world import PeopleWorld

FIREFOX: Final = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PATHS: Final = ("/account", "/account/authorizations", "/account/sessions", "/account/password")


def buttons(page: Page) -> set[str]:
    return {button for form in page.forms.values() for button in form.buttons}


def is_alive(browser: Browser) -> bool:
    return browser.get("/account", follow=False).status == 200


@pytest.mark.parametrize("path", PATHS)
def test_nobody_sees_an_account_page_without_signing_in(world: PeopleWorld, path: str) -> None:
    browser = world.browser()
    page = browser.get(path)
    assert page.path == "/login"
    page = browser.click("sign-in", username="ada", password=world.ada.password)
    assert page.path == path


@pytest.mark.rule("RV-06")
def test_a_user_takes_an_authorization_back(world: PeopleWorld) -> None:
    browser = world.browser()
    tokens = world.tokens(world.web_app, browser, scope="openid READ offline_access")
    page = browser.get("/account/authorizations")
    assert "Web app" in page.texts["app-1"]
    assert "jira-main" in page.texts["content"]
    page = browser.click("revoke-1")
    assert "none" in page.texts
    assert "done" in page.texts
    refused = world.refresh(world.web_app, tokens["refresh_token"])
    assert refused.error == (400, "invalid_grant")
    world.installation.poll()
    assert not world.lane.is_active(world.jira, tokens["access_token"])
    page = world.authorize(browser, world.web_app, scope="openid READ offline_access")
    assert "allow" in buttons(page)


@pytest.mark.rule("RV-06", "F-06")
def test_taking_back_twice_is_taking_back_once(world: PeopleWorld) -> None:
    browser = world.browser()
    world.tokens(world.web_app, browser, scope="openid READ")
    browser.get("/account/authorizations")
    form = browser.page.form_with("revoke-1").fields
    for _ in range(2):
        page = browser.post("/account/authorizations", form, follow=False)
        assert page.status == 303
    assert len(world.installation.records("consent.revoked")) == 1


@pytest.mark.rule("RV-06")
def test_nobody_takes_back_what_another_user_allowed(world: PeopleWorld) -> None:
    browser = world.browser()
    tokens = world.tokens(world.web_app, browser, scope="openid READ")
    other = world.signed_in(world.user("bob"))
    other.get("/account/sessions")
    # A token for this form; bob's own list has no such form.
    world.authorize(other, world.spa, scope="openid")
    world.finish(other, world.user("carl"))
    other.get("/account/authorizations")
    form = other.page.form_with("revoke-1").fields
    form |= {"client_id": world.web_app.client_id, "audience": world.jira.identifier}
    assert other.post("/account/authorizations", form).status == 200
    world.installation.poll()
    assert world.lane.is_active(world.jira, tokens["access_token"])


@pytest.mark.rule("RV-06")
def test_a_user_ends_one_session(world: PeopleWorld) -> None:
    other = world.signed_in(browser=world.browser(user_agent=FIREFOX, peer="203.0.113.5"))
    world.clock.advance(1)
    browser = world.signed_in()
    page = browser.get("/account/sessions")
    assert "this browser" in page.texts["session-1"]
    assert "Firefox on Linux" in page.texts["session-2"]
    assert "203.0.113.5" in page.texts["content"]
    page = browser.click("end-2")
    assert "session-2" not in page.texts
    assert not is_alive(other)
    assert is_alive(browser)


@pytest.mark.rule("RV-06")
def test_a_user_ends_all_other_sessions(world: PeopleWorld) -> None:
    others = [world.signed_in() for _ in range(3)]
    browser = world.signed_in()
    browser.get("/account/sessions")
    page = browser.click("end-others")
    assert "end-others" not in buttons(page)
    assert not any(is_alive(other) for other in others)
    assert is_alive(browser)


@pytest.mark.rule("RV-06")
def test_a_user_ends_this_session(world: PeopleWorld) -> None:
    browser = world.signed_in()
    browser.get("/account/sessions")
    page = browser.click("end-current")
    assert page.path == "/signed-out"
    assert not is_alive(browser)


@pytest.mark.rule("RV-06")
def test_nobody_ends_the_session_of_another_user(world: PeopleWorld) -> None:
    browser = world.signed_in()
    (session,) = world.container.sessions.list(world.ada.subject)
    other = world.signed_in(world.user("bob"))
    other.get("/account/sessions")
    form = other.page.form_with("end-current").fields
    other.post("/account/sessions", {**form, "session": session.session_id})
    assert is_alive(browser)
    assert is_alive(other)


def test_a_page_that_was_left_open_too_long_says_so(world: PeopleWorld) -> None:
    browser = world.signed_in()
    browser.get("/account/sessions")
    form = browser.page.form_with("end-current").fields
    world.clock.advance(2 * 3600)
    page = browser.post("/account/sessions", form)
    assert page.status == 403
    assert "reload" in page.texts["advice"]


@pytest.mark.rule("OI-04")
def test_who_comes_after_a_deleted_user_is_somebody_else(world: PeopleWorld) -> None:
    container = world.container
    first = container.users.get("ada").user
    container.users.delete("ada", container.operator)
    personal = PersonalUpdate(email="ada@example.test")
    again = container.users.create(UserDraft("ada", personal=personal), container.operator)
    second = again.known.user
    assert second.subject != first.subject
    for subject in (first.subject, second.subject):
        assert subject.isascii()
        assert len(subject) <= 255
    browser = world.browser()
    browser.get("/login")
    page = browser.click("sign-in", username="ada", password=world.ada.password)
    assert page.status == 403


@pytest.mark.rule("OI-05")
def test_no_user_verifies_the_own_address(world: PeopleWorld) -> None:
    container = world.container
    update = UserUpdate(personal=PersonalUpdate(email="new@example.test"))
    container.users.update("ada", update, container.operator)
    browser = world.signed_in()
    assert "not verified" in browser.page.texts["content"]
    for path in PATHS:
        for method in ("POST", "PUT", "PATCH"):
            page = browser.ask(
                method, browser.origin + path, b"email_verified=true&email=x@example.test"
            )
            assert page.status in {403, 405}, (method, path)
    assert not container.users.get("ada").user.data.email_verified
    tokens = world.tokens(world.web_app, browser, scope="openid email")
    told = world.lane.get(
        "/oauth2/userinfo", headers={"Authorization": f"Bearer {tokens['access_token']}"}
    )
    assert told.json["email"] == "new@example.test"
    assert told.json["email_verified"] is False


def test_account_pages_are_nobody_elses_to_keep_or_frame(world: PeopleWorld) -> None:
    browser = world.signed_in()
    for path in PATHS:
        headers = browser.get(path).headers
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
