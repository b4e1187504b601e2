"""Only a gateway that has proved itself may ask for decisions; every other is on record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from authserver.services.throttling import ThrottleLimits
from tests.rfc.watch import Watch

if TYPE_CHECKING:
    from authserver.services.gateways import Gateways
    from tests.instances import Caller, Site
    from tests.machine.doors import Answer
    from tests.rfc.installations import Installation
    from tests.rfc.lanes import Lane

PATH: Final = "/gateway/auth-request"
PEER: Final = "203.0.113.7"
REFUSED: Final = (401, "503", "gateway-refused")
"""Status for nginx, status for the caller (who did nothing wrong), reason."""
KNOWN: Final = (401, "401", "credential-missing")
"""The gateway is believed; the call that it asks about has no credential."""


@pytest.fixture
def watch(installation: Installation, jira: Site, reader: Caller) -> Watch:
    return Watch(installation)


@pytest.fixture
def gateways(installation: Installation, watch: Watch) -> Gateways:
    return installation.container.gateways


@pytest.fixture
def key(installation: Installation, gateways: Gateways) -> str:
    """The key of the gateway edge in front of jira."""
    return gateways.add("edge", "jira", installation.container.operator).key.value


def ask(lane: Lane, key: str, peer: str | None = None) -> Answer:
    """A gateway asks about a call without a credential."""
    headers = {
        "X-Gateway-Authorization": f"Bearer {key}",
        "X-Original-Method": "GET",
        "X-Original-URI": "/rest/api/2/myself",
        "X-Original-Address": "198.51.100.20",
    }
    return lane.knock("GET", PATH, headers=headers, peer=peer)


def seen(answer: Answer) -> tuple[int, str, str]:
    headers = answer.headers
    return answer.status, headers["x-deny-status"], headers["x-deny-reason"]


@pytest.mark.rule("FA-03")
def test_only_the_key_of_a_gateway_is_believed(
    installation: Installation, lane: Lane, jira: Site, reader: Caller, key: str
) -> None:
    assert seen(ask(lane, key)) == KNOWN
    token = lane.token(reader)
    for other in (jira.secret, reader.secret, token, key[:-1], key + "A", key.upper(), "x"):
        assert seen(ask(lane, other)) == REFUSED


@pytest.mark.rule("CA-06")
def test_both_keys_count_while_they_overlap_and_an_ended_one_counts_nowhere(
    installation: Installation, lane: Lane, gateways: Gateways, key: str
) -> None:
    operator, elsewhere = installation.container.operator, installation.start_worker().lane
    for each in (lane, elsewhere):
        assert seen(ask(each, key)) == KNOWN
    second = gateways.rotate_key("edge", operator, overlap_seconds=3600).value
    for each in (lane, elsewhere):
        assert seen(ask(each, key)) == seen(ask(each, second)) == KNOWN
    third = gateways.rotate_key("edge", operator, overlap_seconds=0).value
    for each in (lane, elsewhere):
        assert seen(ask(each, key)) == seen(ask(each, second)) == REFUSED
        assert seen(ask(each, third)) == KNOWN
    gateways.remove("edge", operator)
    for each in (lane, elsewhere):
        assert seen(ask(each, third)) == REFUSED


@pytest.mark.rule("AU-03")
def test_every_failed_authentication_of_a_gateway_is_recorded(
    installation: Installation, lane: Lane, watch: Watch, gateways: Gateways, key: str
) -> None:
    gateways.rotate_key("edge", installation.container.operator, overlap_seconds=0)
    watch.new()
    for wrong, reason in (
        ("asv_gw_guess", "no gateway has this key"),
        (key, "the key of gateway edge has expired"),
    ):
        answer = ask(lane, wrong, PEER)
        assert seen(answer) == REFUSED
        record = watch.one(
            "gateway.authentication_failed",
            actor={"kind": "anonymous", "id": ""},
            outcome="refused",
            object={"kind": "gateway", "id": ""},
            peer=PEER,
            request_id=answer.headers["x-decision-id"],
        )
        assert record["reason"] == reason
        assert wrong not in str(record)


@pytest.mark.rule("AU-03")
def test_where_keys_are_guessed_the_block_is_recorded_and_the_right_key_passes(
    lane: Lane, watch: Watch, key: str
) -> None:
    limit = ThrottleLimits().per_caller
    watch.new()
    for number in range(limit + 1):
        answer = ask(lane, f"asv_gw_guess{number}", PEER)
    assert seen(answer) == (401, "503", "gateway-throttled")
    assert int(answer.headers["x-retry-after"]) > 0
    *failures, block = watch.new()
    assert [each["action"] for each in failures] == ["gateway.authentication_failed"] * limit
    assert (block["action"], block["outcome"]) == ("gateway.throttled", "refused")
    assert block["details"]["network"] == f"{PEER}/32"
    assert seen(ask(lane, key, PEER)) == KNOWN
