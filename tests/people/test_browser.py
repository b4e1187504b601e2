"""The browser of the tests obeys the rules that real ones obey, so that tests notice breaches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from flask import Flask, Response, make_response, redirect, request

from tests.people.browser import Browser
from tests.people.cookies import CookieJar

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

ORIGIN = "https://auth.example.test"
POLICY = {"Content-Security-Policy": "default-src 'none'; form-action 'self' https://app.example"}
PAGE = """
<title>A <b>page</b></title><p id="word">one &amp; <b>two</b></p><a href="/there">x</a>
<form id="f" method="post" action="/sent"><input type="hidden" name="csrf" value="1">
<input name="text"><input type="checkbox" name="box" value="yes" checked>
<input type="checkbox" name="other" value="no">
<button id="go" name="decision" value="yes">Go</button><button id="stop" name="decision"
value="no">Stop</button></form>
"""


@pytest.fixture
def browser() -> Browser:
    app = Flask(__name__)

    @app.get("/")
    def page() -> Response:
        return Response(PAGE, headers=POLICY)

    @app.post("/sent")
    def sent() -> Response:
        return Response(f"{sorted(request.form.items())} {request.headers['Cookie']}")

    @app.get("/cookies")
    def cookies() -> AnyResponse:
        answer = make_response("ok")
        answer.set_cookie("__Host-a", "1", secure=True, path="/", samesite="Lax")
        return answer

    @app.route("/seen", methods=["GET", "POST"])
    def seen() -> str:
        return request.headers.get("Cookie", "none")

    @app.get("/here")
    def here() -> AnyResponse:
        return redirect("/seen", 303)

    @app.post("/leave")
    def leave() -> AnyResponse:
        return redirect(request.form["to"], 303)

    @app.get("/leaving")
    def leaving() -> Response:
        form = '<form id="f" method="post" action="/leave"><input name="to"><button id="b">'
        return Response(form + "</button></form>", headers=POLICY)

    return Browser(app.wsgi_app, ORIGIN)


def test_a_form_is_sent_as_it_stands_with_what_was_typed(browser: Browser) -> None:
    browser.get("/cookies")
    browser.get("/")
    page = browser.click("go", text="typed")
    fields = [("box", "yes"), ("csrf", "1"), ("decision", "yes"), ("text", "typed")]
    assert page.text == f"{fields} __Host-a=1"
    browser.get("/")
    page = browser.submit("f", {"box": None}, button="stop")
    assert page.text == f"{[('csrf', '1'), ('decision', 'no'), ('text', '')]} __Host-a=1"


def test_a_page_is_taken_apart(browser: Browser) -> None:
    page = browser.get("/")
    assert page.texts["word"] == "one & two"
    assert page.links == ["/there"]
    assert page.title.startswith("A")


def test_no_form_has_a_field_that_nobody_wrote(browser: Browser) -> None:
    browser.get("/")
    with pytest.raises(AssertionError, match="has no"):
        browser.click("go", invented="x")


def test_lax_cookies_stay_away_from_posts_of_other_sites(browser: Browser) -> None:
    browser.get("/cookies")
    assert browser.get("/seen", cross_site=True).text == "__Host-a=1"
    assert browser.post("/seen", {}, cross_site=True).text == "none"
    assert browser.post("/seen", {}).text == "__Host-a=1"


def test_own_redirects_are_followed_and_foreign_ones_are_not(browser: Browser) -> None:
    assert browser.get("/here").path == "/seen"
    browser.get("/leaving")
    page = browser.click("b", to="https://app.example/callback?code=x&state=")
    assert page.answer == {"code": "x", "state": ""}
    browser.get("/leaving")
    with pytest.raises(AssertionError, match="is not in"):
        browser.click("b", to="https://evil.example/callback")


@pytest.mark.parametrize(
    "header",
    [
        "__Host-a=1; Path=/",
        "__Host-a=1; Secure",
        "__Host-a=1; Secure; Path=/account",
        "__Host-a=1; Secure; Path=/; Domain=example.test",
    ],
)
def test_a_cookie_that_breaks_its_prefix_is_an_error(header: str) -> None:
    with pytest.raises(AssertionError):
        CookieJar(secure=True).take(header)


def test_no_cookie_is_secure_over_http() -> None:
    with pytest.raises(AssertionError):
        CookieJar(secure=False).take("a=1; Secure; Path=/")


def test_a_cookie_can_be_taken_back() -> None:
    jar = CookieJar(secure=True)
    jar.take("__Host-a=1; Secure; Path=/")
    assert jar.value("-a") == "1"
    jar.take("__Host-a=; Max-Age=0; Secure; Path=/")
    assert jar.value("-a") == ""
