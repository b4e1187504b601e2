"""Failed credentials are counted where they come from (TK-12, IN-08)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from tests.instances import Caller, Site
from tests.rfc.lanes import INTROSPECT, REVOKE, TOKEN, assert_invalid_client, seen_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.machine.doors import Answer
    from tests.rfc.conftest import MakeInstallation
    from tests.rfc.installations import Installation
    from tests.rfc.lanes import Lane

GUESSER: Final = "203.0.113.66"
ELSEWHERE: Final = "198.51.100.7"
PROXY: Final = "127.0.0.1"
ATTEMPTS: Final = 200
ALLOWED: Final = 20
"""Failures of one caller from one network in a window, by the settings' default."""
WINDOW: Final = 60


def guesses(
    lane: Lane, path: str, name: str, *, peer: str = GUESSER, forwarded: str = ""
) -> list[int]:
    """Statuses of attempts with wrong secrets; `forwarded` has room for a number."""
    return [
        lane.post(
            path,
            {"grant_type": "client_credentials", "token": "x"},
            Caller(name, f"guess-{number}").authorization,
            peer=peer,
            headers=_forwarded(forwarded, number),
        ).status
        for number in range(ATTEMPTS)
    ]


def _forwarded(pattern: str, number: int) -> Mapping[str, str]:
    address = f"10.{number % 7}.{number}.1"
    return {"X-Forwarded-For": pattern.format(address), "Forwarded": f"for={address}"}


def assert_throttled(answer: Answer) -> None:
    """429 that says when to come back, at most a window away."""
    assert answer.error == (429, "temporarily_unavailable")
    assert 1 <= int(answer.headers["retry-after"]) <= WINDOW


@pytest.mark.rule("TK-12")
@pytest.mark.rule("IN-08")
def test_guessing_from_one_place_ends_in_429_for_that_place_alone(
    lane: Lane, reader: Caller, jira: Site
) -> None:
    token = lane.token(reader)
    for path, name in ((TOKEN, "reader"), (REVOKE, "reader"), (INTROSPECT, "jira")):
        peer = f"203.0.113.{len(path)}"
        statuses = guesses(lane, path, name, peer=peer, forwarded="{}")
        assert statuses == [401] * ALLOWED + [429] * (ATTEMPTS - ALLOWED), path
    assert_throttled(lane.ask(reader, peer="203.0.113.13"))
    assert lane.ask(reader, peer=ELSEWHERE).status == 200
    assert lane.is_active(jira, token)


@pytest.mark.rule("TK-12")
def test_a_block_ends_by_itself(installation: Installation, lane: Lane, reader: Caller) -> None:
    guesses(lane, TOKEN, "reader")
    answer = lane.ask(reader, peer=GUESSER)
    assert_throttled(answer)
    installation.clock.advance(int(answer.headers["retry-after"]))
    assert lane.ask(reader, peer=GUESSER).status == 200


@pytest.mark.rule("TK-12")
def test_forwarded_headers_do_not_move_the_counter(lane: Lane, reader: Caller) -> None:
    for pattern in ("{}", f"{{}}, {PROXY}", "{0}, {0}", "x{}"):
        assert guesses(lane, TOKEN, "reader", forwarded=pattern).count(401) <= ALLOWED
        assert_throttled(lane.ask(reader, peer=GUESSER))
    assert lane.ask(reader, peer=ELSEWHERE).status == 200


@pytest.mark.rule("TK-12")
def test_behind_a_trusted_proxy_the_address_that_the_proxy_saw_counts(
    make_installation: MakeInstallation,
) -> None:
    installation = make_installation(AUTHSERVER_SERVER_TRUSTED_PROXIES=PROXY)
    lane = installation.lane
    reader = installation.caller("reader", installation.site("jira"), "READ")
    statuses = guesses(lane, TOKEN, "reader", peer=PROXY, forwarded=f"{{}}, {GUESSER}")
    assert statuses.count(401) == ALLOWED
    for seen, status in ((GUESSER, 429), (f"{ELSEWHERE}, {GUESSER}", 429), (ELSEWHERE, 200)):
        headers = {"X-Forwarded-For": seen}
        form = {"grant_type": "client_credentials"}
        answer = lane.post(TOKEN, form, reader.authorization, peer=PROXY, headers=headers)
        assert answer.status == status, seen


