"""Signing out at a client's wish (OpenID Connect RP-Initiated Logout 1.0)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import pytest

from authserver.services.client_profiles import ProfileChanges
from tests.rfc.leaving import BACK, LOGOUT, add_shop, ask, claims_of, id_token, is_alive

if TYPE_CHECKING:
    from tests.people.browser import Browser
    from tests.people.cast import App
    from tests.people.world import PeopleWorld

MUTATIONS: Final = (
    BACK + "/",
    BACK[:-1],
    BACK + "x",
    BACK + "?",
    BACK + "?x=1",
    BACK + "?from=here&x=1",
    BACK + "?x=1&from=here",
    BACK + "#",
    BACK + "#x",
    BACK + "%23",
    BACK + ";p=1",
    BACK + "/../signed-out",
    BACK + "/..;/",
    BACK + "%20",
    BACK + " ",
    " " + BACK,
    BACK + "\t",
    BACK + "\r\nX-Evil: 1",
    BACK + "\0",
    BACK + "%0d%0aX-Evil: 1",
    BACK.replace("https", "http"),
    BACK.replace("https", "HTTPS"),
    BACK.replace("app.", "APP."),
    BACK.replace("example.test", "example.test:443"),
    BACK.replace("example.test", "example.test."),
    BACK.replace("example.test", "example.test.evil.test"),
    BACK.replace("app.", "evil.app."),
    BACK.replace("app.example.test", "app.example.test@evil.test"),
    BACK.replace("app.example.test", "evil@app.example.test"),
    BACK.replace("://", ":\\\\"),
    BACK.replace("https://", "//"),
    BACK.replace("https://", "/\\"),
    BACK.replace("signed-out", "%73igned-out"),
    BACK.replace("/signed-out", "//signed-out"),
    BACK.replace("/signed-out", "\\signed-out"),
    BACK.replace("/signed-out", "/%2e%2e/signed-out"),
    "//evil.test",
    "/\\evil.test",
    "https://evil.test",
    "javascript:alert(1)",
    "data:text/html,x",
    "http://[::1",
    "/account",
    "https://app.example.test/callback",
)


@pytest.fixture
def app(world: PeopleWorld) -> App:
    return add_shop(world)


@pytest.fixture
def browser(world: PeopleWorld) -> Browser:
    return world.browser()


@pytest.fixture
def hint(world: PeopleWorld, browser: Browser, app: App) -> str:
    return id_token(world, browser, app)


@pytest.mark.rule("LO-01", "LO-03")
def test_with_the_id_token_of_this_session_nobody_is_asked(
    browser: Browser, hint: str, app: App
) -> None:
    page = ask(browser, id_token_hint=hint, post_logout_redirect_uri=BACK, state="a b&c=%é")
    assert page.status == 303
    assert page.location == f"{BACK}?state={quote('a b&c=%é', safe='')}"
    assert page.answer == {"state": "a b&c=%é"}
    assert not is_alive(browser)


def test_a_query_of_the_address_is_kept(browser: Browser, hint: str) -> None:
    back = BACK + "?from=here"
    page = ask(browser, id_token_hint=hint, post_logout_redirect_uri=back, state="1")
    assert page.location == back + "&state=1"


def test_without_an_address_the_browser_stays_here(browser: Browser, hint: str) -> None:
    page = ask(browser, id_token_hint=hint)
    assert page.path == "/signed-out"
    assert "signed-out" in page.texts
    assert not is_alive(browser)


def test_a_post_works_as_well_though_it_brings_no_cookies(browser: Browser, hint: str) -> None:
    fields = {"id_token_hint": hint, "post_logout_redirect_uri": BACK, "state": "1"}
    page = browser.post(LOGOUT, fields, cross_site=True)
    assert page.location == BACK + "?state=1"
    assert not is_alive(browser)


def test_an_expired_id_token_of_this_session_will_do(
    world: PeopleWorld, browser: Browser, hint: str
) -> None:
    world.clock.advance(1800)
    page = ask(browser, id_token_hint=hint, post_logout_redirect_uri=BACK)
    assert page.location == BACK


def test_who_is_signed_out_already_is_sent_on(browser: Browser, hint: str) -> None:
    ask(browser, id_token_hint=hint)
    page = ask(browser, id_token_hint=hint, post_logout_redirect_uri=BACK)
    assert page.location == BACK


def test_a_hint_too_long_for_an_address_is_asked_about(browser: Browser, hint: str) -> None:
    page = browser.post(LOGOUT, {"id_token_hint": hint + "x" * 7000}, cross_site=True)
    assert page.status == 200
    assert "question" in page.texts
    assert is_alive(browser)


@pytest.mark.rule("LO-01")
def test_another_address_than_a_registered_one_is_never_gone_to(
    browser: Browser, hint: str
) -> None:
    for uri in MUTATIONS:
        page = ask(browser, id_token_hint=hint, post_logout_redirect_uri=uri)
        assert (page.status, page.location) == (400, ""), uri
        assert "invalid post_logout_redirect_uri" in page.texts["problem"]
        assert "evil" not in page.text
    assert is_alive(browser)


@pytest.mark.rule("LO-01")
def test_an_address_of_another_client_is_never_gone_to(
    world: PeopleWorld, browser: Browser, hint: str
) -> None:
    other = "https://other.example.test/out"
    changes = ProfileChanges(post_logout_redirect_uris=(other,))
    world.app("other", "https://other.example.test/cb", profile=changes)
    page = ask(browser, id_token_hint=hint, post_logout_redirect_uri=other)
    assert page.status == 400
    page = ask(browser, id_token_hint=hint, client_id="other", post_logout_redirect_uri=other)
    assert page.status == 400
    assert is_alive(browser)


@pytest.mark.rule("LO-01", "LO-02")
def test_a_client_id_and_the_users_yes_are_enough_for_its_address(
    browser: Browser, hint: str, app: App
) -> None:
    page = ask(browser, client_id=app.client_id, post_logout_redirect_uri=BACK, state="s")
    assert page.status == 200
    assert "Shop asks you" in page.texts["question"]
    assert is_alive(browser)
    ask(browser, client_id=app.client_id, post_logout_redirect_uri=BACK, state="s")
    page = browser.click("sign-out")
    assert page.location == BACK + "?state=s"
    assert not is_alive(browser)


@pytest.mark.rule("LO-01", "LO-02")
@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"state": "s"},
        {"post_logout_redirect_uri": BACK},
        {"post_logout_redirect_uri": BACK, "logout_hint": "ada", "ui_locales": "de xx"},
    ],
)
def test_without_a_hint_the_user_is_asked_and_stays_here(
    browser: Browser, hint: str, sent: dict[str, str]
) -> None:
    page = ask(browser, **sent)
    assert "question" in page.texts
    assert page.status == (400 if "post_logout_redirect_uri" in sent else 200)
    assert is_alive(browser)
    ask(browser, **sent)
    page = browser.click("sign-out")
    assert page.path == "/signed-out"
    assert not is_alive(browser)


@pytest.mark.rule("LO-02")
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_another_site_cannot_sign_anybody_out(browser: Browser, hint: str, method: str) -> None:
    if method == "GET":
        page = browser.get(LOGOUT, cross_site=True)
    else:
        page = browser.post(LOGOUT, {}, cross_site=True)
    assert "question" in page.texts
    assert is_alive(browser)


@pytest.mark.rule("LO-02", "SE-07")
@pytest.mark.parametrize("csrf", [None, "", "A" * 43])
def test_the_users_yes_needs_the_token_of_the_form(
    browser: Browser, hint: str, csrf: str | None
) -> None:
    browser.get(LOGOUT)
    page = browser.submit("sign-out-form", {"csrf": csrf})
    assert page.status == 403
    assert is_alive(browser)


@pytest.mark.rule("LO-02")
def test_a_yes_from_another_site_is_none(browser: Browser, hint: str) -> None:
    browser.get(LOGOUT)
    token = browser.page.forms["sign-out-form"].fields["csrf"]
    page = browser.post("/logout", {"csrf": token}, cross_site=True)
    assert page.status == 403
    assert is_alive(browser)


@pytest.mark.rule("LO-02")
def test_a_browser_that_does_not_say_where_a_post_comes_from_keeps_its_cookie(
    browser: Browser, hint: str
) -> None:
    """Old ones send no Sec-Fetch-Site, and `Origin: null` for pages that send no referrer."""
    silent = {"Origin": "null", "Sec-Fetch-Site": ""}
    page = browser.post("/logout", {}, headers=silent, follow=False, cross_site=True)
    assert page.set_cookies == ()
    assert is_alive(browser)


@pytest.mark.rule("LO-07")
def test_a_session_id_alone_ends_nothing(world: PeopleWorld, browser: Browser, app: App) -> None:
    tokens = world.tokens(app, browser, scope="openid READ")
    sid = claims_of(world, tokens["id_token"])["sid"]
    world.browser().get(f"{LOGOUT}?sid={sid}&iss=https://auth.example.test", cross_site=True)
    browser.get(f"{LOGOUT}?sid={sid}&iss=https://auth.example.test", cross_site=True)
    assert world.lane.is_active(world.jira, tokens["access_token"])
    assert is_alive(browser)


def test_a_hint_without_the_cookie_ends_nothing(
    world: PeopleWorld, browser: Browser, hint: str
) -> None:
    ask(world.browser(), id_token_hint=hint)
    assert is_alive(browser)


@pytest.mark.parametrize("name", ["id_token_hint", "client_id", "state"])
def test_a_parameter_that_comes_twice_is_refused(browser: Browser, hint: str, name: str) -> None:
    page = browser.get(f"{LOGOUT}?{name}=a&{name}=b")
    assert page.status == 400
    assert is_alive(browser)


@pytest.mark.rule("F-06")
def test_signing_out_twice_is_signing_out_once(
    world: PeopleWorld, browser: Browser, hint: str, app: App
) -> None:
    jar = dict(browser.jar.cookies)
    ask(browser, client_id=app.client_id, post_logout_redirect_uri=BACK)
    form = browser.page.forms["sign-out-form"].fields
    pages = []
    for _ in range(4):
        browser.jar.cookies = dict(jar)
        pages.append(browser.post("/logout", form, follow=False))
    browser.jar.cookies.pop("__Host-authserver-session", None)
    pages.append(browser.post("/logout", form, follow=False))
    assert [page.status for page in pages] == [303] * 5
    assert {page.location for page in pages} == {BACK}
    assert len(world.installation.records("session.ended")) == 1
