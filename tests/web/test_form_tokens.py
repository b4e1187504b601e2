"""Forms carry their token, and come from our own pages."""

from __future__ import annotations

import pytest

from authserver.crypto.digests import HmacDigester
from tests.web.visiting import BROWSER, ISSUER, PEPPERS, Bench, set_cookies


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
