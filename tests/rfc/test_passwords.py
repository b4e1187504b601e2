"""Passwords that people choose (ASVS 6.2, NIST SP 800-63B)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from authserver.services.users import UserDraft

if TYPE_CHECKING:
    from tests.people.browser import Browser
    from tests.people.pages import Page
    from tests.people.world import PeopleWorld

NEW: Final = "nine blue whales sing along"


def changed(browser: Browser, current: str, new: str, repeat: str | None = None) -> Page:
    browser.get("/account/password")
    return browser.click(
        "change-password", current=current, new=new, repeat=new if repeat is None else repeat
    )


def can_sign_in(world: PeopleWorld, password: str, number: int) -> bool:
    browser = world.browser(peer=f"192.0.2.{number}")
    browser.get("/login")
    page = browser.click("sign-in", username="ada", password=password)
    assert page.status in {200, 403}, page.text
    return page.path == "/account"


@pytest.mark.rule("SE-04")
def test_every_character_of_a_password_counts(world: PeopleWorld) -> None:
    browser, current = world.signed_in(), world.ada.password
    base = "kf3w nine blue whales: "
    texts = [
        (base * 4)[:71] + "Q",
        (base * 4)[:72] + "Q",
        (base * 9)[:199] + "Q",
        base + "ä" * 30 + "é",
        base + "漢字" * 20 + "字",
        base + "\0 and after it",
        base + "😀" * 16,
        "x" + base * 170,
    ]
    for number, text in enumerate(texts):
        page = changed(browser, current, text)
        assert "done" in page.texts, (number, page.texts)
        current = text
        assert can_sign_in(world, text, 2 * number)
        assert not can_sign_in(world, text[:-1] + "X", 2 * number + 1)
    assert not can_sign_in(world, texts[5].partition("\0")[0], 100)
    assert not can_sign_in(world, texts[-1][:72], 101)


@pytest.mark.rule("SE-04")
@pytest.mark.parametrize("length", [15, 64, 128, 1000])
def test_long_ones_and_any_characters_are_taken(world: PeopleWorld, length: int) -> None:
    text = ("only lower case words here and nothing else at all " * 20)[:length]
    assert "done" in changed(world.signed_in(), world.ada.password, text).texts
    assert can_sign_in(world, text, 1)


@pytest.mark.rule("SE-04")
def test_what_is_short_or_obvious_is_refused_and_the_reason_named(world: PeopleWorld) -> None:
    browser = world.signed_in()
    for new, reason in (
        ("fourteen chars", "at least 15 characters"),
        ("", "at least 15 characters"),
        ("ä" * 14, "at least 15 characters"),
        ("passwordpassword1", "easy to guess"),
        ("ada ada ada ada ada", "easy to guess"),
        ("Ada.Lovelace.1815", "easy to guess"),
        ("auth.example.test", "easy to guess"),
        ("123456789012345", "easy to guess"),
        ("aaaaaaaaaaaaaaaaaa", "easy to guess"),
        ("\0" * 20, "easy to guess"),
        ("x y z " * 1000, "at most"),
        (world.ada.password, "have now"),
    ):
        page = changed(browser, world.ada.password, new)
        assert page.status == 400, new
        assert reason in page.texts["new-password-error"]
        assert page.title.startswith("Error: ")
    assert can_sign_in(world, world.ada.password, 1)


def test_the_two_have_to_be_the_same(world: PeopleWorld) -> None:
    page = changed(world.signed_in(), world.ada.password, NEW, NEW + "!")
    assert page.status == 400
    assert "repeat-password-error" in page.texts
    assert can_sign_in(world, world.ada.password, 1)


def test_the_current_one_is_asked_for_and_cannot_be_guessed(world: PeopleWorld) -> None:
    browser = world.signed_in()
    for _ in range(10):
        page = changed(browser, "wrong", NEW)
        assert page.status == 403
        assert "current-password-error" in page.texts
    page = changed(browser, world.ada.password, NEW)
    assert page.status == 429
    assert int(page.headers["retry-after"]) > 0


def test_no_password_stands_in_a_page(world: PeopleWorld) -> None:
    browser = world.signed_in()
    for new in (NEW, "short-secret"):
        page = changed(browser, "wrong-secret", new)
        assert new not in page.text
        assert "wrong-secret" not in page.text


def test_with_a_one_time_password_nothing_works_until_another_is_chosen(
    world: PeopleWorld,
) -> None:
    made = world.container.users.create(UserDraft("bob"), world.container.operator)
    password = made.one_time_password
    browser = world.browser()
    browser.get("/login")
    page = browser.click("sign-in", username="bob", password=password)
    assert page.path == "/account/password"
    assert page.texts["title"] == "Choose your password"
    for path in ("/account", "/account/authorizations", "/account/sessions"):
        assert browser.get(path).path == "/account/password", path
    page = world.authorize(browser, world.web_app, scope="openid")
    assert page.path == "/account/password"
    page = browser.click("change-password", current=password, new=NEW, repeat=NEW)
    page = world.finish(browser)
    assert page.location.startswith(world.web_app.redirect_uri + "?code=")
    assert browser.get("/account", follow=False).status == 200
    page = world.browser().get("/login")


def test_with_prompt_none_a_one_time_password_is_no_sign_in(world: PeopleWorld) -> None:
    world.container.users.create(UserDraft("bob"), world.container.operator)
    password = world.container.users.reset_password("bob", world.container.operator)
    browser = world.browser()
    browser.get("/login")
    browser.click("sign-in", username="bob", password=password)
    page = world.authorize(browser, world.web_app, prompt="none")
    assert page.answer["error"] == "interaction_required"


def test_after_the_choice_the_person_goes_on_to_where_she_wanted(world: PeopleWorld) -> None:
    made = world.container.users.create(UserDraft("bob"), world.container.operator)
    browser = world.browser()
    browser.get("/account/sessions")
    browser.click("sign-in", username="bob", password=made.one_time_password)
    page = browser.click("change-password", current=made.one_time_password, new=NEW, repeat=NEW)
    assert page.path == "/account/sessions"
