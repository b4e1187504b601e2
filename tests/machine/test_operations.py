"""Alive, ready, metrics."""

from __future__ import annotations

import hmac

import pytest

from authserver.domain.errors import StorageUnavailable
from authserver.machine.operations import livez, metrics, open_metrics, readyz
from authserver.machine.routes import Route
from tests.machine.doors import Answer, Door

KEY = "asv_mk_swordfish"


def accepts(key: str) -> bool:
    return hmac.compare_digest(key.encode(), KEY.encode())


def scrape(authorization: str | None, *, configured: bool = True) -> Answer:
    endpoint = metrics(lambda: b"up 1\n", accepts if configured else None)
    headers = {} if authorization is None else {"Authorization": authorization}
    return Door((Route("/metrics", {"GET": endpoint}),)).knock("GET", "/metrics", headers=headers)


def test_alive_asks_nobody() -> None:
    answer = Door((Route("/livez", {"GET": livez}),)).knock("GET", "/livez")
    assert (answer.status, answer.json) == (200, {"alive": True})


def test_ready_when_every_check_holds() -> None:
    endpoint = readyz(lambda: {"database": True, "journal": True})
    answer = Door((Route("/readyz", {"GET": endpoint}),)).knock("GET", "/readyz")
    assert (answer.status, answer.json["ready"]) == (200, True)


def test_not_ready_names_the_check_and_when_to_come_back() -> None:
    endpoint = readyz(lambda: {"database": False, "journal": True})
    answer = Door((Route("/readyz", {"GET": endpoint}),)).knock("GET", "/readyz")
    assert (answer.status, answer.headers["retry-after"]) == (503, "2")
    assert answer.json == {"ready": False, "checks": {"database": "failed", "journal": "ok"}}


def test_checks_that_cannot_be_made_are_not_ready() -> None:
    def checks() -> dict[str, bool]:
        raise StorageUnavailable("down")

    answer = Door((Route("/readyz", {"GET": readyz(checks)}),)).knock("GET", "/readyz")
    assert answer.status == 503


@pytest.mark.rule("HT-06")
def test_metrics_do_not_exist_for_the_public_without_a_configured_key() -> None:
    for authorization in (None, f"Bearer {KEY}"):
        assert scrape(authorization, configured=False).error == (404, "not_found")


@pytest.mark.rule("HT-06")
@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Bearer ", "Bearer wrong", f"Basic {KEY}", KEY, "Bearer ü"],
)
def test_metrics_are_refused_without_the_key(authorization: str | None) -> None:
    answer = scrape(authorization)
    assert answer.error == (401, "invalid_token")
    assert answer.headers["www-authenticate"].startswith("Bearer ")
    assert b"up 1" not in answer.body


def test_metrics_are_for_whoever_has_the_key() -> None:
    answer = scrape(f"bearer {KEY}")
    assert (answer.status, answer.body) == (200, b"up 1\n")
    assert answer.headers["content-type"].startswith("text/plain")


def test_a_listener_of_its_own_needs_no_key() -> None:
    route = Route("/metrics", {"GET": open_metrics(lambda: b"up 1\n")})
    assert Door((route,)).knock("GET", "/metrics").body == b"up 1\n"
