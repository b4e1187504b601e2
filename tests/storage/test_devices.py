"""Device authorizations: one live user code, one answer, one use."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.device_authorizations import DeviceState
from authserver.domain.errors import AlreadyExists
from tests.storage.examples import NOW
from tests.storage.people_examples import asked, device, digest
from tests.storage.racing import race

if TYPE_CHECKING:
    from authserver.storage.database import SqlDatabase

PENDING, ALLOWED, SPENT = DeviceState.PENDING, DeviceState.ALLOWED, DeviceState.SPENT


@pytest.mark.parametrize(
    "changes",
    [{}, {"state": DeviceState.DENIED, "last_polled_at": NOW + 5, "grant_id": "grant-1"}],
)
def test_a_device_is_found_by_both_of_its_codes(
    database: SqlDatabase, changes: dict[str, Any]
) -> None:
    added = device(**changes)
    with database.writing() as stores:
        stores.devices.add(added)
        stores.devices.add(device("another", "ZZZZZZZZ"))
        assert stores.devices.find(asked("device")) == added
        assert stores.devices.find_by_user_code(asked("BCDFGHJK")) == added


@pytest.mark.parametrize("digests", [[], asked("x"), asked("device", "p2"), [("", b"")]])
def test_a_digest_counts_only_under_its_own_pepper(
    database: SqlDatabase, digests: list[tuple[str, bytes]]
) -> None:
    with database.writing() as stores:
        stores.devices.add(device(user_code="device"))
        assert stores.devices.find(digests) is None
        assert stores.devices.find_by_user_code(digests) is None


def test_one_code_is_not_the_other(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.devices.add(device())
        assert stores.devices.find(asked("BCDFGHJK")) is None
        assert stores.devices.find_by_user_code(asked("device")) is None


def test_a_user_code_is_taken_as_long_as_its_device_lives(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.devices.add(device())
        with pytest.raises(AlreadyExists, match="user code"):
            stores.devices.add(device("late", created_at=NOW + 599))
        later = device("later", created_at=NOW + 600, expires_at=NOW + 1200)
        stores.devices.add(later)
        assert stores.devices.find_by_user_code(asked("BCDFGHJK")) == later


def test_of_many_at_once_one_gets_a_user_code(database: SqlDatabase) -> None:
    def add(number: int) -> bool:
        with database.writing() as stores:
            try:
                stores.devices.add(device(f"device {number}"))
            except AlreadyExists:
                return False
            return True

    assert race(6, add).count(True) == 1


def test_a_poll_is_noted_with_the_new_interval(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.devices.add(device())
        stores.devices.add(device("another", "ZZZZZZZZ"))
        stores.devices.note_poll(device(), at=NOW + 3, interval=10)
        assert stores.devices.find(asked("device")) == device(last_polled_at=NOW + 3, interval=10)
        assert stores.devices.find(asked("another")) == device("another", "ZZZZZZZZ")


def test_a_state_changes_only_from_the_one_expected(database: SqlDatabase) -> None:
    with database.writing() as stores:
        devices = stores.devices
        devices.add(device())
        assert not devices.move(device(), expected=ALLOWED, to=SPENT)
        assert devices.move(device(), expected=PENDING, to=ALLOWED, grant_id="grant-1")
        assert not devices.move(device(), expected=PENDING, to=DeviceState.DENIED)
        assert not devices.move(device("unknown"), expected=PENDING, to=SPENT)
        assert devices.move(device(), expected=ALLOWED, to=SPENT)
        # The grant stays known.
        assert devices.find(asked("device")) == replace(device(), state=SPENT, grant_id="grant-1")


def test_of_many_at_once_one_spends_a_device_code(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.devices.add(device(state=ALLOWED))

    def spend(_: int) -> bool:
        with database.writing() as stores:
            return stores.devices.move(device(), expected=ALLOWED, to=SPENT)

    assert race(8, spend).count(True) == 1


def test_no_digest_stands_in_a_representation() -> None:
    shown = repr(device())
    assert repr(digest("device")) not in shown
    assert repr(digest("BCDFGHJK")) not in shown
