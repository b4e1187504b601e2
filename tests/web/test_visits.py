"""Visits: cookies, tokens of forms, foreign posts, who is signed in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask, redirect, render_template_string

from authserver.crypto.digests import HmacDigester
from authserver.crypto.secret_values import ReadableSecretMaker
from authserver.domain.errors import StorageUnavailable
from authserver.services.sessions import StartedSession
from authserver.web.design import design_blueprint
from authserver.web.errors import register_errors
from authserver.web.visits import Visits
from tests.doubles import FakeClock, FakeEntropy

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse
    from werkzeug.wrappers import Response

    from authserver.domain.calls import Call

ISSUER = "https://auth.example.test/sso"
BROWSER = "__Host-authserver-browser"
SESSION = "__Host-authserver-session"
PEPPERS = {"p1": b"1" * 32, "p2": b"2" * 32}


@dataclass
class Bench:
    """A small application on visits; `people` are signed in by session cookie."""

    issuer: str = ISSUER
    people: dict[str, Any] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    stored: bool = True

    def __post_init__(self) -> None:
        self.entropy = FakeEntropy()
        self.maker = ReadableSecretMaker(self.entropy)
        self.visits = self.make_visits("p1")
        self.app = Flask(__name__, static_folder=None)
        self.client = self.make_client(self.app, self.visits)

    def make_visits(self, pepper: str) -> Visits:
        return Visits(
            issuer=self.issuer,
            find_session=self.find,
            digester=HmacDigester(PEPPERS, pepper, self.entropy),
            secret_maker=self.maker,
            clock=FakeClock(),
        )

    def find(self, cookie: str, call: Call) -> Any:
        self.calls.append(call)
        if not self.stored:
            raise StorageUnavailable("away")
        return self.people.get(cookie)

    def person(self, *, must_change_password: bool = False) -> str:
        """The session cookie of a new person."""
        cookie = self.maker.secret("se")
        user = SimpleNamespace(username="ada", must_change_password=must_change_password)
        session = SimpleNamespace(session_id=self.maker.identifier())
        self.people[cookie] = SimpleNamespace(user=user, session=session)
        return cookie

    def make_client(self, app: Flask, visits: Visits) -> FlaskClient:
        visits.install(app)
        app.register_blueprint(design_blueprint())
        register_errors(app, lambda: None)

        @app.get("/form/<name>")
        def form(name: str) -> str:
            return render_template_string("{{ csrf(name) }}", name=name)

        @app.post("/form/<name>")
        def sent(name: str) -> str:
            visits.current().check_csrf(name)
            return "done"

        @app.post("/careless")
        def careless() -> str:
            return "done"

        @app.post("/oauth2/authorize")
        def authorize() -> str:
            return "stored"

        @app.post("/enter/<cookie>")
        def enter(cookie: str) -> Response:
            visits.current().check_csrf("login")
            visits.current().begin(StartedSession(SimpleNamespace(), cookie))  # type: ignore[arg-type]
            return redirect("/", 303)

        @app.post("/leave")
        def leave() -> Response:
            visits.current().check_csrf("sign-out")
            visits.current().end()
            return redirect("/", 303)

        @app.get("/account/sessions")
        def account() -> str:
            return visits.signed_in_or_login().user.username

        @app.get("/account/password")
        def password() -> str:
            return visits.signed_in_or_login(one_time_password_will_do=True).user.username

        @app.get("/quiet")
        def quiet() -> str:
            return "no cookie needed"

        base = (
            "http://localhost" if self.issuer.startswith("http:") else "https://auth.example.test"
        )
        client = app.test_client()
        client.environ_base |= {"authserver.request_id": "r-1", "authserver.peer": "192.0.2.9"}
        self.base = base
        return client

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.client.get(path, base_url=self.base, **options)

    def post(self, path: str, form: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        return self.client.post(path, base_url=self.base, data=form, **options)

    def token(self, form: str) -> str:
        return self.get(f"/form/{form}").get_data(as_text=True)

    def use_session(self, cookie: str) -> None:
        host = "localhost" if self.issuer.startswith("http:") else "auth.example.test"
        name = self.visits.cookies.session
        self.client.set_cookie(name, cookie, domain=host, secure=host != "localhost")


@pytest.fixture
def bench() -> Bench:
    return Bench()


def set_cookies(answer: TestResponse) -> dict[str, str]:
    return {
        line.partition("=")[0]: line.partition(";")[2]
        for line in answer.headers.getlist("Set-Cookie")
    }


@pytest.mark.rule("SE-01")
def test_over_https_cookies_are_bound_to_the_host_and_hidden_from_scripts(bench: Bench) -> None:
    form = {"csrf": bench.token("login")}
    answer = bench.post(f"/enter/{bench.person()}", form)
    attributes = set_cookies(answer)[SESSION]
    assert {part.strip() for part in attributes.split(";")} == {
        "Secure",
        "HttpOnly",
        "Path=/",
        "SameSite=Lax",
    }


def test_over_loopback_cookies_have_names_that_browsers_take_without_tls() -> None:
    bench = Bench(issuer="http://localhost:8000")
    (line,) = bench.get("/form/x").headers.getlist("Set-Cookie")
    assert line.startswith("authserver-browser=asv_br_")
    assert "Secure" not in line
    assert "HttpOnly" in line
    assert "SameSite=Lax" in line


@pytest.mark.rule("SE-01")
def test_cookies_hold_256_random_bits_and_nothing_else(bench: Bench) -> None:
    (line,) = bench.get("/form/x").headers.getlist("Set-Cookie")
    assert re.match(BROWSER + r"=asv_br_[A-Za-z0-9_-]{43}[A-Za-z0-9]{6};", line)


def test_a_page_without_forms_sets_no_cookie(bench: Bench) -> None:
    assert set_cookies(bench.get("/quiet")) == {}
    assert bench.calls == []


def test_a_browser_keeps_its_cookie(bench: Bench) -> None:
    assert BROWSER in set_cookies(bench.get("/form/x"))
    assert set_cookies(bench.get("/form/x")) == {}


@pytest.mark.parametrize("value", ["", "x", "asv_br_" + "A" * 49, "asv_se_" + "A" * 49, "é"])
def test_a_cookie_that_we_did_not_make_is_replaced(bench: Bench, value: str) -> None:
    bench.client.set_cookie(BROWSER, value, domain="auth.example.test", secure=True)
    assert BROWSER in set_cookies(bench.get("/form/x"))


def test_a_form_with_its_token_passes(bench: Bench) -> None:
    assert bench.post("/form/x", {"csrf": bench.token("x")}).data == b"done"


@pytest.mark.rule("SE-07")
def test_a_form_without_its_token_is_refused(bench: Bench) -> None:
    token, foreign = bench.token("x"), Bench(issuer=ISSUER)
    foreign.entropy.token_bytes(7)
    for sent in (
        {},
        {"csrf": ""},
        {"csrf": token[:-1]},
        {"csrf": token + "A"},
        {"csrf": [token, token]},
        {"csrf": bench.token("y")},
        {"csrf": foreign.token("x")},
        {"csrf": "ä"},
    ):
        answer = bench.post("/form/x", sent, headers={"Accept": "text/html"})
        assert answer.status_code == 403
        assert "This page is out of date" in answer.get_data(as_text=True)
        assert "reload the page" in answer.get_data(as_text=True)


@pytest.mark.rule("SE-07")
def test_a_form_from_a_browser_without_cookie_is_refused(bench: Bench) -> None:
    token = bench.token("x")
    bench.client.delete_cookie(BROWSER, domain="auth.example.test")
    answer = bench.post("/form/x", {"csrf": token})
    assert answer.status_code == 403
    assert set_cookies(answer) == {}


@pytest.mark.rule("SE-07")
def test_a_token_is_that_of_one_session(bench: Bench) -> None:
    before = bench.token("x")
    bench.use_session(bench.person())
    mine = bench.token("x")
    assert bench.post("/form/x", {"csrf": before}).status_code == 403
    assert bench.post("/form/x", {"csrf": mine}).status_code == 200
    bench.use_session(bench.person())
    assert bench.post("/form/x", {"csrf": mine}).status_code == 403


def test_a_token_outlives_a_new_cookie_of_the_same_session(bench: Bench) -> None:
    cookie, renewed = bench.person(), bench.person()
    bench.use_session(cookie)
    token = bench.token("x")
    bench.people[renewed] = bench.people.pop(cookie)
    bench.use_session(renewed)
    assert bench.post("/form/x", {"csrf": token}).status_code == 200


def test_the_sign_in_form_may_come_twice(bench: Bench) -> None:
    token = bench.token("login")
    cookie = bench.person()
    assert bench.post(f"/enter/{cookie}", {"csrf": token}).status_code == 303
    assert bench.post(f"/enter/{cookie}", {"csrf": token}).status_code == 303


def test_tokens_outlive_a_change_of_the_pepper(bench: Bench) -> None:
    token = bench.token("x")
    bench.visits.digester = HmacDigester(PEPPERS, "p2", bench.entropy)
    assert bench.token("x") != token
    assert bench.post("/form/x", {"csrf": token}).status_code == 200
    bench.visits.digester = HmacDigester({"p2": PEPPERS["p2"]}, "p2", bench.entropy)
    assert bench.post("/form/x", {"csrf": token}).status_code == 403


@pytest.mark.rule("SE-07")
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://auth.example.test"},
        {"Origin": "https://auth.example.test:444"},
        {"Origin": "https://auth.example.test.evil.example"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none, cross-site"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
    ],
)
def test_a_post_from_another_site_is_refused_though_its_token_is_right(
    bench: Bench, headers: dict[str, str]
) -> None:
    headers = {"Accept": "text/html", **headers}
    answer = bench.post("/form/x", {"csrf": bench.token("x")}, headers=headers)
    assert answer.status_code == 403
    assert "Nothing was done" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://auth.example.test", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_posts_of_our_own_pages_pass(bench: Bench, headers: dict[str, str]) -> None:
    answer = bench.post("/form/x", {"csrf": bench.token("x")}, headers=headers)
    assert answer.status_code == 200


def test_only_what_the_standards_open_may_be_posted_to_from_elsewhere(bench: Bench) -> None:
    foreign = {"Origin": "https://app.example", "Sec-Fetch-Site": "cross-site"}
    assert bench.post("/oauth2/authorize", headers=foreign).status_code == 200
    assert bench.post("/careless", headers=foreign).status_code == 403
    assert bench.post("/no/such/page", headers=foreign).status_code == 403


def test_a_view_that_forgets_the_token_fails_its_first_test(bench: Bench) -> None:
    assert bench.post("/careless").status_code == 500


@pytest.mark.rule("SE-01")
def test_signing_out_removes_the_cookie_with_the_same_attributes(bench: Bench) -> None:
    bench.use_session(bench.person())
    answer = bench.post("/leave", {"csrf": bench.token("sign-out")})
    attributes = {part.strip() for part in set_cookies(answer)[SESSION].split(";")}
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax", "Max-Age=0"} <= attributes
    assert bench.get("/account/sessions").status_code == 303


def test_whoever_is_signed_in_sees_account_pages(bench: Bench) -> None:
    bench.use_session(bench.person())
    assert bench.get("/account/sessions").data == b"ada"
    assert (bench.calls[0].request_id, bench.calls[0].peer) == ("r-1", "192.0.2.9")


def test_anybody_else_is_sent_to_sign_in_and_back(bench: Bench) -> None:
    for path, way_back in (
        ("/account/sessions", "/account/sessions"),
        ("/account/sessions?x=https://evil.example", "/account"),
    ):
        answer = bench.get(path)
        assert answer.status_code == 303
        assert answer.headers["Location"] == f"/sso/login?next={way_back}"


def test_a_one_time_password_opens_nothing_but_the_page_that_changes_it(bench: Bench) -> None:
    bench.use_session(bench.person(must_change_password=True))
    answer = bench.get("/account/sessions")
    assert answer.headers["Location"] == "/sso/account/password?next=/account/sessions"
    assert bench.get("/account/password").data == b"ada"


def test_a_session_is_looked_up_once_for_a_request(bench: Bench) -> None:
    bench.use_session(bench.person())
    bench.token("x")
    assert len(bench.calls) == 1


def test_without_the_database_nobody_is_let_in(bench: Bench) -> None:
    bench.use_session(bench.person())
    bench.stored = False
    assert bench.get("/account/sessions").status_code == 503


def test_no_cookie_is_not_looked_up(bench: Bench) -> None:
    bench.get("/account/sessions")
    bench.use_session("garbage")
    bench.get("/account/sessions")
    assert bench.calls == []
