"""Rate limits of policies: whose calls count together, and what callers are told."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest

from authserver.domain.policy_calls import CallerFacts, CallerWay, CallFacts
from authserver.domain.policy_documents import LimitPer, PolicyDocument, RateRule
from authserver.domain.rates import Quota, RateState, RatesUnavailable, Taken
from authserver.services.rate_counting import (
    COUNTED,
    LIMITED,
    STRANGERS,
    UNAVAILABLE,
    RateCounting,
)
from authserver.services.site_policies import compile_policy
from authserver.services.throttling import ThrottleLimits
from authserver.storage.node_counter_file import NodeCounterFile
from authserver.storage.node_counters import NodeCounters
from tests.doubles import FakeClock
from tests.services.policy_strategies import OPERATIONS, PRODUCT, RESOURCE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from authserver.services.decision_ports import RateVerdict
    from authserver.services.site_policies import SitePolicy

READ, WRITE = OPERATIONS[:2]
SALT: Final = "198.51.100."


def rule(per: LimitPer, calls: int = 3, name: str = "", **values: Any) -> RateRule:
    seconds = values.pop("seconds", 60)
    return RateRule(
        name or f"per-{per}", f"the text of {name or per}", per, calls, seconds, **values
    )


def policy(*rules: RateRule, site: str = "") -> SitePolicy:
    resource = replace(RESOURCE, identifier=site) if site else RESOURCE
    return compile_policy([(None, PolicyDocument(rates=rules))], PRODUCT, resource)


def call(way: CallerWay = CallerWay.ACCESS_TOKEN, **values: Any) -> CallFacts:
    operation = values.pop("operation", READ)
    address = values.pop("address", "192.0.2.1")
    values.setdefault("subject", "alice")
    caller = CallerFacts(way, **values)
    return CallFacts(caller, 0.0, operation.method, "/rest/a/1/things", (operation,), address)


def token(name: str, **values: Any) -> CallFacts:
    return call(CallerWay.API_TOKEN_BEARER, token_id=name, count_key=f"line-{name}", **values)


class Broken:
    """Counters that cannot count."""

    def take(self, quotas: Sequence[Quota]) -> Taken:
        raise RatesUnavailable("the file of counters is full")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def counting(tmp_path: Path, clock: FakeClock) -> RateCounting:
    counters = NodeCounters(NodeCounterFile(tmp_path / "rates", 1, clock, boot=b"b" * 16))
    return RateCounting(counters=counters, clock=clock, networks=ThrottleLimits())


@pytest.fixture
def passed(counting: RateCounting) -> Callable[..., int]:
    def count(policy: SitePolicy, facts: CallFacts, tries: int = 9) -> int:
        return sum(not counting.take(policy, facts).refused for _ in range(tries))

    return count


def test_without_a_rule_that_concerns_it_a_call_is_not_counted(counting: RateCounting) -> None:
    others = policy(rule(LimitPer.SITE, clients=frozenset({"bot"})))
    for chosen in (policy(), others):
        verdict = counting.take(chosen, call())
        assert (verdict.state, verdict.refused, verdict.unavailable) == (None, False, False)


@pytest.mark.feature(43)
def test_each_token_has_its_own_and_its_successors_share_it(passed: Callable[..., int]) -> None:
    limits = policy(rule(LimitPer.TOKEN))
    assert passed(limits, token("one")) == 3
    assert passed(limits, token("two")) == 3
    rotated = call(CallerWay.API_TOKEN_BASIC, token_id="new", count_key="line-one")
    assert passed(limits, rotated) == 0


@pytest.mark.parametrize(
    ("per", "same", "other"),
    [
        (LimitPer.CLIENT, {"client_id": "ci", "subject": "bob"}, {"client_id": "app"}),
        (LimitPer.USER, {"subject": "alice", "client_id": "app"}, {"subject": "bob"}),
        (LimitPer.SITE, {"subject": "bob", "client_id": "app"}, None),
    ],
)
@pytest.mark.feature(43)
def test_calls_of_one_client_user_or_site_count_together(
    passed: Callable[..., int], per: LimitPer, same: dict[str, Any], other: dict[str, Any] | None
) -> None:
    limits = policy(rule(per))
    assert passed(limits, call(client_id="ci", count_key="a")) == 3
    assert passed(limits, call(**{"count_key": "b", **same})) == 0
    if other is not None:
        assert passed(limits, call(**other)) == 3


def test_who_has_no_client_is_counted_for_itself(passed: Callable[..., int]) -> None:
    limits = policy(rule(LimitPer.CLIENT))
    assert passed(limits, call(subject="alice")) == 3
    assert passed(limits, call(subject="bob")) == 3


@pytest.mark.feature(43)
def test_all_members_of_a_group_count_together_and_each_group_apart(
    passed: Callable[..., int],
) -> None:
    both = frozenset({"developers", "auditors"})
    limits = policy(rule(LimitPer.GROUP, groups=both))
    developers = frozenset({"developers", "unnamed"})
    assert passed(limits, call(subject="alice", groups=developers)) == 3
    assert passed(limits, call(subject="bob", groups=developers)) == 0
    assert passed(limits, call(subject="cy", groups=frozenset({"auditors"}))) == 3
    assert passed(limits, call(subject="dan", groups=both)) == 0
    assert passed(limits, call(subject="eve", groups=frozenset({"unnamed"}))) == 9


@pytest.mark.feature(43)
def test_a_route_class_counts_only_its_own_calls(passed: Callable[..., int]) -> None:
    limits = policy(rule(LimitPer.USER, operations=("write",)))
    assert passed(limits, call(operation=WRITE)) == 3
    assert passed(limits, call(operation=READ)) == 9


def test_every_site_counts_for_itself(passed: Callable[..., int]) -> None:
    assert passed(policy(rule(LimitPer.SITE)), call()) == 3
    assert passed(policy(rule(LimitPer.SITE), site="https://other.example"), call()) == 3


def test_a_new_version_of_a_policy_gives_nobody_new_calls(passed: Callable[..., int]) -> None:
    assert passed(policy(rule(LimitPer.SITE, 3)), call()) == 3
    assert passed(policy(rule(LimitPer.SITE, 5)), call()) == 2
    assert passed(policy(rule(LimitPer.SITE, 4)), call()) == 0


def test_a_call_refused_by_one_rule_uses_up_no_other(
    counting: RateCounting, passed: Callable[..., int]
) -> None:
    shared, own = rule(LimitPer.SITE, 10), rule(LimitPer.TOKEN, 3)
    limits = policy(shared, own)
    assert passed(limits, token("greedy"), 50) == 3
    assert [passed(limits, token(each)) for each in ("a", "b", "c")] == [3, 3, 1]


def test_nobody_gets_more_by_what_proves_nothing(passed: Callable[..., int]) -> None:
    limits = policy(rule(LimitPer.USER))
    named = [
        call(CallerWay.BASIC, subject="", username=f"guess-{each}", address=f"{SALT}7")
        for each in range(9)
    ]
    assert sum(passed(limits, each, 1) for each in named) == 3
    assert passed(limits, call(CallerWay.BASIC, subject="", address=f"{SALT}8")) == 3
    assert passed(limits, call(CallerWay.ANONYMOUS, subject="", address=f"{SALT}7")) == 3
    one_host = [call(CallerWay.ANONYMOUS, subject="", address=f"2001:db8::{n:x}") for n in range(9)]
    assert sum(passed(limits, each, 1) for each in one_host) == 3


def test_strangers_never_fill_the_store() -> None:
    keys = set[bytes]()

    class Noting:
        def take(self, quotas: Sequence[Quota]) -> Taken:
            keys.update(each.key for each in quotas)
            raise RatesUnavailable("noted")

    counting = RateCounting(counters=Noting(), clock=FakeClock(), networks=ThrottleLimits())
    limits = policy(rule(LimitPer.TOKEN))
    for number in range(20_000):
        address = f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
        counting.take(limits, call(CallerWay.ANONYMOUS, subject="", address=address))
    assert STRANGERS // 2 < len(keys) <= STRANGERS


def test_the_limit_with_the_least_room_is_told(counting: RateCounting) -> None:
    limits = policy(rule(LimitPer.SITE, 10, "all"), rule(LimitPer.TOKEN, 3, "each", seconds=30))
    assert counting.take(limits, token("a")).state == RateState("each", 3, 30, 2, 31)
    for name in "bcdefgh":
        counting.take(limits, token(name))
    state = counting.take(limits, token("i")).state
    assert state is not None
    assert (state.name, state.remaining) == ("all", 1)


def test_a_refusal_names_the_rule_its_text_and_the_longest_wait(
    counting: RateCounting, clock: FakeClock
) -> None:
    limits = policy(rule(LimitPer.SITE, 2, "long", seconds=600), rule(LimitPer.TOKEN, 2, "short"))
    for _ in range(2):
        counting.take(limits, token("a"))
        clock.advance(1)
    verdict = counting.take(limits, token("a"))
    assert verdict.refused
    assert verdict.text == "the text of long"
    state = verdict.state
    assert state is not None
    assert (state.name, state.remaining) == ("long", 0)
    assert 598 <= state.reset_seconds <= 608

    clock.advance(state.reset_seconds)
    assert not counting.take(limits, token("a")).refused, "whoever waits so long passes"


def test_a_store_that_cannot_count_lets_nothing_pass_unseen(
    clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    told = list[str]()
    counting = RateCounting(counters=Broken(), clock=clock, networks=ThrottleLimits())
    counting.report_to(told.append)
    limits = policy(rule(LimitPer.SITE))
    caplog.set_level(logging.WARNING)

    verdicts: list[RateVerdict] = [counting.take(limits, call()) for _ in range(100)]

    assert all(each.unavailable and "full" in each.detail for each in verdicts)
    assert told == [UNAVAILABLE] * 100
    assert len(caplog.messages) == 1
    clock.advance(11)
    counting.take(limits, call())
    assert "(100)" in caplog.messages[1], "how many there were since"


def test_every_count_is_told_of(counting: RateCounting) -> None:
    told = list[str]()
    counting.report_to(told.append)
    limits = policy(rule(LimitPer.SITE, 1))
    counting.take(limits, call())
    counting.take(limits, call())
    assert told == [COUNTED, LIMITED]


def test_keys_say_nothing_of_callers(tmp_path: Path, counting: RateCounting) -> None:
    limits = policy(*(rule(each) for each in LimitPer if each is not LimitPer.GROUP))
    counting.take(limits, token("very-secret-name", username="very-secret-name"))
    assert b"very-secret" not in (tmp_path / "rates").read_bytes()
