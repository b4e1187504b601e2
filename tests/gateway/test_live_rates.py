"""Rate limits through a real nginx: who calls too often waits, nobody else does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import requests

from tests.gateway.bed import GatewayBed
from tests.gateway.policed import Policed, bearer
from tests.gateway.rated import ISSUE, api_tokens, limit
from tests.instances import Instance

if TYPE_CHECKING:
    from pathlib import Path

    from tests.gateway.conftest import GatewayBeds

TOO_MANY = requests.codes.too_many_requests
WINDOW = 30


@pytest.mark.feature(43)
def test_who_calls_too_often_is_told_to_wait_and_nobody_else_is(
    tmp_path: Path, gateway_beds: GatewayBeds
) -> None:
    with GatewayBed(tmp_path, instance=gateway_beds._running(), name="rated") as bed:
        limit(bed, 3, WINDOW)
        greedy, other = api_tokens(bed, 2)
        with bed.watching() as seen:
            answers = [bed.request("GET", ISSUE, greedy) for _ in range(6)]
            elsewhere = bed.request("GET", ISSUE, other)

        assert [each.status_code for each in answers] == [200] * 3 + [TOO_MANY] * 3
        assert len(seen.notes) == 4, "the site sees no more than the limit"
        assert elsewhere.status_code == 200
        for left, answer in zip([2, 1, 0, 0, 0, 0], answers, strict=True):
            told = re.fullmatch(r'"per-caller";r=([0-9]+);t=([0-9]+)', answer.headers["RateLimit"])
            assert told is not None, answer.headers["RateLimit"]
            assert int(told[1]) == left
            assert 1 <= int(told[2]) <= WINDOW + 1
            assert answer.headers["RateLimit-Policy"] == f'"per-caller";q=3;w={WINDOW}'
        refused = answers[-1]
        assert 1 <= int(refused.headers["Retry-After"]) <= WINDOW + 1
        assert "The site is for everybody" in refused.text
        record = bed.record(refused.headers["X-Decision-Id"])
        assert record["reason"] == "rate-limited"
        assert record["details"]["rate"][:3] == ["per-caller", 3, WINDOW]


@pytest.mark.slow
@pytest.mark.feature(43)
def test_a_limit_survives_a_restart(tmp_path: Path) -> None:
    server = Instance(tmp_path / "authserver").initialise()
    try:
        server.start()
        with GatewayBed(tmp_path / "bed", instance=server) as bed:
            limit(bed, 4, 120)
            (token,) = api_tokens(bed, 1)
            before = [bed.request("GET", ISSUE, token).status_code for _ in range(3)]
            server.kill()
            server.start()
            after = [bed.request("GET", ISSUE, token).status_code for _ in range(3)]
    finally:
        server.stop()
    assert before == [200] * 3
    assert after == [200, TOO_MANY, TOO_MANY]


@pytest.mark.slow
@pytest.mark.rule("TK-12")
def test_guesses_at_the_decision_point_end_and_right_credentials_pass(tmp_path: Path) -> None:
    overrides = {
        "AUTHSERVER_THROTTLING_FAILURES": "3",
        "AUTHSERVER_THROTTLING_WINDOW_SECONDS": "3600",
    }
    server = Instance(tmp_path / "authserver", overrides).initialise()
    try:
        server.start()
        with GatewayBed(tmp_path / "bed", instance=server) as bed:
            (right,) = api_tokens(bed, 1)
            wrong = [f"{right[:-8]}{number:08}" for number in range(50)]
            guesses = [bed.request("GET", ISSUE, each) for each in wrong]
            passes = bed.request("GET", ISSUE, right)
    finally:
        server.stop()
    statuses = [each.status_code for each in guesses]
    assert 30 <= statuses.count(401) <= 31, "one for each worker that had not heard of it"
    assert statuses[32:] == [TOO_MANY] * 18
    assert int(guesses[-1].headers["Retry-After"]) <= 3600
    assert passes.status_code == 200


@pytest.mark.feature(43)
def test_users_groups_and_kinds_of_calls_have_limits_of_their_own(policed_site: Policed) -> None:
    site, seen = policed_site, []
    rule = '[[rate]]\nname = "{0}"\nper = "{0}"\ncalls = 2\nseconds = 600\nreason = "For all"\n'
    site.bed.command("group", "create", "robots")
    for each in ("alice", "bob"):
        site.bed.command("group", "add", "robots", each)
    one, other, bobs = (
        bearer(site.token(each, scopes=frozenset({"WRITE"})))
        for each in (site.alice, site.alice, site.bob)
    )
    for text in (
        rule.format("user"),
        rule.format("group") + 'groups = ["robots"]\n',
        rule.format("token") + 'operations = ["write"]\n',
    ):
        site.policy(text)
        method = "PUT" if "write" in text else "GET"
        answers = [site.call(each, method) for each in (one, other, bobs, one, one)]
        seen.append([each.status_code == TOO_MANY for each in answers])
    read = site.call(one)
    site.policy("")
    site.bed.command("group", "delete", "robots", "--yes")
    assert seen == [
        [False, False, False, True, True],
        [False, False, True, True, True],
        [False, False, False, False, True],
    ]
    assert read.status_code == 200
