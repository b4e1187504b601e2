"""People see how, when and from where each of their sessions is used, and how they can sign in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.sessions import Session
from authserver.web.sign_in_words import methods_of

if TYPE_CHECKING:
    from tests.people.world import PeopleWorld


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
