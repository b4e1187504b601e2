"""nginx's dialect: how a call came, what limits it, and who may read the answer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.decisions import Deny, DenyReason, Permit
from authserver.domain.policy_calls import PolicyRefusal
from authserver.domain.rates import RateState
from tests.machine.asking import TOKEN, Stub, ask

if TYPE_CHECKING:
    from authserver.domain.resources import ProtectedResource

APP = "https://app.example.com"
RATE = RateState("slow", 9, 60, 0, 7)
ALLOWED = Permit(TOKEN, "service-credential", "svc", "Basic c2l0ZQ==", "", (), rate=RATE)


class Open(Stub):
    """A policy that names one origin."""

    def allows_origin(self, _resource: ProtectedResource, origin: str) -> bool:
        return origin == APP


@pytest.mark.parametrize(
    ("stated", "secure"),
    [
        ("https", True),
        ("loopback", True),
        (None, True),
        ("http", False),
        ("HTTP", False),
        ("http, https", True),
    ],
)
def test_only_a_gateway_that_says_so_has_a_call_in_the_clear(
    stated: str | None, *, secure: bool
) -> None:
    stub = Open()
    ask(stub, X_Original_Scheme=stated)
    assert stub.asked[0].secure is secure


@pytest.mark.parametrize(
    ("stated", "understood"),
    [
        (APP, APP),
        ("http://[2001:db8::1]:8443", "http://[2001:db8::1]:8443"),
        ("moz-extension://0b9a", "moz-extension://0b9a"),
        ("null", "null"),
        ("https://a.example, https://b.example", "null"),
        ("https://a.example/path", "null"),
        ("\u00e9", "null"),
        (None, ""),
    ],
)
def test_an_origin_that_is_none_is_no_page_of_anybodys(stated: str | None, understood: str) -> None:
    stub = Open()
    ask(stub, X_Original_Origin=stated)
    assert stub.asked[0].origin == understood


@pytest.mark.parametrize(("stated", "marked"), [("1", True), ("0", False), (None, False)])
def test_a_mark_is_one_word(stated: str | None, *, marked: bool) -> None:
    stub = Open()
    ask(stub, X_Original_Page_Mark=stated, X_Original_Preflight=stated)
    assert (stub.asked[0].from_page, stub.asked[0].preflight) == (marked, marked)


def test_an_agent_is_cut() -> None:
    stub = Open()
    ask(stub, X_Original_User_Agent="a" * 300)
    assert stub.asked[0].agent == "a" * 200


def test_a_question_of_a_browser_is_answered_and_not_passed_on() -> None:
    stub = Open()
    stub.answer = Permit(None, "preflight", "", "", "", ())
    answer = ask(stub, X_Original_Origin=APP, Authorization=None)
    told = answer.headers
    assert (answer.status, told["x-deny-status"], told["x-deny-reason"]) == (
        403,
        "204",
        "preflight",
    )
    assert told["x-allow-origin"] == APP
    assert not {name for name in told if name.startswith(("x-upstream", "x-hand-over"))}


@pytest.mark.parametrize("way", ["as-it-came", "anonymous"])
def test_a_legacy_call_names_nobody_and_is_no_session(way: str) -> None:
    stub = Open()
    header = "Basic eDp5" if way == "as-it-came" else ""
    stub.answer = Permit(None, way, "", header, "", ())
    told = ask(stub).headers
    assert told["x-hand-over"] == way
    assert told.get("x-upstream-authorization", "") == header
    assert not {name for name in told if name.startswith(("x-auth", "x-upstream-session"))}


@pytest.mark.parametrize("answer", [ALLOWED, Deny(DenyReason.RATE_LIMITED, rate=RATE)])
@pytest.mark.parametrize("origin", [APP, "https://evil.example", None])
def test_limits_and_readers_are_told_with_every_answer(answer: Any, origin: str | None) -> None:
    stub = Open()
    stub.answer = answer
    told = ask(stub, X_Original_Origin=origin).headers
    assert told["x-rate-limit"] == '"slow";r=0;t=7'
    assert told["x-rate-limit-policy"] == '"slow";q=9;w=60'
    assert told.get("x-allow-origin") == (APP if origin == APP else None)
    assert told.get("x-retry-after") == ("7" if isinstance(answer, Deny) else None)


def test_a_refusal_names_the_rule_and_the_words_of_a_policy_stay_words() -> None:
    stub = Open()
    refusal = PolicyRefusal(
        DenyReason.BASIC_BLOCKED, "legacy.basic", "default@1", 'No "{issuer}" passwords', "none"
    )
    stub.answer = Deny(DenyReason.BASIC_BLOCKED, refusal=refusal)
    told = ask(stub).headers
    assert told["x-deny-rule"] == "legacy.basic"
    assert "(legacy.basic: No '{issuer}' passwords)" in told["x-deny-description"]
    assert "www-authenticate" not in told
    long = replace(refusal, reason=DenyReason.POLICY_DENIED, text="x" * 2000)
    stub.answer = Deny(DenyReason.POLICY_DENIED, refusal=long)
    assert len(ask(stub).headers["x-deny-description"]) == 900


def test_too_many_attempts_are_told_how_long() -> None:
    stub = Open()
    stub.answer = Deny(DenyReason.ATTEMPTS_THROTTLED, retry_after=17)
    told = ask(stub).headers
    assert (told["x-deny-status"], told["x-retry-after"]) == ("429", "17")
