"""Wrong credentials at gateways: guessing ends soon, and nobody else is shut out."""

from __future__ import annotations

from typing import Final

import pytest

from authserver.domain.audit import Outcome
from authserver.services.attempt_throttle import AttemptThrottle
from authserver.services.throttle_memory import MOST_BLOCKS
from authserver.services.throttling import ThrottleLimits
from tests.doubles import EPOCH
from tests.memory_database import MemoryDatabase

LIMITS: Final = ThrottleLimits(per_caller=3, per_network=10, window_seconds=60)
NOW: Final = EPOCH - EPOCH % 60 + 20
GUESSER: Final = "198.51.100.7"


@pytest.fixture
def database() -> MemoryDatabase:
    return MemoryDatabase()


@pytest.fixture
def throttle(database: MemoryDatabase) -> AttemptThrottle:
    return AttemptThrottle(database, LIMITS)


def guess(throttle: AttemptThrottle, tries: int, address: str = GUESSER, begin: int = 0) -> int:
    """Ever new credentials, as a gateway would tell them; how many were looked at."""
    looked_at = 0
    for number in range(begin, begin + tries):
        if not throttle.blocked_for(address, NOW):
            throttle.failed(address, f"asv_pat_{number}", NOW)
            looked_at += 1
    return looked_at


@pytest.mark.rule("TK-12")
def test_guesses_from_one_network_end_until_the_window_does(throttle: AttemptThrottle) -> None:
    assert guess(throttle, 50) == LIMITS.per_network
    assert throttle.blocked_for(GUESSER, NOW) == 40
    assert throttle.blocked_for(GUESSER, NOW + 39.5) == 1
    assert throttle.blocked_for(GUESSER, NOW + 40) == 0
    assert throttle.blocked_for("198.51.100.8", NOW) == 0


def test_one_wrong_token_over_and_over_shuts_no_office_out(
    throttle: AttemptThrottle, database: MemoryDatabase
) -> None:
    throttle.failed(GUESSER, "asv_pat_gone", NOW)
    writes = database.calls["failures.add"]
    for _ in range(1000):
        throttle.failed(GUESSER, "asv_pat_gone", NOW)
    assert throttle.blocked_for(GUESSER, NOW) == 0
    assert database.calls["failures.add"] == writes, "and the database hears of it once"


def test_hosts_of_one_ipv6_network_count_together(throttle: AttemptThrottle) -> None:
    for number in range(LIMITS.per_network):
        guess(throttle, 1, f"2001:db8:1:2::{number:x}", number)
    assert throttle.blocked_for("2001:db8:1:2:ffff::1", NOW)
    assert not throttle.blocked_for("2001:db8:1:3::1", NOW)


def test_workers_count_together(database: MemoryDatabase) -> None:
    one, other = AttemptThrottle(database, LIMITS), AttemptThrottle(database, LIMITS)
    for number in range(LIMITS.per_network):
        guess([one, other][number % 2], 1, begin=number)
    assert other.blocked_for(GUESSER, NOW), "who crosses the limit learns of it"
    assert guess(one, 5, begin=100) == 1, "the other with its next failure"


def test_a_block_is_on_record_once(throttle: AttemptThrottle, database: MemoryDatabase) -> None:
    guess(throttle, 30)
    (event,) = database.audit
    assert (event.action, event.outcome) == ("network.throttled", Outcome.REFUSED)
    assert (event.object_kind, event.object_id) == ("network", f"{GUESSER}/32")
    assert event.details == {"network": f"{GUESSER}/32", "until": NOW + 40}


def test_nothing_of_a_credential_is_kept(
    throttle: AttemptThrottle, database: MemoryDatabase
) -> None:
    throttle.failed(GUESSER, "asv_pat_secret", NOW)
    assert "asv_pat_secret" not in repr(vars(throttle._memory)) + repr(database.state.failures)


def test_what_a_worker_remembers_has_a_bound(throttle: AttemptThrottle) -> None:
    memory = throttle._current(NOW)
    for number in range(MOST_BLOCKS + 100):
        memory.block(str(number))
    assert len(memory) == MOST_BLOCKS
