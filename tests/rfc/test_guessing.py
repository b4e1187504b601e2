"""Guesses at passwords, and forms that are sent many times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from tests.rfc.entering import at_once, stranger, tried, without_tokens

if TYPE_CHECKING:
    from tests.conftest import MakeWorld
    from tests.people.world import PeopleWorld

WINDOW: Final = 900


@pytest.mark.rule("SE-06")
def test_a_throttled_account_looks_like_a_throttled_name_that_nobody_has(
    make_world: MakeWorld,
) -> None:
    world = make_world(AUTHSERVER_SIGN_IN_FAILURES_PER_NETWORK="3")
    pages = []
    for number, name in enumerate(("ada", "nobody")):
        browser = stranger(world, number)
        for _ in range(4):
            page = tried(browser, name, "wrong")
        pages.append(page)
    assert without_tokens(pages[0]) == without_tokens(pages[1])
    assert pages[0].status == 429


@pytest.mark.rule("SE-05")
def test_guessing_is_throttled_by_account_and_network_whatever_the_spelling(
    world: PeopleWorld,
) -> None:
    spellings = ("ada", "ADA", "\uff41da", " ada ")
    browser = stranger(world)
    for number in range(10):
        assert tried(browser, spellings[number % len(spellings)], "wrong").status == 403
    for name in spellings:
        page = tried(browser, name, world.ada.password)
        assert page.status == 429
        assert 0 < int(page.headers["retry-after"]) <= WINDOW
        assert "too many" in page.texts["password-error"]
    assert tried(stranger(world, 1), "ada", world.ada.password).path == "/account"
    # By another name it is blocked as well, and does not tell that both are one.
    assert tried(browser, "Ada@Example.Test", world.ada.password).status == 403
    assert tried(browser, "nobody@example.test", world.ada.password).status == 403
    world.clock.advance(WINDOW)
    assert tried(browser, "ada", world.ada.password).path == "/account"


@pytest.mark.rule("SE-05")
def test_the_owner_is_not_locked_out_by_guesses_from_everywhere(world: PeopleWorld) -> None:
    browser = world.signed_in()
    browser.click("sign-out-button")
    for number in range(100):
        assert tried(stranger(world, number), "ada", "wrong").status == 403
    assert tried(stranger(world, 200), "ada", world.ada.password).status == 429
    assert tried(browser, "ada", world.ada.password).path == "/account"


@pytest.mark.rule("SE-05")
def test_a_forged_address_changes_nothing(world: PeopleWorld) -> None:
    browser = stranger(world)
    for number in range(11):
        browser.get("/login")
        form = {**browser.page.forms["login"].fields, "username": "ada", "password": "wrong"}
        page = browser.post("/login", form, headers={"X-Forwarded-For": f"192.0.2.{number}"})
    assert page.status == 429


@pytest.mark.rule("SE-05")
def test_a_burst_of_guesses_is_counted_like_a_row_of_them(world: PeopleWorld) -> None:
    pages = at_once(world, 24, "wrong", stranger(world))
    assert [page.status for page in pages].count(403) == 10
    assert {page.status for page in pages} == {403, 429}


@pytest.mark.rule("F-06")
def test_one_form_sent_many_times_begins_one_session(world: PeopleWorld) -> None:
    pages = at_once(world, 10, world.ada.password, stranger(world))
    assert {page.status for page in pages} == {303}
    sessions = {
        cookie.partition(";")[0]
        for page in pages
        for cookie in page.set_cookies
        if "-session=" in cookie
    }
    assert len(sessions) == 1
    assert len(world.container.sessions.list(world.ada.subject)) == 1
    assert len(world.installation.records("session.started")) == 1
