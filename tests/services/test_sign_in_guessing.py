"""Guessing passwords is slow for whoever guesses, and keeps no owner out."""

from __future__ import annotations

import threading

import pytest

from authserver.domain.errors import StorageUnavailable, Throttled
from authserver.services.password_check import SignInRefused
from tests.services.house import HOME, PASSWORD, House

ABROAD = "203.0.113.9"


@pytest.fixture
def house() -> House:
    return House()


def fill(house: House, times: int, *names: str, peer: str = HOME) -> None:
    for number in range(times):
        house.refused(names[number % len(names)] if names else "ada", peer=peer)


@pytest.mark.rule("SE-05")
def test_too_many_wrong_passwords_from_one_network_are_throttled(house: House) -> None:
    fill(house, 3)
    with pytest.raises(Throttled) as refused:
        house.sign_in()
    assert refused.value.retry_after_seconds == 900 - house.clock.now() % 900
    assert house.sign_in(peer=ABROAD).cookie


@pytest.mark.rule("SE-05")
def test_all_names_of_an_account_share_one_counter(house: House) -> None:
    fill(house, 3, "ada", "ADA@example.org", "\uff41da")
    house.refused("Ada", PASSWORD)
    assert house.failed_sign_ins[-1].reason == "too many wrong passwords before this one"
    house.clock.advance(900)
    assert house.sign_in("Ada").cookie


@pytest.mark.rule("SE-05")
def test_a_window_ends(house: House) -> None:
    fill(house, 3)
    house.clock.advance(900)
    assert house.sign_in().cookie


def test_unknown_names_are_throttled_as_known_ones(house: House) -> None:
    fill(house, 3, "nobody")
    with pytest.raises(Throttled):
        house.sign_in("NOBODY")


def test_while_it_is_throttled_nothing_is_compared_or_written(house: House) -> None:
    fill(house, 3)
    house.world.passwords.compared.clear()
    before = house.database.state
    with pytest.raises(Throttled):
        house.sign_in()
    assert not house.world.passwords.compared
    assert house.database.state is before


def test_right_passwords_are_not_counted(house: House) -> None:
    for _ in range(20):
        house.sign_in()


@pytest.mark.rule("SE-05")
def test_guesses_from_everywhere_are_throttled(house: House) -> None:
    for number in range(9):
        house.refused(peer=f"203.0.113.{number}")
    with pytest.raises(Throttled):
        house.sign_in(peer="192.0.2.1")


@pytest.mark.rule("SE-05")
def test_the_owner_gets_in_from_a_known_browser_whoever_guesses(house: House) -> None:
    house.sign_in()
    known = house.known_browsers.remember("", house.ada.subject)
    for number in range(9):
        house.refused(peer=f"203.0.113.{number}")
    fill(house, 30, *(f"name-{number}" for number in range(15)))
    with pytest.raises(Throttled):
        house.sign_in()
    assert house.sign_in(known_browsers=known).cookie


def test_a_known_browser_may_not_guess_for_ever_either(house: House) -> None:
    known = house.known_browsers.remember("", house.ada.subject)
    for number in range(3):
        house.refused(known_browsers=known, peer=f"203.0.113.{number}")
    with pytest.raises(Throttled):
        house.sign_in(known_browsers=known)


def test_a_browser_known_to_one_account_is_a_stranger_to_another(house: House) -> None:
    bob = house.user("bob")
    known = house.known_browsers.remember("", bob.subject)
    fill(house, 3)
    with pytest.raises(Throttled):
        house.sign_in(known_browsers=known)


def test_one_network_may_not_try_a_password_on_everybody(house: House) -> None:
    fill(house, 30, *(f"name-{number}" for number in range(30)))
    with pytest.raises(Throttled):
        house.sign_in("another-name")
    assert house.sign_in("ada", peer=ABROAD).cookie


@pytest.mark.rule("SE-05")
def test_a_burst_gets_no_more_guesses_than_a_queue(house: House) -> None:
    answers: list[str] = []
    start = threading.Barrier(12)

    def guess() -> None:
        start.wait(10)
        try:
            house.sign_in("ada", "wrong")
        except (SignInRefused, Throttled) as refusal:
            answers.append(type(refusal).__name__)

    crowd = [threading.Thread(target=guess) for _ in range(12)]
    for each in crowd:
        each.start()
    for each in crowd:
        each.join(30)
    assert sorted(answers) == ["SignInRefused"] * 3 + ["Throttled"] * 9


def test_a_block_is_on_record_once(house: House) -> None:
    fill(house, 3)
    blocked = [each for each in house.database.audit if each.action == "user.throttled"]
    assert [each.object_id for each in blocked] == [house.ada.subject]
    assert blocked[0].details == {"counters": ["account and network"]}


def test_a_full_pool_costs_the_user_no_try(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_password: str, _hashed: bytes) -> bool:
        raise StorageUnavailable("the pool is full")

    with monkeypatch.context() as patched:
        patched.setattr(house.world.passwords, "matches", full)
        for _ in range(5):
            with pytest.raises(StorageUnavailable):
                house.sign_in()
    assert house.sign_in().cookie
