"""Rate limits within decisions: what is counted, what is not, and what is put on record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from authserver.domain.decisions import DenyReason
from authserver.domain.rates import Quota, RatesUnavailable, Taken
from authserver.services.rate_counting import RateCounting
from authserver.services.throttling import ThrottleLimits
from authserver.storage.node_counter_file import NodeCounterFile
from authserver.storage.node_counters import NodeCounters
from tests.doubles import FakeClock
from tests.services.calling import BOB, Office
from tests.services.deciding import ISSUE, allowed, denied

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

LIMIT: Final = (
    '[[rate]]\nname = "two"\nper = "token"\ncalls = 2\nseconds = 60\nreason = "Two a minute"\n'
)


class Broken:
    """Counters that cannot count."""

    def take(self, quotas: Sequence[Quota]) -> Taken:
        raise RatesUnavailable("the disk is full")


@pytest.fixture
def office(tmp_path: Path) -> Office:
    clock = FakeClock()
    counters = NodeCounters(NodeCounterFile(tmp_path / "rates", 1, clock, boot=b"b" * 16))
    counting = RateCounting(counters=counters, clock=clock, networks=ThrottleLimits())
    office = Office(rates=counting)
    office.policy(LIMIT)
    return office


def test_a_token_over_its_limit_is_refused_and_another_is_not(office: Office) -> None:
    token = f"Bearer {office.token()}"
    assert [allowed(office.ask("GET", ISSUE, token)).rate for _ in range(2)] != [None, None]
    assert denied(office.ask("GET", ISSUE, token)) is DenyReason.RATE_LIMITED
    assert office.record["rule"] == "rate.two"
    assert office.record["rate"] == ["two", 2, 60, 0]
    allowed(office.ask("GET", ISSUE, f"Bearer {office.token(BOB)}"))


def test_tokens_of_no_client_share_what_their_user_may_call(office: Office) -> None:
    office.policy(LIMIT.replace('"token"', '"client"'))
    one, other = (f"Bearer {office.token()}" for _ in range(2))
    allowed(office.ask("GET", ISSUE, one))
    allowed(office.ask("GET", ISSUE, other))
    assert denied(office.ask("GET", ISSUE, other)) is DenyReason.RATE_LIMITED
    allowed(office.ask("GET", ISSUE, f"Bearer {office.token(BOB)}"))


def test_a_rule_about_a_token_goes_on_after_it_was_rotated(office: Office) -> None:
    office.token(token_id="first", lineage_id="first")
    rotated = f"Bearer {office.token(lineage_id='first')}"
    stranger = f"Bearer {office.token()}"
    about = 'tokens = ["first"]\nreason = "The old robot"\n'
    for rule in (
        '[[deny]]\nname = "robot"\n',
        '[[network]]\nname = "robot"\nallow = ["10.0.0.0/8"]\n',
        '[[operation]]\nname = "robot"\nallow = ["POST /rest/api/2/search"]\n',
        '[[rate]]\nname = "robot"\nper = "token"\ncalls = 1\nseconds = 60\n',
    ):
        office.policy(rule + about)
        office.ask("GET", ISSUE, rotated)
        denied(office.ask("GET", ISSUE, rotated))
        for _ in range(2):
            allowed(office.ask("GET", ISSUE, stranger))


def test_calls_that_are_refused_for_something_else_are_not_counted(office: Office) -> None:
    token = f"Bearer {office.token()}"
    for _ in range(5):
        assert denied(office.ask("DELETE", ISSUE, token)) is DenyReason.INSUFFICIENT_SCOPE
    for _ in range(2):
        allowed(office.ask("GET", ISSUE, token))
    for _ in range(5):
        assert denied(office.ask("GET", ISSUE, token)) is DenyReason.RATE_LIMITED


def test_a_call_that_cannot_be_counted_does_not_pass_and_the_record_says_why() -> None:
    counting = RateCounting(counters=Broken(), clock=FakeClock(), networks=ThrottleLimits())
    office = Office(rates=counting)
    token = f"Bearer {office.token()}"
    allowed(office.ask("GET", ISSUE, token))  # no limit concerns it
    office.policy(LIMIT)
    assert denied(office.ask("GET", ISSUE, token)) is DenyReason.RATES_UNAVAILABLE
    reason = office.world.journal.events[-1].reason
    assert reason == "rates-unavailable: the disk is full"
