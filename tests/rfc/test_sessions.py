"""Sessions at browsers: their cookies, their ends, on every worker at once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pytest

from authserver.services.client_profiles import ProfileChanges
from tests.people.browser import Browser

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.people.world import PeopleWorld

HOUR: Final = 3600
NAMES: Final = (
    "__Host-authserver-session",
    "__Host-authserver-browser",
    "__Host-authserver-known",
)


def is_signed_in(browser: Browser) -> bool:
    """Whether the account page is shown, on every worker alike."""
    return browser.get("/account", follow=False).status == 200


def elsewhere(world: PeopleWorld, browser: Browser, workers: int = 2) -> list[Browser]:
    """The same browser at other workers."""
    others = []
    for _ in range(workers):
        worker = world.installation.start_worker()
        other = Browser(worker.application.wsgi_app, browser.origin)
        other.jar = browser.jar
        others.append(other)
    return others


@pytest.mark.rule("SE-01")
def test_every_cookie_is_for_this_host_and_out_of_reach_of_scripts(world: PeopleWorld) -> None:
    browser = world.browser()
    first = browser.get("/login")
    page = browser.click("sign-in", username="ada", password=world.ada.password, follow=False)
    cookies = [*first.set_cookies, *page.set_cookies]
    assert {cookie.partition("=")[0] for cookie in cookies} == set(NAMES)
    for cookie in cookies:
        attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"secure", "httponly", "samesite=lax", "path=/"} <= attributes
        assert not any(part.startswith("domain") for part in attributes)


@pytest.mark.rule("SE-01")
def test_a_session_cookie_is_random_and_says_nothing(world: PeopleWorld) -> None:
    values = {world.signed_in().jar.value("-session") for _ in range(20)}
    assert len(values) == 20
    for value in values:
        assert re.fullmatch(r"asv_se_[A-Za-z0-9_-]{43}[0-9A-Za-z]{6}", value)


@pytest.mark.rule("SE-01")
def test_a_session_cookie_is_new_after_each_sign_in(world: PeopleWorld) -> None:
    browser = world.signed_in()
    before = browser.jar.value("-session")
    world.clock.advance(1)
    world.authorize(browser, world.web_app, prompt="login")
    world.sign_in(browser)
    after = browser.jar.value("-session")
    assert after != before
    browser.jar.take(f"{NAMES[0]}={before}; Path=/; Secure; HttpOnly; SameSite=Lax")
    assert not is_signed_in(browser)


@pytest.mark.rule("SE-01")
def test_a_cookie_that_was_chosen_by_somebody_else_is_not_adopted(world: PeopleWorld) -> None:
    browser = world.browser()
    chosen = "asv_se_" + "A" * 43 + "000000"
    browser.jar.take(f"{NAMES[0]}={chosen}; Path=/; Secure; HttpOnly; SameSite=Lax")
    assert world.signed_in(browser=browser).jar.value("-session") != chosen


@pytest.mark.rule("SE-02")
def test_an_idle_session_ends_after_an_hour(world: PeopleWorld) -> None:
    browser = world.signed_in()
    world.clock.advance(HOUR - 1)
    assert is_signed_in(browser)
    world.clock.advance(HOUR + 1)
    assert not is_signed_in(browser)


@pytest.mark.rule("SE-02")
def test_a_busy_session_ends_after_a_day(world: PeopleWorld) -> None:
    browser = world.signed_in()
    for _ in range(47):
        world.clock.advance(HOUR // 2)
        assert is_signed_in(browser)
    world.clock.advance(HOUR // 2)
    assert not is_signed_in(browser)


@pytest.mark.rule("SE-03")
@pytest.mark.parametrize("deed", ["disable", "delete", "reset", "end", "password"])
def test_what_ends_a_session_ends_it_on_every_worker(world: PeopleWorld, deed: str) -> None:
    browser = world.signed_in()
    users, act = world.container.users, world.container.operator
    (session,) = world.container.sessions.list(world.ada.subject)
    others = elsewhere(world, browser)
    assert all(is_signed_in(other) for other in others)

    def change_password() -> None:
        other = world.signed_in()
        other.get("/account/password")
        new = "nine blue whales sing along"
        page = other.click("change-password", current=world.ada.password, new=new, repeat=new)
        assert "done" in page.texts

    deeds: dict[str, Callable[[], object]] = {
        "disable": lambda: users.disable("ada", act),
        "delete": lambda: users.delete("ada", act),
        "reset": lambda: users.reset_password("ada", act),
        "end": lambda: world.container.sessions.end(session.session_id, act),
        "password": change_password,
    }
    deeds[deed]()
    assert not any(is_signed_in(other) for other in (browser, *others))


@pytest.mark.rule("SE-03")
def test_changing_the_password_leaves_other_sessions_when_the_user_says_so(
    world: PeopleWorld,
) -> None:
    browser, other = world.signed_in(), world.signed_in()
    browser.get("/account/password")
    new = "nine blue whales sing along"
    browser.click(
        "change-password",
        current=world.ada.password,
        new=new,
        repeat=new,
        end_others=None,
    )
    assert is_signed_in(browser)
    assert is_signed_in(other)


@pytest.mark.rule("LO-04")
def test_after_signing_out_the_old_cookie_is_dead_on_every_worker(world: PeopleWorld) -> None:
    browser = world.signed_in()
    cookie = browser.jar.value("-session")
    others = elsewhere(world, browser)
    browser.click("sign-out-button")
    assert browser.jar.value("-session") == ""
    for each in (browser, *others):
        each.jar.take(f"{NAMES[0]}={cookie}; Path=/; Secure; HttpOnly; SameSite=Lax")
        page = each.get("/account")
        assert page.path == "/login"
        assert "sign-in" in page.texts


@pytest.mark.rule("LO-04")
def test_signing_out_ends_refresh_tokens_of_the_session_and_no_others(world: PeopleWorld) -> None:
    bound_app = world.app(
        "bound-app", "https://bound.example.test/cb", profile=ProfileChanges(session_refresh=True)
    )
    browser = world.browser()
    bound = world.tokens(bound_app, browser, scope="openid READ")
    free = world.tokens(world.web_app, browser, scope="openid offline_access READ")
    browser.get("/account")
    browser.click("sign-out-button")
    refused = world.refresh(bound_app, bound["refresh_token"])
    assert refused.error == (400, "invalid_grant")
    assert world.refresh(world.web_app, free["refresh_token"]).status == 200
    world.installation.poll()
    assert not world.lane.is_active(world.jira, bound["access_token"])
    assert world.lane.is_active(world.jira, free["access_token"])


@pytest.mark.rule("LO-07")
def test_the_cookie_is_removed_with_the_attributes_it_was_set_with(world: PeopleWorld) -> None:
    browser = world.browser()
    browser.get("/login?next=/account")
    page = browser.click("sign-in", username="ada", password=world.ada.password, follow=False)
    put = next(each for each in page.set_cookies if each.startswith(NAMES[0]))
    browser.get("/account")
    page = browser.click("sign-out-button", follow=False)
    removed = next(each for each in page.set_cookies if each.startswith(NAMES[0]))

    def attributes(cookie: str) -> set[str]:
        return {part.strip() for part in cookie.split(";")[1:]}

    assert removed.startswith(f"{NAMES[0]}=;")
    assert attributes(removed) - attributes(put) == {
        part for part in attributes(removed) if part.startswith(("Expires=", "Max-Age=0"))
    }
    assert attributes(put) <= attributes(removed)
