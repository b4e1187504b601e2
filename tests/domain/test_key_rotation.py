"""Keys are announced before they sign, kept after they signed, and never all gone."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authserver.domain.errors import InvalidField
from authserver.domain.key_rotation import (
    KeyStep,
    MakeKey,
    MoveKey,
    check_key_times,
    due_steps,
    early_rotation_at,
)
from authserver.domain.keys import KeyState, KeyTimes, SigningAlgorithm, SigningKey
from tests.doubles import EPOCH

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ES256, RS256 = SigningAlgorithm.ES256, SigningAlgorithm.RS256
TIMES = KeyTimes(announce=900, use=7200, keep=3900, jwks_max_age=600)


def key(
    kid: str,
    state: KeyState,
    *,
    created: float = 0,
    activated: float | None = None,
    retired: float | None = None,
    algorithm: SigningAlgorithm = ES256,
) -> SigningKey:
    return SigningKey(
        kid=kid,
        algorithm=algorithm,
        state=state,
        public_jwk={},
        sealed_private=b"",
        created_at=EPOCH + created,
        activated_at=None if activated is None else EPOCH + activated,
        retired_at=None if retired is None else EPOCH + retired,
        ended_at=None,
    )


NEXT, ACTIVE, RETIRING = KeyState.NEXT, KeyState.ACTIVE, KeyState.RETIRING
GONE, REVOKED = KeyState.GONE, KeyState.REVOKED


def due(*keys: SigningKey, at: float = 0, early: bool = False) -> Sequence[KeyStep]:
    return due_steps(keys, ES256, TIMES, EPOCH + at, early=early)


def test_an_empty_ring_gets_a_key() -> None:
    assert due() == [MakeKey(ES256)]


def test_the_first_key_signs_at_once_and_gets_a_successor() -> None:
    assert due(key("a", NEXT)) == [MoveKey("a", NEXT, ACTIVE), MakeKey(ES256)]


def test_in_the_normal_course_nothing_is_due() -> None:
    ring = (key("a", ACTIVE, activated=0), key("b", NEXT))
    for at in (0, 900, 7199):
        assert due(*ring, at=at) == []


@pytest.mark.rule("MD-05")
def test_a_key_whose_time_is_over_gives_way_to_its_announced_successor() -> None:
    ring = (key("a", ACTIVE, activated=0), key("b", NEXT, created=10))
    assert due(*ring, at=7200) == [
        MoveKey("b", NEXT, ACTIVE),
        MakeKey(ES256),
        MoveKey("a", ACTIVE, RETIRING),
    ]


@pytest.mark.rule("MD-05")
def test_a_successor_waits_until_every_cache_can_have_it() -> None:
    ring = (key("a", ACTIVE, activated=0), key("b", NEXT, created=7000))
    assert due(*ring, at=7899) == []
    assert MoveKey("b", NEXT, ACTIVE) in due(*ring, at=7900)


@pytest.mark.rule("MD-05")
def test_a_retired_key_stays_as_long_as_its_tokens() -> None:
    ring = (key("a", ACTIVE, activated=0), key("b", NEXT), key("c", RETIRING, retired=100))
    assert due(*ring, at=3999) == []
    assert due(*ring, at=4000) == [MoveKey("c", RETIRING, GONE)]


def test_after_an_emergency_revocation_the_successor_signs_at_once() -> None:
    ring = (key("a", REVOKED, activated=0), key("b", NEXT, created=100))
    assert due(*ring, at=101) == [MoveKey("b", NEXT, ACTIVE), MakeKey(ES256)]


def test_of_two_active_keys_the_later_one_goes_on() -> None:
    ring = (key("b", ACTIVE, activated=50), key("a", ACTIVE, activated=20), key("c", NEXT))
    assert due(*ring, at=60) == [MoveKey("a", ACTIVE, RETIRING)]


def test_the_longest_announced_key_comes_first() -> None:
    ring = (
        key("a", ACTIVE, activated=0),
        key("late", NEXT, created=5),
        key("early", NEXT, created=2),
    )
    assert due(*ring, at=7200) == [MoveKey("early", NEXT, ACTIVE), MoveKey("a", ACTIVE, RETIRING)]


def test_rings_of_other_algorithms_do_not_count() -> None:
    others = (
        key("x", ACTIVE, activated=0, algorithm=RS256),
        key("y", NEXT, algorithm=RS256),
        key("z", RETIRING, retired=0, algorithm=RS256),
    )
    assert due(*others, at=100_000) == [MakeKey(ES256)]


def test_ended_keys_do_not_count() -> None:
    assert due(key("a", GONE, activated=0), key("b", REVOKED, activated=0)) == [MakeKey(ES256)]


def test_an_early_rotation_still_waits_for_the_announcement() -> None:
    ring = (key("a", ACTIVE, activated=0), key("b", NEXT, created=0))
    assert due(*ring, at=899, early=True) == []
    assert early_rotation_at(ring, ES256, TIMES) == EPOCH + 900
    assert due(*ring, at=900, early=True) == [
        MoveKey("b", NEXT, ACTIVE),
        MakeKey(ES256),
        MoveKey("a", ACTIVE, RETIRING),
    ]
    assert early_rotation_at(ring, RS256, TIMES) is None


@pytest.mark.parametrize(
    ("times", "field"),
    [
        (replace(TIMES, jwks_max_age=0), "jwks_max_age"),
        (replace(TIMES, announce=600), "announce"),
        (replace(TIMES, use=899), "use"),
        (replace(TIMES, keep=3600), "keep"),
    ],
)
def test_times_that_caches_or_tokens_outlive_are_refused(times: KeyTimes, field: str) -> None:
    with pytest.raises(InvalidField) as caught:
        check_key_times(times)
    assert caught.value.field == field
    assert check_key_times(TIMES) is TIMES


@dataclass
class World:
    """Keys in a store, workers who ask what is due, and a record of what must not happen."""

    now: float = 0.0
    keys: dict[str, SigningKey] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def due(self, early: bool = False) -> Sequence[KeyStep]:  # noqa: FBT001, FBT002 - drawn by hypothesis
        forwards = due_steps(self.keys.values(), ES256, TIMES, EPOCH + self.now, early=early)
        backwards = due_steps(
            list(self.keys.values())[::-1], ES256, TIMES, EPOCH + self.now, early=early
        )
        if forwards != backwards:
            self.wrong.append("the order of rows matters")
        return forwards

    def in_state(self, state: KeyState) -> list[SigningKey]:
        return [key for key in self.keys.values() if key.state is state]

    def take(self, step: KeyStep) -> None:
        if isinstance(step, MakeKey):
            kid = f"k{len(self.keys)}"
            self.keys[kid] = key(kid, NEXT, created=self.now)
            return
        old = self.keys[step.kid]
        if old.state is not step.expected:
            return
        at = EPOCH + self.now
        if step.to is ACTIVE:
            if self.in_state(ACTIVE) and at < old.created_at + TIMES.announce:
                self.wrong.append(f"{old.kid} signs before it was announced")
            self.keys[old.kid] = replace(old, state=ACTIVE, activated_at=at)
        elif step.to is RETIRING:
            if len(self.in_state(ACTIVE)) < 2:
                self.wrong.append(f"nothing signs after {old.kid}")
            self.keys[old.kid] = replace(old, state=RETIRING, retired_at=at)
        else:
            # It signed until the moment it was retired, and those tokens live for an hour.
            if old.retired_at is None or at < old.retired_at + TIMES.keep:
                self.wrong.append(f"{old.kid} ends before its tokens")
            self.keys[old.kid] = replace(old, state=step.to, ended_at=at)

    def settle(self) -> None:
        for _ in range(5):
            steps = self.due()
            if not steps:
                return
            for step in steps:
                self.take(step)
        self.wrong.append("it never settles")


def wait(world: World, seconds: int) -> None:
    world.now += seconds


def step_back(world: World, seconds: int) -> None:
    world.now -= seconds


def settle(world: World, _: int) -> None:
    world.settle()


def crash_after(world: World, steps: int) -> None:
    for step in list(world.due())[:steps]:
        world.take(step)


def two_at_once(world: World, _: int) -> None:
    for step in [*world.due(), *world.due()]:
        world.take(step)


def rotate_early(world: World, _: int) -> None:
    for step in world.due(early=True):
        world.take(step)


def revoke(world: World, number: int) -> None:
    if world.keys:
        kid = sorted(world.keys)[number % len(world.keys)]
        world.keys[kid] = replace(world.keys[kid], state=REVOKED, ended_at=EPOCH + world.now)


ACTS = st.lists(
    st.one_of(
        st.tuples(st.just(wait), st.integers(0, 20_000)),
        st.tuples(st.just(wait), st.integers(0, 1_000)),
        st.tuples(st.just(step_back), st.integers(0, 5_000)),
        st.tuples(st.just(settle), st.just(0)),
        st.tuples(st.just(crash_after), st.integers(0, 3)),
        st.tuples(st.just(two_at_once), st.just(0)),
        st.tuples(st.just(rotate_early), st.just(0)),
        st.tuples(st.just(revoke), st.integers(0, 30)),
    ),
    max_size=40,
)


@pytest.mark.rule("MD-05")
@settings(max_examples=400)
@given(ACTS)
def test_whatever_happens_keys_are_announced_and_kept(
    acts: list[tuple[Callable[[World, int], None], int]],
) -> None:
    world = World()
    for act, number in acts:
        act(world, number)
        assert world.wrong == []
    world.settle()
    assert world.wrong == []
    assert world.due() == []
    assert len(world.in_state(ACTIVE)) == 1
    assert world.in_state(NEXT)


@settings(max_examples=100)
@given(st.lists(st.integers(1, 600), min_size=50, max_size=200))
def test_asked_often_enough_no_key_signs_much_longer_than_its_time(waits: list[int]) -> None:
    world = World()
    for wait in waits:
        world.settle()
        (active,) = world.in_state(ACTIVE)
        assert active.activated_at is not None
        assert EPOCH + world.now - active.activated_at < TIMES.use
        assert all(
            retiring.retired_at is not None and EPOCH + world.now - retiring.retired_at < TIMES.keep
            for retiring in world.in_state(RETIRING)
        )
        world.now += wait
    assert world.wrong == []