@pytest.mark.rule("TK-12")
def test_guessing_many_names_from_one_place_is_stopped_too(lane: Lane, reader: Caller) -> None:
    statuses = [
        lane.ask(Caller(f"name-{number}", "guess"), peer=GUESSER).status
        for number in range(2 * ATTEMPTS)
    ]
    assert statuses[0] == 401
    assert statuses[-1] == 429
    assert statuses.count(401) <= 10 * ALLOWED
    assert_throttled(lane.ask(Caller("reader", "guess"), peer=GUESSER))
    assert lane.ask(reader, peer=ELSEWHERE).status == 200


@pytest.mark.rule("TK-12")
def test_guessing_at_many_names_locks_nobody_out_who_shares_the_address(
    installation: Installation, lane: Lane, reader: Caller, jira: Site
) -> None:
    lanes = [lane, installation.start_worker().lane]
    for number in range(10 * ALLOWED):
        assert_invalid_client(lane.ask(Caller(f"name-{number}", "guess"), peer=GUESSER))
    recorded = len(installation.records("client.authentication_failed"))
    for each in lanes:
        token = each.ask(reader, peer=GUESSER)
        assert token.status == 200
        form = {"token": token.json["access_token"]}
        answer = each.post(INTROSPECT, form, jira.authorization, peer=GUESSER)
        assert answer.json["active"] is True
    seen = []
    for name in ("reader", "nobody-knows"):
        answers = [lane.ask(Caller(name, f"x-{number}"), peer=GUESSER) for number in range(ALLOWED)]
        for answer in answers:
            assert_throttled(answer)
        seen.append(seen_of(answers[0]))
    assert seen[0] == seen[1]
    assert len(installation.records("client.authentication_failed")) == recorded
    # Whoever guesses at one name from there blocks that name there, as ever.
    assert_throttled(lane.ask(reader, peer=GUESSER))


@pytest.mark.rule("TK-12")
def test_a_network_shares_its_counter(lane: Lane, reader: Caller) -> None:
    for number in range(ALLOWED):
        assert_invalid_client(lane.ask(Caller("reader", "guess"), peer=f"2001:db8:1:2::{number:x}"))
    assert_throttled(lane.ask(reader, peer="2001:db8:1:2:ffff::1"))
    assert lane.ask(reader, peer="2001:db8:1:3::1").status == 200


@pytest.mark.rule("TK-12")
def test_every_way_to_authenticate_is_counted(lane: Lane, reader: Caller) -> None:
    ways: dict[str, dict[str, str]] = {
        "client_secret_post": {"client_id": "reader", "client_secret": "guess"},
        "none": {"client_id": "reader"},
        "private_key_jwt": {
            "client_id": "reader",
            "client_assertion": "a.b.c",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        },
    }
    for number, (way, form) in enumerate(ways.items()):
        peer = f"203.0.113.{number}"
        for path in (TOKEN, REVOKE):
            statuses = [
                lane.post(path, {"grant_type": "client_credentials", **form}, peer=peer).status
                for _ in range(ALLOWED)
            ]
            assert statuses[-1] == (401 if path == TOKEN else 429), way
        assert_throttled(lane.ask(reader, peer=peer))


@pytest.mark.rule("TK-12")
def test_a_block_is_known_to_the_other_workers(
    installation: Installation, reader: Caller, jira: Site
) -> None:
    other = installation.start_worker().lane
    guesses(installation.lane, TOKEN, "reader")
    # A worker learns of a block with a failure of its own: one more attempt at most.
    assert_invalid_client(other.ask(Caller("reader", "guess"), peer=GUESSER))
    assert_throttled(other.ask(reader, peer=GUESSER))
