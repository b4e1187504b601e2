"""What binds a provider's answer to the browser, the moment and the provider it is for."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from authserver.domain.upstream_sign_ins import ATTEMPT_SECONDS
from tests.federation.world import asked, problem

if TYPE_CHECKING:
    from tests.federation.world import FederatedWorld
    from tests.people.browser import Browser

CALLBACK = "/login/acme/callback"


def changed(url: str, **parameters: str | None) -> str:
    """A callback with other parameters; `None` takes one out."""
    parts = urlsplit(url)
    merged = {**dict(parse_qsl(parts.query, keep_blank_values=True)), **parameters}
    query = urlencode({name: value for name, value in merged.items() if value is not None})
    return f"{parts.path}?{query}"


def refused(federated: FederatedWorld, browser: Browser, callback: str) -> str:
    """The problem of a callback that begins no session and asks nobody for a token."""
    calls = federated.calls()
    before = browser.jar.header("/", cross_site=False, safe_method=True)
    page = browser.get(callback, cross_site=True)
    assert page.status in {400, 403}, page.text
    assert federated.calls() == calls
    after = browser.jar.header("/", cross_site=False, safe_method=True)
    assert ("authserver-session" in after) == ("authserver-session" in before)
    return problem(page)


@pytest.mark.rule("FE-01")
@pytest.mark.parametrize(
    "state", [None, "", "x", "asv_us_" + "A" * 49, "asv_us_" + "A" * 49 + ".e30", "é" * 9]
)
def test_an_answer_without_a_state_of_ours_is_refused_before_any_call(
    federated: FederatedWorld, state: str | None
) -> None:
    federated.provider()
    browser = federated.people.browser()
    url = federated.to_provider(browser)
    assert refused(federated, browser, changed(federated.answer(url), state=state)) == (
        "state-unknown"
    )


@pytest.mark.rule("FE-01")
def test_another_browser_gets_nothing_from_a_state_and_the_way_on_stays_hidden(
    federated: FederatedWorld,
) -> None:
    federated.provider()
    people = federated.people
    attacker, victim = people.browser(), people.browser()
    people.authorize(attacker, people.web_app)
    callback = federated.answer(federated.press(attacker))
    victim.get("/login")
    assert refused(federated, victim, callback) == "state-unknown"
    assert not any("request=" in each for each in victim.page.links)
    # A stranger's link is spent all the same: whoever it was meant for cannot use it either.
    assert refused(federated, attacker, callback) == "state-unknown"


@pytest.mark.rule("FE-01")
def test_a_state_is_over_after_ten_minutes(federated: FederatedWorld) -> None:
    federated.provider()
    browser = federated.people.browser()
    callback = federated.answer(federated.to_provider(browser))
    federated.people.clock.advance(ATTEMPT_SECONDS)
    assert refused(federated, browser, callback) == "state-unknown"


@pytest.mark.rule("FE-01")
def test_a_state_is_spent_by_an_error_too(federated: FederatedWorld) -> None:
    federated.provider()
    browser = federated.people.browser()
    callback = federated.answer(federated.to_provider(browser))
    failed = changed(callback, code=None, error="access_denied", error_description="<b>Not you")
    page = browser.get(failed, cross_site=True)
    assert problem(page) == "access-denied"
    assert "Not you" not in page.text
    assert refused(federated, browser, callback) == "state-unknown"


@pytest.mark.rule("FE-01")
def test_a_replayed_answer_signs_nobody_in_a_second_time(federated: FederatedWorld) -> None:
    federated.provider()
    browser = federated.people.browser()
    callback = federated.answer(federated.to_provider(browser))
    assert browser.get(callback, cross_site=True).path == "/account"
    browser.click("sign-out-button")
    assert refused(federated, browser, callback) == "state-unknown"


def test_a_second_click_goes_on_to_the_app_without_a_new_session(
    federated: FederatedWorld,
) -> None:
    people = federated.people
    federated.provider()
    browser = people.browser()
    people.authorize(browser, people.web_app)
    callback = federated.answer(federated.press(browser))
    first = browser.get(callback, cross_site=True)
    calls, sessions = federated.calls(), people.installation.records("session.started")
    second = browser.get(callback, cross_site=True)
    assert first.url == second.url
    assert "consent" in second.path
    assert federated.calls() == calls
    assert people.installation.records("session.started") == sessions


def test_a_parameter_that_comes_twice_makes_an_answer_unusable(federated: FederatedWorld) -> None:
    federated.provider()
    browser = federated.people.browser()
    callback = federated.answer(federated.to_provider(browser))
    assert refused(federated, browser, callback + "&code=other") == "state-unknown"
    assert refused(federated, browser, callback + "&state=other") == "state-unknown"


@pytest.mark.rule("FE-02")
def test_every_sign_in_has_its_own_challenge_and_nonce_which_no_cookie_tells(
    federated: FederatedWorld,
) -> None:
    federated.provider()
    browser = federated.people.browser()
    first, second = (asked(federated.to_provider(browser)) for _ in range(2))
    for name in ("state", "nonce", "code_challenge"):
        assert first[name]
        assert first[name] != second[name]
    assert first["code_challenge_method"] == "S256"
    assert "code_verifier" not in first
    # Neither as they are nor in any coding that a cookie may have.
    cookies = browser.jar.header("/", cross_site=False, safe_method=True)
    for value in (each.partition("=")[2] for each in cookies.split("; ")):
        parts = value.replace("_", ".").split(".")
        whole = (part[: len(part) // 4 * 4] for part in parts)
        readable = [value.encode(), *map(base64.urlsafe_b64decode, whole)]
        assert not any(second["nonce"].encode() in each for each in readable)
        assert not any(second["code_challenge"].encode() in each for each in readable)
    callback = federated.answer(federated.to_provider(browser))
    browser.get(callback, cross_site=True)
    verifier = dict(parse_qsl(federated.http.to("/token")[-1].body.decode()))["code_verifier"]
    assert verifier not in cookies
    assert verifier not in json.dumps(second)


@pytest.mark.rule("FE-02")
@pytest.mark.parametrize("nonce", [None, "", "another", 7, ["x"]])
def test_an_id_token_without_the_nonce_of_this_sign_in_is_refused(
    federated: FederatedWorld, nonce: object
) -> None:
    fake = federated.provider()
    fake.metadata["nonce_supported"] = False
    fake.claims["nonce"] = nonce
    page = federated.sign_in()
    assert (page.status, problem(page)) == (403, "id-token-invalid")


@pytest.mark.rule("FE-02")
def test_an_id_token_of_another_sign_in_is_refused(federated: FederatedWorld) -> None:
    fake = federated.provider()
    browser = federated.people.browser()
    old = asked(federated.to_provider(browser))
    fake.claims["nonce"] = old["nonce"]
    assert problem(federated.sign_in(browser)) == "id-token-invalid"


@pytest.mark.rule("FE-02")
def test_a_code_of_somebody_elses_sign_in_is_worth_nothing(federated: FederatedWorld) -> None:
    federated.provider()
    attacker, victim = federated.people.browser(), federated.people.browser()
    stolen = asked(federated.answer(federated.to_provider(victim)))["code"]
    own = federated.answer(federated.to_provider(attacker))
    page = attacker.get(changed(own, code=stolen), cross_site=True)
    assert problem(page) == "provider-refused"


@pytest.mark.rule("FE-03")
def test_a_code_that_comes_to_another_providers_callback_goes_nowhere(
    federated: FederatedWorld,
) -> None:
    federated.provider("acme")
    federated.provider("other", fake={"issuer": "https://other.example.net"})
    browser = federated.people.browser()
    callback = federated.answer(federated.to_provider(browser, "acme"), "acme")
    assert refused(federated, browser, callback.replace("/acme/", "/other/")) == "wrong-provider"


@pytest.mark.rule("FE-03")
@pytest.mark.parametrize(
    "issuer", [None, "", "https://other.example.net", "https://login.example.org/"]
)
def test_an_answer_that_does_not_name_the_issuer_it_should_is_refused(
    federated: FederatedWorld, issuer: str | None
) -> None:
    federated.provider(fake={"sends_issuer": True}, sends_issuer=True)
    browser = federated.people.browser()
    callback = federated.answer(federated.to_provider(browser))
    assert refused(federated, browser, changed(callback, iss=issuer)) == "wrong-provider"


@pytest.mark.rule("FE-03")
def test_the_metadata_alone_makes_the_issuer_necessary(federated: FederatedWorld) -> None:
    federated.provider(fake={"sends_issuer": True}, sends_issuer=False)
    browser = federated.people.browser()
    assert federated.sign_in(browser).path == "/account"
    callback = federated.answer(federated.to_provider(federated.people.browser()))
    assert callback.count("iss=") == 1
    other = federated.people.browser()
    callback = federated.answer(federated.to_provider(other))
    assert refused(federated, other, changed(callback, iss=None)) == "wrong-provider"


@pytest.mark.rule("FE-03")
def test_a_wrong_issuer_is_refused_even_where_none_was_announced(
    federated: FederatedWorld,
) -> None:
    federated.provider()
    browser = federated.people.browser()
    callback = federated.answer(federated.to_provider(browser))
    assert refused(federated, browser, changed(callback, iss="https://evil.example")) == (
        "wrong-provider"
    )


@pytest.mark.parametrize(
    ("error", "expected", "status"),
    [
        ("access_denied", "access-denied", 403),
        ("interaction_required", "interaction-needed", 403),
        ("login_required", "interaction-needed", 403),
        ("consent_required", "interaction-needed", 403),
        ("account_selection_required", "interaction-needed", 403),
        ("temporarily_unavailable", "provider-busy", 503),
        ("server_error", "provider-busy", 503),
        ("invalid_request", "provider-refused", 403),
        ("<script>alert(1)</script>", "provider-refused", 403),
        ("", "provider-refused", 403),
    ],
)
def test_every_error_of_a_provider_gets_a_page_with_our_own_words(
    federated: FederatedWorld, error: str, expected: str, status: int
) -> None:
    federated.provider()
    people = federated.people
    browser = people.browser()
    people.authorize(browser, people.web_app)
    callback = federated.answer(federated.press(browser))
    wrong = changed(callback, code=None, error=error, error_description="<i>do this</i>")
    page = browser.get(wrong, cross_site=True)
    assert (page.status, problem(page)) == (status, expected)
    assert "do this" not in page.text
    assert "<script" not in page.text
    assert page.texts["advice"]
    # The way back leads to the request that is still waiting.
    (again,) = [each for each in page.links if "request=" in each]
    assert browser.get(again).texts["purpose"].endswith("Web app")
