"""When a revocation has been answered, no worker of any server accepts the token any more."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

import psutil
import pytest

from tests.races.probes import Probes
from tests.races.weakened import ETERNAL_LEASE, NO_LEASE, weakened

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.races.conftest import Fleet

    MakeFleet = Callable[[Mapping[str, str]], Fleet]

STOPPED_SECONDS = 5.0


def survivors(fleet: Fleet, *, rounds: int, times: int) -> tuple[int, int]:
    """Revoke `rounds` tokens that every worker knows; probes sent, and those that said active."""
    sent = active = 0
    with Probes(fleet.servers, fleet.site) as probes:
        for _ in range(rounds):
            token = fleet.first.token(fleet.caller)
            known = probes.count_active(token, times=2)
            assert known == 2 * probes.connections, "a live token must be active everywhere"
            revoke(fleet, token)
            active += probes.count_active(token, times=times)
            sent += times * probes.connections
    return sent, active


def revoke(fleet: Fleet, token: str) -> None:
    answer = fleet.first.post("/oauth2/revoke", {"token": token}, fleet.caller.authorization)
    assert answer.status_code == 200, answer.text


@pytest.mark.rule("RV-03")
@pytest.mark.rule("IN-05")
def test_a_revoked_token_is_dead_everywhere_when_the_answer_has_come(make_fleet: MakeFleet) -> None:
    _, active = survivors(make_fleet({}), rounds=3, times=10)
    assert active == 0


@pytest.mark.slow
def test_ten_thousand_probes_find_revoked_tokens_dead(make_fleet: MakeFleet) -> None:
    sent, active = survivors(make_fleet({}), rounds=45, times=40)
    assert sent >= 10_000
    assert active == 0


@pytest.mark.slow
def test_without_the_wait_of_the_revoker_a_revoked_token_is_seen_alive(
    make_fleet: MakeFleet, tmp_path: Path
) -> None:
    fleet = make_fleet(weakened(tmp_path / "weakened", NO_LEASE))
    _, active = survivors(fleet, rounds=12, times=10)
    assert active > 0, "the test above cannot see what it is there for"


def asked_after_a_stall(fleet: Fleet) -> int:
    """Revoke while a server's workers stand still for five seconds; then ask them at once."""
    stalled = fleet.servers[-1]
    token = fleet.first.token(fleet.caller)
    with Probes([stalled], fleet.site) as probes:
        assert probes.count_active(token, times=3) == 3 * probes.connections
        workers = stalled.workers()
        frozen = workers if len(fleet.servers) > 1 else workers[:1]
        for pid in frozen:
            freeze(pid)
        try:
            revoke_somewhere(fleet, token)
            time.sleep(STOPPED_SECONDS)
            # Waiting in the sockets, these are the first thing a worker sees when it wakes up.
            probes.send(token)
        finally:
            for pid in frozen:
                os.kill(pid, signal.SIGCONT)
        return probes.count_received_active() + probes.count_active(token, times=20)


def freeze(pid: int) -> None:
    """Stop a process, and wait until it stands: signals take a while on a busy machine."""
    os.kill(pid, signal.SIGSTOP)
    deadline = time.monotonic() + 10
    while psutil.Process(pid).status() != psutil.STATUS_STOPPED:
        assert time.monotonic() < deadline
        time.sleep(0.001)
    # Every thread, not just the first: one of them could hold SQLite's write lock.
    time.sleep(0.05)


def revoke_somewhere(fleet: Fleet, token: str) -> None:
    """Revoke; where a frozen worker took the connection, try another one."""
    for _ in range(50):
        try:
            answer = fleet.first.post(
                "/oauth2/revoke", {"token": token}, fleet.caller.authorization, seconds=2
            )
        except OSError:
            continue
        assert answer.status_code == 200, answer.text
        return
    raise AssertionError("no worker answered")


@pytest.mark.slow
def test_a_stalled_worker_never_answers_from_old_memory(make_fleet: MakeFleet) -> None:
    assert asked_after_a_stall(make_fleet({})) == 0


@pytest.mark.slow
def test_with_an_eternal_lease_a_stalled_worker_answers_from_old_memory(
    make_fleet: MakeFleet, tmp_path: Path
) -> None:
    fleet = make_fleet(weakened(tmp_path / "weakened", ETERNAL_LEASE))
    assert asked_after_a_stall(fleet) > 0, "the test above cannot see what it is there for"
