"""The sign-in page: names, forms from elsewhere, and where it leads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from authserver.domain.users import UserStatus
from tests.rfc.entering import stranger, tried, without_tokens

if TYPE_CHECKING:
    from tests.people.pages import Page
    from tests.people.world import PeopleWorld

XSS: Final = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{7*7}}",
    "%(client)s %s %n",
    "${7*7}",
    "'--",
    "\u202e\u2028</title>",
)


@pytest.mark.rule("AZ-13")
def test_after_the_password_the_browser_goes_on_by_a_get(world: PeopleWorld) -> None:
    browser = world.browser()
    browser.get("/login?next=/account/sessions")
    page = browser.click("sign-in", username="ada", password=world.ada.password, follow=False)
    assert (page.status, page.location) == (303, "/account/sessions")
    other = world.browser()
    world.authorize(other, world.web_app)
    page = other.click("sign-in", username="ada", password=world.ada.password, follow=False)
    assert page.status == 303
    assert page.location.startswith("/oauth2/authorize/continue?request=")


@pytest.mark.rule("SE-06")
def test_unknown_wrong_and_disabled_look_alike(world: PeopleWorld) -> None:
    gone = world.user("gone", status=UserStatus.DISABLED)
    pages = [
        tried(stranger(world, number), name, password)
        for number, (name, password) in enumerate(
            (
                ("nobody", "correct horse battery staple"),
                ("nobody@example.test", "correct horse battery staple"),
                ("ada", "wrong"),
                ("ada@example.test", "wrong"),
                (gone.username, gone.password),
                (gone.username, "wrong"),
                ("", ""),
                ("ada", ""),
            )
        )
    ]
    assert {page.status for page in pages} == {403}
    first = without_tokens(pages[0])
    for page in pages[1:6]:
        assert without_tokens(page) == first
    assert {page.texts["password-error"] for page in pages} == {"User name or password is wrong."}


@pytest.mark.rule("SE-07")
def test_no_form_is_taken_from_elsewhere_or_without_its_token(world: PeopleWorld) -> None:
    browser, other = world.signed_in(), world.signed_in()
    forms: list[tuple[str, dict[str, str]]] = []
    for path in ("/account", "/account/sessions", "/account/password", "/oauth2/logout"):
        page = browser.get(path)
        forms += [(form.action, form.fields) for form in page.forms.values()]
        foreign = {form.action: form.fields["csrf"] for form in other.get(path).forms.values()}
        for form in page.forms.values():
            for fields in (
                {**form.fields, "csrf": foreign[form.action]},
                {**form.fields, "csrf": ""},
                {name: value for name, value in form.fields.items() if name != "csrf"},
            ):
                assert browser.post(form.action, fields).status == 403, form.action
            assert browser.post(form.action, form.fields, cross_site=True).status == 403
            plain = browser.post(form.action, form.fields, headers={"Content-Type": "text/plain"})
            assert plain.status == 403
    assert {action for action, _ in forms} == {"/logout", "/account/sessions", "/account/password"}
    assert browser.get("/account", follow=False).status == 200
    assert len(world.container.sessions.list(world.ada.subject)) == 2


@pytest.mark.rule("SE-07")
def test_nobody_can_be_signed_in_as_somebody_else_by_another_site(world: PeopleWorld) -> None:
    mallory = world.user("mallory")
    own = world.browser()
    own.get("/login")
    fields = {
        **own.page.forms["login"].fields,
        "username": mallory.username,
        "password": mallory.password,
    }
    victim = world.browser()
    victim.get("/login")
    assert victim.post("/login", fields, cross_site=True).status == 403
    assert victim.post("/login", fields).status == 403
    assert not world.container.sessions.list(mallory.subject)


@pytest.mark.rule("SE-08")
@pytest.mark.parametrize("parameter", ["next", "request"])
def test_after_signing_in_nobody_is_sent_elsewhere(world: PeopleWorld, parameter: str) -> None:
    for number, target in enumerate(
        (
            "https://evil.test",
            "//evil.test",
            "/\\evil.test",
            "\\\\evil.test",
            "\t//evil.test",
            "%09//evil.test",
            "/account\r\nX-Evil: 1",
            "/account%0d%0aX-Evil:1",
            "javascript:alert(1)",
            "data:text/html,x",
            "/account/../logout",
            "/account?x=https://evil.test",
            "/oauth2/authorize?client_id=x",
            "/device?user_code=<script>",
            "https://auth.example.test@evil.test/account",
            "@evil.test",
            "..//evil.test",
            "A" * 22 + "&next=//evil.test",
        )
    ):
        browser = stranger(world, number)
        page = browser.ask("GET", f"{browser.origin}/login")
        for cookie in page.set_cookies:
            browser.jar.take(cookie)
        form = {**page.forms["login"].fields, parameter: target}
        form |= {"username": "ada", "password": world.ada.password}
        page = browser.post("/login", form, follow=False)
        assert (page.status, page.location) == (303, "/account"), target
        assert "evil" not in repr(page.headers)


def test_pages_of_ours_are_gone_back_to(world: PeopleWorld) -> None:
    for number, target in enumerate(("/account/password", "/device?user_code=BCDF-GHJK")):
        browser = stranger(world, number)
        browser.get("/login?next=" + target.replace("?", "%3F"))
        page = browser.click("sign-in", username="ada", password=world.ada.password, follow=False)
        assert page.location == target


@pytest.mark.rule("SE-09")
def test_what_others_say_is_shown_as_text(world: PeopleWorld) -> None:
    for number, text in enumerate(XSS):
        page = tried(stranger(world, number), text, "wrong")
        assert_inert(page)
    # Names that can be registered: they must print.
    for number, name in enumerate(XSS[:6]):
        app = world.app(f"app-{number}", "https://app.example.test/cb", name=name)
        browser = world.browser()
        page = world.authorize(browser, app, login_hint=name)
        assert_inert(page)
        assert name in page.texts["purpose"]
        page = browser.get(f"/oauth2/logout?client_id={app.client_id}&state={number}")
        assert_inert(page)


@pytest.mark.rule("SE-09")
def test_many_locales_are_tolerated(world: PeopleWorld) -> None:
    locales = " ".join(f"x{number}" for number in range(80))
    page = world.authorize(world.browser(), world.web_app, ui_locales=f"{locales} de")
    assert 'lang="de"' in page.text
    page = world.browser().get("/login", headers={"Accept-Language": ",".join(["xx"] * 400)})
    assert 'lang="en"' in page.text


def test_a_hint_fills_in_the_name(world: PeopleWorld) -> None:
    browser = world.browser()
    page = world.authorize(browser, world.web_app, login_hint="ada@example.test")
    assert page.forms["login"].fields["username"] == "ada@example.test"


def test_who_is_signed_in_is_not_asked_again(world: PeopleWorld) -> None:
    browser = world.signed_in()
    page = browser.get("/login?next=/account/sessions", follow=False)
    assert (page.status, page.location) == (303, "/account/sessions")


def test_the_form_says_what_is_wrong_to_everybody(world: PeopleWorld) -> None:
    page = tried(world.browser(), "ada", "wrong")
    assert page.title.startswith("Error: Sign in")
    assert 'aria-describedby="password-error"' in page.text
    assert 'aria-invalid="true"' in page.text
    assert 'autocomplete="username"' in page.text
    assert 'autocomplete="current-password"' in page.text
    assert page.forms["login"].fields["username"] == "ada"
    assert "wrong" not in page.forms["login"].fields.get("password", "")


def assert_inert(page: Page) -> None:
    """The text is nowhere as markup, and nothing was calculated."""
    assert page.status < 500
    assert "<script" not in page.text
    assert "<img src=x" not in page.text
    assert "49" not in page.texts.get("purpose", "") + page.texts.get("question", "")
    assert "script-src" not in page.headers["content-security-policy"]


@pytest.mark.rule("AK-04")
def test_a_token_in_the_password_field_is_answered_with_a_hint_and_locks_nobody_out(
    world: PeopleWorld,
) -> None:
    token = world.container.secret_maker.secret("pat")
    browser = world.browser()
    for name in ["ada", "nobody"] * 10:
        page = tried(browser, name, token)
        assert page.status == 403
        assert "API token, not a password" in page.texts["password-error"]
        assert token not in page.text
    assert world.sign_in(browser).path == "/account"
