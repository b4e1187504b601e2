"""Sealing committed records, and signing how far the chain came."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from authserver.domain.errors import StorageUnavailable
from authserver.services import audit_sealing
from authserver.services.audit_sealing import LEASE, Sealed
from authserver.storage.audit_anchor import AnchorFile
from authserver.storage.audit_chain import ChainRows
from tests.audits import SIGNER, Trail, trail_on
from tests.storage.racing import race

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from authserver.domain.audit_chain import Unsealed
    from authserver.domain.audit_checkpoints import Checkpoint


@pytest.fixture
def trail(database_url: str) -> Iterator[Trail]:
    with trail_on(database_url) as trail:
        yield trail


def test_without_records_nothing_is_written(trail: Trail) -> None:
    assert trail.sealer().step() == Sealed()
    assert trail.sealer().sign_now() is None
    for table in ("audit_seals", "audit_checkpoints", "leases"):
        assert trail.rows(f"SELECT count(*) FROM {table}") == [(0,)]


def test_a_step_seals_everything_in_order(trail: Trail) -> None:
    trail.add(*range(25))
    sealer = trail.sealer(seal_records=10)
    done = sealer.step()
    assert (done.records, done.seals, done.is_waiting) == (25, 3, False)
    columns = "number, position, count, first_id, last_id"
    assert trail.rows(f"SELECT {columns} FROM audit_seals ORDER BY number") == [
        (1, 1, 10, 1, 10),
        (2, 11, 10, 11, 20),
        (3, 21, 5, 21, 25),
    ]
    assert sealer.step() == Sealed()
    trail.add(26)
    assert sealer.step().records == 1
    report = trail.verify()
    assert (report.sealed, report.unsealed, report.broken) == (26, 0, 0)


def test_another_sealer_goes_on_where_one_ended(trail: Trail) -> None:
    trail.add(1, 2)
    trail.sealer().step()
    trail.add(3)
    trail.sealer().step()
    seals = trail.rows("SELECT number, position FROM audit_seals ORDER BY number")
    assert seals == [(1, 1), (2, 3)]
    assert trail.verify().is_clean


def test_while_another_holds_the_lease_nothing_is_sealed(trail: Trail) -> None:
    trail.add(1)
    with trail.database.writing() as stores:
        stores.leases.acquire(LEASE, "another process", trail.clock.now(), 60)
    assert trail.sealer().step() == Sealed(is_waiting=True)
    trail.clock.advance(61)
    assert trail.sealer().step().records == 1


def test_two_sealers_at_the_same_time_make_one_chain(trail: Trail) -> None:
    trail.add(*range(400))
    sealers = [trail.sealer(seal_records=3) for _ in range(3)]

    def work(number: int) -> None:
        for _ in range(5):
            sealers[number].step()

    race(3, work)
    report = trail.verify()
    assert (report.sealed, report.unsealed, report.broken) == (400, 0, 0)


def test_a_sealer_that_comes_second_stops(trail: Trail, monkeypatch: pytest.MonkeyPatch) -> None:
    trail.add(*range(25))
    unsealed = ChainRows.unsealed
    overtaken: list[Sealed] = []

    def overtake(self: ChainRows, after_id: int, horizon: int, limit: int) -> Sequence[Unsealed]:
        found = unsealed(self, after_id, horizon, limit)
        if limit == 3 and not overtaken:
            overtaken.append(Sealed())
            overtaken.append(trail.sealer(seal_records=10).step())
        return found

    monkeypatch.setattr(ChainRows, "unsealed", overtake)
    assert trail.sealer(seal_records=3).step().records == 0
    assert overtaken[-1].records == 25
    report = trail.verify()
    assert (report.sealed, report.unsealed, report.broken) == (25, 0, 0)


def signed_numbers(trail: Trail) -> list[tuple[object, ...]]:
    return list(trail.rows("SELECT number, position FROM audit_checkpoints ORDER BY number"))


def test_a_checkpoint_is_signed_at_least_every_minute_of_activity(trail: Trail) -> None:
    sealer = trail.sealer()
    for number in range(13):
        trail.add(number)
        sealer.step()
        trail.clock.advance(10)
    assert signed_numbers(trail) == [(1, 1), (2, 7), (3, 13)]
    trail.clock.advance(3600)
    assert sealer.step() == Sealed(), "no activity, nothing to sign"


def test_the_last_records_are_signed_within_a_minute_too(trail: Trail) -> None:
    sealer = trail.sealer()
    trail.add(1)
    sealer.step()
    trail.add(2)
    assert sealer.step().checkpoint is None
    trail.clock.advance(60)
    assert sealer.step().checkpoint is not None
    assert signed_numbers(trail) == [(1, 1), (2, 2)]


def test_a_clock_set_back_does_not_stop_checkpoints(trail: Trail) -> None:
    sealer = trail.sealer()
    trail.add(1)
    sealer.step()
    trail.clock.set_now(trail.clock.now() - 86_400)
    trail.add(2)
    assert sealer.step().checkpoint is not None


def test_a_checkpoint_can_be_had_at_once(trail: Trail) -> None:
    trail.filled(3)
    signed = trail.sealer().sign_now()
    assert signed is not None
    assert (signed.position, signed.is_signed(SIGNER)) == (3, True)


class Anchor:
    """An anchor in memory that fails on command."""

    def __init__(self) -> None:
        self.lines: list[Checkpoint] = []
        self.fails = False

    def append(self, checkpoint: Checkpoint) -> None:
        if self.fails:
            raise OSError(28, "No space left on device")
        self.lines.append(checkpoint)

    def last_number(self) -> int:
        return self.lines[-1].number if self.lines else 0

    def checkpoints(self) -> Iterator[Checkpoint | str]:
        yield from self.lines


def test_the_anchor_gets_every_checkpoint_also_those_it_missed(trail: Trail) -> None:
    anchor = Anchor()
    sealer = trail.sealer(anchor=anchor)
    for number in range(6):
        anchor.fails = number in (2, 3)
        trail.add(number)
        sealer.step()
        trail.clock.advance(60)
    assert [each.number for each in anchor.lines] == [1, 2, 3, 4, 5, 6]
    assert trail.verify(anchor).anchored_position == 6


def test_the_anchor_of_a_database_set_back_gets_the_new_checkpoints(
    trail: Trail, tmp_path: Path
) -> None:
    anchor = AnchorFile(tmp_path / "anchor")
    for _ in range(3):
        trail.filled(2, anchor=anchor)
    for table in ("audit_seals", "audit_checkpoints", "audit_records"):
        trail.tamper(f"DELETE FROM {table}")
    trail.filled(2, anchor=anchor)
    numbers = [each.number for each in anchor.checkpoints() if not isinstance(each, str)]
    assert numbers == [1, 2, 3, 4, 1, 2]
    assert not trail.verify(anchor).is_clean


@pytest.mark.parametrize("trouble", [StorageUnavailable("away"), ZeroDivisionError("a defect")])
def test_the_loop_goes_on_after_trouble(
    trail: Trail, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    monkeypatch.setattr(audit_sealing, "AFTER_DEFECT_SECONDS", 0.001)
    sealer = trail.sealer()
    stop = threading.Event()
    steps: list[int] = []

    def step() -> Sealed:
        steps.append(1)
        if len(steps) == 1:
            raise trouble
        stop.set()
        return Sealed()

    monkeypatch.setattr(sealer, "step", step)
    sealer.run(stop, pause=0.001)
    assert len(steps) == 2
