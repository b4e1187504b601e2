"""The decision point asked by others than its gateways: it lets nothing pass."""

from __future__ import annotations

import random  # noqa: TID251 - repeatable dice for test cases, nothing secret
from typing import TYPE_CHECKING, Final

import pytest

from tests.gateway.asked_directly import PATH, READABLE, choices, question
from tests.gateway.raw_requests import call
from tests.gateway.tricks.framing import framing_tricks
from tests.gateway.tricks.playing import exchange
from tests.gateway.tricks.trick import GUARDED
from tests.gateway.yard import FRONT_CALLER

if TYPE_CHECKING:
    from tests.gateway.yard import Yard

STATUSES: Final = {200, 401, 403}
STRANGER: Final = "127.0.0.7"
DISGUISES: Final = (
    PATH,
    f"{PATH}/",
    f"{PATH}?x=1",
    f"/{PATH}",
    "/gateway//auth-request",
    "/gateway/./auth-request",
    "/x/../gateway/auth-request",
    "/%67ateway/auth-request",
    "/gateway%2fauth-request",
    "/gateway/auth%2drequest",
    "/gateway;x/auth-request",
    "/x/..;/gateway/auth-request",
    "/GATEWAY/auth-request",
    "/gateway\\auth-request",
    "/gateway",
    "/access/v1/evaluation",
    f"http://localhost{PATH}",
    "/oauth2/token/../../gateway/auth-request",
)


def headers_of(yard: Yard) -> dict[str, str]:
    """Those of a gateway that asks about a call that may pass."""
    return {
        "X-Gateway-Authorization": f"Bearer {yard.key_of(yard.stands['api'])}",
        "Authorization": f"Bearer {yard.tokens.of('jira', ['READ'])}",
        "X-Original-Method": "GET",
        "X-Original-URI": READABLE,
    }


def ask_the_front(yard: Yard, source: str, target: str, *more: str) -> int:
    """The status that the front of the server answers to this address."""
    lines = [f"{name}: {value}" for name, value in headers_of(yard).items()]
    head = [f"GET {target} HTTP/1.1", "Host: localhost", *lines, *more, "Connection: close"]
    raw = "".join(f"{line}\r\n" for line in [*head, ""]).encode()
    return int(exchange(yard.front_port, source, raw)[9:12])


def test_the_stated_address_may_ask_through_the_front(yard: Yard) -> None:
    assert ask_the_front(yard, FRONT_CALLER, PATH) == 200


@pytest.mark.rule("FA-03")
@pytest.mark.parametrize("target", DISGUISES, ids=str)
def test_nobody_else_may_ask_through_the_front_even_with_the_key(yard: Yard, target: str) -> None:
    # 301: nginx adds a slash to the name of a location by itself.
    assert ask_the_front(yard, STRANGER, target) in {301, 400, 403, 404}


@pytest.mark.rule("FA-03")
@pytest.mark.rule("FA-08")
@pytest.mark.parametrize(
    "line",
    [
        f"X-Forwarded-For: {FRONT_CALLER}",
        f"X-Real-IP: {FRONT_CALLER}",
        f"Forwarded: for={FRONT_CALLER}",
        f"X-Original-Address: {FRONT_CALLER}",
        f"X-Raw-Target: {PATH}",
        f"X-Original-URI: {PATH}",
        f"X-Rewrite-URL: {PATH}",
    ],
)
def test_no_header_makes_a_stated_address_of_another(yard: Yard, line: str) -> None:
    assert ask_the_front(yard, STRANGER, PATH, line) == 403
    assert ask_the_front(yard, STRANGER, "/livez", line) == 200


@pytest.mark.rule("FA-03")
@pytest.mark.parametrize(
    "instead",
    [
        {},
        {"X-Gateway-Authorization": "Bearer asv_gw_guessed"},
        {"Authorization": "<key>"},
        {"Cookie": "X-Gateway-Authorization=<key>"},
        {"X-Auth-User": "svc", "X-Upstream-Session": "pass"},
    ],
    ids=str,
)
def test_without_its_key_nobody_is_a_gateway(yard: Yard, instead: dict[str, str]) -> None:
    headers = headers_of(yard)
    key = headers.pop("X-Gateway-Authorization")
    headers |= {name: value.replace("<key>", key) for name, value in instead.items()}
    for target in (PATH, f"{PATH}?X-Gateway-Authorization={key.partition(' ')[2]}"):
        answer = call(yard.instance.port, target, *headers.items())
        assert answer.status == 401
        assert answer.header("X-Deny-Reason") in {"gateway-refused", "gateway-throttled"}
        assert not [name for name, _ in answer.headers if name.lower().startswith("x-upstream")]


@pytest.mark.rule("HT-03")
def test_names_with_underscores_mean_nothing_behind_the_front(yard: Yard) -> None:
    asked = {
        "X_Original_URI": GUARDED,
        "X_Original_Session": "1",
        "X_Gateway_Authorization": "Bearer asv_gw_guessed",
        "X_Original_Method": "DELETE",
    }
    more = [f"{name}: {value}" for name, value in asked.items()]
    assert ask_the_front(yard, FRONT_CALLER, PATH, *more) == 200


@pytest.mark.rule("FA-01")
@pytest.mark.rule("FA-02")
@pytest.mark.rule("FA-03")
@pytest.mark.parametrize("seed", range(4))
def test_whatever_the_headers_say_only_the_whole_right_question_passes(
    yard: Yard, seed: int
) -> None:
    table = choices(
        yard.key_of(yard.stands["api"]),
        yard.tokens.of("jira", ["READ"]),
        yard.tokens.of("jira-sso", ["SYSTEM_ADMIN"]),
    )
    dice = random.Random(seed)
    for _ in range(150):
        asked = question(dice, table, bends=dice.choice((0, 1, 1, 1, 2, 3)))
        answer = call(yard.instance.port, PATH, *asked.headers)
        assert answer.status in STATUSES, (asked, answer)
        assert (answer.status == 200) is asked.good, (asked, answer)
        assert answer.header("X-Decision-Id") is not None
        assert answer.header("Cache-Control") == "no-store"
        assert (answer.header("X-Deny-Status") is None) is asked.good, (asked, answer)


@pytest.mark.rule("FA-02")
@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "FOO"])
def test_another_method_gets_no_other_status(yard: Yard, method: str) -> None:
    headers = headers_of(yard)
    for body in (b"", b"x" * 70_000):
        answer = call(yard.instance.port, PATH, *headers.items(), method=method, body=body)
        assert answer.status in ({200} if method == "HEAD" and not body else {200, 401, 403})


@pytest.mark.rule("HT-03")
def test_the_front_refuses_what_two_servers_could_read_differently(yard: Yard) -> None:
    tricks = [trick for trick in framing_tricks() if not trick.decided and trick.patience is None]
    assert len(tricks) > 40
    for trick in tricks:
        reply = exchange(yard.front_port, STRANGER, trick.request)
        assert int(reply[9:12]) in trick.statuses, (trick.name, reply[:200])
        assert b"nginx/" not in reply


@pytest.mark.rule("HT-06")
@pytest.mark.parametrize("target", ["/metrics", "/metrics/", "/%6detrics", "/_authserver/refused"])
def test_figures_and_inner_pages_are_not_public(yard: Yard, target: str) -> None:
    assert ask_the_front(yard, STRANGER, target) == 404
