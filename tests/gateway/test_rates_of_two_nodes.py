"""Two nodes and one Redis: one limit, whatever becomes of Redis, and every decision says how."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Final, NamedTuple

import pytest
import requests

from tests.gateway.asked_directly import PATH
from tests.gateway.bed import GatewayBed
from tests.gateway.rated import ISSUE, api_tokens, limit
from tests.instances import Instance
from tests.redis_servers import RedisServer

if TYPE_CHECKING:
    from collections.abc import Iterator

CALLS: Final = 10
RECORDED_SECONDS: Final = 20.0
LIMITED: Final = (429, "rate-limited")
REFUSED: Final = (503, "rates-unavailable")


class Nodes(NamedTuple):
    """Two nodes that share database, keys and Redis; what they do when Redis fails differs."""

    bed: GatewayBed
    refusing: Instance
    falling_back: Instance
    redis: RedisServer

    def ask(self, node: Instance, token: str) -> tuple[int, str]:
        """What a node says to the site's gateway: a status for the caller, and a reason."""
        found = re.search(r"asv_gw_[A-Za-z0-9_-]+", self.bed.key_file.read_text())
        assert found is not None
        headers = {
            "X-Gateway-Authorization": f"Bearer {found[0]}",
            "Authorization": f"Bearer {token}",
            "X-Original-Method": "GET",
            "X-Original-URI": ISSUE,
            "X-Original-Address": "192.0.2.1",
        }
        answer = requests.get(f"{node.url}{PATH}", headers=headers, timeout=30)
        stated = answer.headers
        return int(stated.get("X-Deny-Status", answer.status_code)), stated.get("X-Deny-Reason", "")

    def says(self, count: int, word: str) -> bool:
        """Whether so many of the last calls have a word on record, once all records are moved."""
        deadline = time.monotonic() + RECORDED_SECONDS
        while time.monotonic() < deadline:
            records = self.bed.records()[:count]
            if all(word in f"{each['details'].get('detail')} {each['reason']}" for each in records):
                return True
            time.sleep(0.2)
        return False


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nodes]:
    folder = tmp_path_factory.mktemp("nodes")
    with RedisServer(folder / "redis") as redis:
        shared = {
            "AUTHSERVER_RATES_STORE": "redis",
            "AUTHSERVER_RATES_REDIS_URL": redis.url,
            "AUTHSERVER_RATES_TIMEOUT_MILLISECONDS": "500",
        }
        one = Instance(folder / "one", shared).initialise()
        other = Instance(
            folder / "other",
            {
                **shared,
                "AUTHSERVER_RATES_ON_FAILURE": "node",
                "AUTHSERVER_ISSUER": one.url,
                "AUTHSERVER_DATABASE_URL": f"sqlite:///{one.folder}/var/authserver.db",
                "AUTHSERVER_KEYS_DIRECTORY": str(one.folder / "keys"),
            },
        )
        (other.folder / "var").mkdir(mode=0o700, parents=True)
        try:
            one.start()
            other.start()
            with GatewayBed(folder / "bed", instance=one) as bed:
                limit(bed, CALLS, 600)
                yield Nodes(bed, one, other, redis)
        finally:
            other.stop()
            one.stop()


def tally(answers: list[tuple[int, str]]) -> dict[tuple[int, str], int]:
    return {each: answers.count(each) for each in answers}


@pytest.mark.slow
@pytest.mark.feature(43)
def test_nodes_share_a_limit(nodes: Nodes) -> None:
    (token,) = api_tokens(nodes.bed, 1)
    pair = [nodes.refusing, nodes.falling_back]
    answers = [nodes.ask(node, token) for node in pair * CALLS]
    assert [status for status, _ in answers] == [200] * CALLS + [429] * CALLS
    assert tally(answers)[LIMITED] == CALLS


@pytest.mark.slow
def test_an_emptied_redis_opens_no_node_and_is_recorded(nodes: Nodes) -> None:
    (token,) = api_tokens(nodes.bed, 1)
    assert {nodes.ask(nodes.refusing, token)[0] for _ in range(CALLS)} == {200}
    nodes.redis.empty()
    assert {nodes.ask(nodes.refusing, token) for _ in range(3)} == {LIMITED}
    assert nodes.says(3, "rates-store-young")
    passed = [nodes.ask(nodes.falling_back, token)[0] for _ in range(2 * CALLS)]
    assert passed.count(200) <= CALLS, "another node never more than the limit either"


@pytest.mark.slow
@pytest.mark.parametrize("trouble", ["slow", "stopped"])
def test_without_redis_each_node_does_as_it_is_told_and_says_so(nodes: Nodes, trouble: str) -> None:
    (token,) = api_tokens(nodes.bed, 1)
    used = [nodes.ask(nodes.falling_back, token)[0] for _ in range(4)]
    assert used == [200] * 4
    if trouble == "slow":
        with nodes.redis.frozen():
            _in_trouble(nodes, token)
    else:
        nodes.redis.stop()
        try:
            _in_trouble(nodes, token)
        finally:
            nodes.redis.start()
    _until_it_counts_again(nodes)
    assert nodes.ask(nodes.falling_back, token) == LIMITED, "what passed meanwhile counts"


def _in_trouble(nodes: Nodes, token: str) -> None:
    assert {nodes.ask(nodes.refusing, token) for _ in range(4)} == {REFUSED}
    assert nodes.says(4, "rates-unavailable")
    answers = [nodes.ask(nodes.falling_back, token) for _ in range(CALLS)]
    assert tally(answers) == {(200, ""): CALLS - 4, LIMITED: 4}
    assert nodes.says(CALLS, "rates-node-instead")
    # By now every worker has met the trouble often enough to leave Redis alone.
    for _ in range(12):
        nodes.ask(nodes.falling_back, token)
    begin = time.monotonic()
    for _ in range(20):
        nodes.ask(nodes.falling_back, token)
    assert time.monotonic() - begin < 20 * 0.5, "a dead Redis does not cost a timeout per call"


def _until_it_counts_again(nodes: Nodes) -> None:
    """Each worker tries again after a second; the one that refuses tells when."""
    deadline, well = time.monotonic() + 30, 0
    for fresh in api_tokens(nodes.bed, 100):
        well = well + 1 if nodes.ask(nodes.refusing, fresh)[0] == 200 else 0
        if well == 10:
            break
        assert time.monotonic() < deadline
        time.sleep(0.2)
