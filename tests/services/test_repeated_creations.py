"""What a creation that is asked for again finds, whatever happened to the keys of the server."""

from __future__ import annotations

from typing import Final

import pytest

from authserver.crypto.digests import HmacDigester
from authserver.crypto.successor_sealing import HkdfSuccessorSealer
from authserver.domain.repeats import REPEATABLE_SECONDS, KeyReused, KeyTaken
from authserver.services.repeated_creations import Creation, RepeatedCreations
from tests.doubles import FakeClock, FakeEntropy
from tests.memory_database import MemoryDatabase

CREATION: Final = Creation("client:a", "a-key-of-the-caller", b"POST /clients {}")
PEPPERS: Final = {"p1": b"1" * 32, "p2": b"2" * 32}


class Desk:
    """Creations on a database in memory; `peppers` by id, the last one is current."""

    def __init__(self) -> None:
        self.database = MemoryDatabase()
        self.clock = FakeClock()

    def repeated(self, *peppers: str) -> RepeatedCreations:
        entropy = FakeEntropy()
        known = {each: PEPPERS[each] for each in peppers}
        return RepeatedCreations(
            database=self.database,
            clock=self.clock,
            digester=HmacDigester(known, peppers[-1], entropy),
            sealer=HkdfSuccessorSealer(entropy),
        )

    def make(self, creation: Creation = CREATION) -> None:
        repeated = self.repeated("p1")
        with self.database.writing() as stores:
            repeated.claim(creation, stores)
        repeated.keep(creation, 201, "the answer")


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_what_was_made_is_answered_again_also_under_a_newer_pepper(desk: Desk) -> None:
    assert desk.repeated("p1").answered(CREATION) is None
    desk.make()
    assert desk.repeated("p1").answered(CREATION) == (201, "the answer")
    assert desk.repeated("p1", "p2").answered(CREATION) == (201, "the answer")


def test_another_request_with_the_same_key_is_refused(desk: Desk) -> None:
    desk.make()
    with pytest.raises(KeyReused):
        desk.repeated("p1").answered(Creation(CREATION.caller, CREATION.key, b"POST /clients []"))


def test_another_caller_with_the_same_key_made_nothing_yet(desk: Desk) -> None:
    desk.make()
    other = Creation("client:b", CREATION.key, CREATION.request)
    assert desk.repeated("p1").answered(other) is None


def test_a_key_that_is_claimed_is_nobodys_a_second_time(desk: Desk) -> None:
    desk.make()
    with pytest.raises(KeyTaken), desk.database.writing() as stores:
        desk.repeated("p1").claim(CREATION, stores)


def test_what_was_made_without_an_answer_is_told_as_that(desk: Desk) -> None:
    with desk.database.writing() as stores:
        desk.repeated("p1").claim(CREATION, stores)
    with pytest.raises(KeyTaken):
        desk.repeated("p1").answered(CREATION)


def test_a_key_is_free_again_after_its_day(desk: Desk) -> None:
    desk.make()
    desk.clock.advance(REPEATABLE_SECONDS)
    assert desk.repeated("p1").answered(CREATION) is None
    desk.make()


def test_the_answer_is_sealed(desk: Desk) -> None:
    desk.make()
    (kept,) = desk.database.state.kept_answers.values()
    assert b"the answer" not in kept.sealed
    assert CREATION.key not in repr(kept)
