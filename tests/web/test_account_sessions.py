"""People see how, when and from where each of their sessions is used, and how they can sign in."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from authserver.domain.sessions import Session
from authserver.web.sign_in_words import methods_of

if TYPE_CHECKING:
    from tests.people.world import PeopleWorld

FIREFOX: Final = "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0"


def test_a_session_says_how_it_began_and_where_it_was_used_last(world: PeopleWorld) -> None:
    browser = world.signed_in()
    page = browser.get("/account/sessions")
    assert page.texts["how-1"] == "Password"
    assert "198.51.100.7" in page.texts["used-1"]
    world.clock.advance(120)
    browser.peer = "203.0.113.80"
    page = browser.get("/account/sessions")
    assert "203.0.113.80" in page.texts["used-1"]
    assert browser.get("/account").texts["how"] == "Password"


def test_methods_that_a_provider_names_are_shown_in_words() -> None:
    session = Session(
        *("s", "user:1", b"", "p", 0.0, "urn:x"),
        ("pwd", "mfa", "hwk", "odd"),
        0.0,
        0.0,
        1,
        1,
        "",
        "",
    )
    assert methods_of(session) == "second factor, hardware key"


def test_the_sign_in_methods_begin_with_the_password(world: PeopleWorld) -> None:
    browser = world.signed_in()
    page = browser.get("/account/identities")
    assert "Password" in page.texts["own-password"]
    assert "to-password" in page.texts
    assert "none" in page.texts
    assert browser.get("/account/password").status == 200


def test_the_console_says_how_users_signed_in(world: PeopleWorld) -> None:
    world.signed_in()
    owner = world.signed_in(world.user("olive", is_administrator=True))
    assert "Password" in owner.get("/admin/sessions").texts["sessions"]
    assert "Password" in owner.get(f"/admin/users/{world.ada.subject}").text


def test_browsers_are_called_by_names_that_people_know(world: PeopleWorld) -> None:
    browser = world.signed_in(browser=world.browser(user_agent=FIREFOX))
    own = browser.get("/account/sessions")
    assert own.texts["session-1"].startswith("Firefox on Linux")
    owner = world.signed_in(
        world.user("olive", is_administrator=True), world.browser(user_agent="=nobody")
    )
    listed = owner.get("/admin/sessions")
    assert "Firefox on Linux" in listed.texts["sessions"]
    assert "Unknown browser" in listed.texts["sessions"]
    assert "Gecko" not in listed.texts["sessions"]
    of_user = owner.get(f"/admin/users/{world.ada.subject}")
    assert "Firefox on Linux" in of_user.texts["sessions"]
    assert "Gecko" not in of_user.texts["sessions"]
    for page in (own, listed, of_user):
        assert f'title="{FIREFOX}"' in page.text, page.url


def test_the_file_of_sessions_has_what_each_browser_said(world: PeopleWorld) -> None:
    world.signed_in(browser=world.browser(user_agent=FIREFOX))
    owner = world.signed_in(
        world.user("olive", is_administrator=True), world.browser(user_agent="=nobody")
    )
    rows = list(csv.DictReader(io.StringIO(owner.get("/admin/sessions?format=csv").text)))
    assert {each["browser"] for each in rows} == {FIREFOX, "'=nobody"}
