"""Visits: cookies, and who is signed in."""

from __future__ import annotations

import re

import pytest

from tests.web.visiting import BROWSER, SESSION, Bench, set_cookies


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
