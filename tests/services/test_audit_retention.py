"""Giving up old records, in the open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.audit import Actor, ActorKind
from authserver.domain.audit_findings import BreakKind
from authserver.domain.errors import Conflict
from authserver.services.audit_retention import PrunedRecords, prune
from authserver.storage.audit_anchor import AnchorFile
from authserver.storage.audit_chain import ChainRows
from tests.audit_events import event
from tests.audits import SIGNER, Trail, trail_on
from tests.doubles import EPOCH

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from authserver.domain.audit_ports import Anchor

ACTOR = Actor(ActorKind.SYSTEM, "housekeeping")


@pytest.fixture
def trail(database_url: str) -> Iterator[Trail]:
    """50 records, one per hour, in five seals."""
    with trail_on(database_url) as trail:
        with trail.database.writing() as stores:
            for number in range(1, 51):
                stores.audit.add(event(number, at=EPOCH + 3600 * number))
        trail.clock.advance(3600 * 50)
        trail.sealer().step()
        trail.clock.advance(10)
        yield trail


def pruned(trail: Trail, hours: float, *, anchor: Anchor | None = None, batch: int = 10) -> int:
    """Prune what is older than `EPOCH` plus so many hours; how many records went."""
    return prune(
        database=trail.database,
        signer=SIGNER,
        anchor=anchor,
        clock=trail.clock,
        actor=ACTOR,
        before=EPOCH + 3600 * hours,
        batch_records=batch,
    ).records


def ids(trail: Trail) -> list[object]:
    rows = trail.rows("SELECT id FROM audit_records WHERE id <= 50 ORDER BY id")
    return [row[0] for row in rows]


@pytest.mark.rule("AU-06")
def test_whole_seals_of_old_records_go_and_the_chain_still_holds(trail: Trail) -> None:
    assert pruned(trail, 35.5) == 30
    assert ids(trail) == list(range(31, 51)), "the fourth seal holds younger records"
    report = trail.verify()
    assert report.is_clean
    assert (report.pruned, report.sealed, report.unsealed) == (30, 20, 1)


@pytest.mark.rule("AU-06")
@pytest.mark.parametrize("hours", [0, 1, 10])
def test_younger_records_never_go(trail: Trail, hours: float) -> None:
    assert pruned(trail, hours) == 0
    assert ids(trail) == list(range(1, 51))
    assert trail.rows("SELECT count(*) FROM audit_checkpoints") == [(1,)], "nothing was signed"


@pytest.mark.rule("AU-06")
def test_unsealed_records_and_the_end_of_the_chain_never_go(trail: Trail) -> None:
    with trail.database.writing() as stores:
        stores.audit.add(event(51, at=EPOCH))
    assert pruned(trail, 1000) == 40
    assert ids(trail) == list(range(41, 51))
    numbers = [record.details.get("number") for record in trail.records()]
    assert 51 in numbers


def test_what_went_is_recorded_and_signed(trail: Trail, tmp_path: Path) -> None:
    anchor = AnchorFile(tmp_path / "anchor")
    pruned(trail, 25, anchor=anchor)
    record = trail.records()[-1]
    assert (record.action, record.outcome) == ("audit.pruned", "success")
    assert (record.actor_kind, record.actor) == ("system", "housekeeping")
    assert record.details == {"before": EPOCH + 3600 * 25, "through_seal": 2}
    with trail.database.reading() as stores:
        newest = stores.audit.chain.last_checkpoint()
    assert newest is not None
    assert newest.pruned_through == 2
    assert newest.is_signed(SIGNER)
    assert list(anchor.checkpoints())[-1] == newest
    assert trail.verify(anchor).is_clean


def test_pruning_again_goes_on_from_there(trail: Trail) -> None:
    assert pruned(trail, 15) == 10
    assert pruned(trail, 15) == 0
    assert pruned(trail, 35) == 20
    trail.add(60)
    trail.sealer().step()
    report = trail.verify()
    assert report.is_clean
    assert (report.pruned, report.sealed) == (30, 23)


@pytest.mark.parametrize("batch", [1, 10, 15, 20, 1000])
def test_it_goes_in_batches_of_whole_seals(trail: Trail, batch: int) -> None:
    assert pruned(trail, 45, batch=batch) == 40
    assert trail.verify().is_clean
    assert trail.rows("SELECT number FROM audit_seals ORDER BY number") == [(4,), (5,)]


def test_a_crash_between_batches_leaves_a_chain_that_holds(
    trail: Trail, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = ChainRows.prune
    calls: list[int] = []

    def dies(self: ChainRows, through: int, limit: int) -> object:
        calls.append(through)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(self, through, limit)

    with monkeypatch.context() as patch:
        patch.setattr(ChainRows, "prune", dies)
        with pytest.raises(KeyboardInterrupt):
            pruned(trail, 45)
    assert ids(trail) == list(range(21, 51))
    assert trail.verify().is_clean
    assert pruned(trail, 45) == 20
    assert trail.verify().is_clean


@pytest.mark.rule("AU-04")
def test_what_was_not_given_up_is_missed_even_after_pruning(trail: Trail) -> None:
    pruned(trail, 15)
    trail.tamper("DELETE FROM audit_records WHERE id = 25")
    assert trail.findings() == [(BreakKind.DELETED, 25, 25)]
    trail.tamper("DELETE FROM audit_records WHERE id <= 30")
    trail.tamper("DELETE FROM audit_seals WHERE number < 3")
    trail.tamper(
        "UPDATE audit_seals SET ids = :no, codes = :no, pruned = true WHERE number = 3", {"no": b""}
    )
    kinds = [kind for kind, _, _ in trail.findings()]
    assert kinds == [BreakKind.SEAL_MISSING, BreakKind.PRUNED_UNSIGNED]


@pytest.mark.rule("AU-04")
def test_a_record_put_where_others_were_pruned_is_found(trail: Trail) -> None:
    pruned(trail, 15)
    trail.tamper("UPDATE audit_records SET id = 5 WHERE id = 45")
    assert trail.findings() == [(BreakKind.INSERTED, 10, 5), (BreakKind.DELETED, 45, 45)]


def test_old_checkpoints_and_ended_journals_go_too(trail: Trail) -> None:
    trail.tamper(
        "INSERT INTO audit_journals (name, moved_to, damaged, ended_at)"
        " VALUES ('old', 1, 0, :old), ('young', 1, 0, :young), ('living', 1, 0, NULL)",
        {"old": EPOCH, "young": EPOCH + 3600 * 40},
    )
    pruned(trail, 25)
    assert trail.rows("SELECT name FROM audit_journals ORDER BY name") == [("living",), ("young",)]
    for _ in range(3):
        trail.add(60)
        trail.sealer().step()
        trail.sealer().sign_now()
    trail.clock.advance(10**7)
    pruned(trail, 10**4)
    assert trail.verify().is_clean
    assert trail.rows("SELECT count(*) FROM audit_checkpoints WHERE seal <= 4") == [(0,)]


def test_a_chain_that_others_keep_signing_is_left_alone(
    trail: Trail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ChainRows, "add_checkpoint", lambda *_: False)
    with pytest.raises(Conflict):
        pruned(trail, 45)
    assert ids(trail) == list(range(1, 51))


def test_an_empty_trail_has_nothing_to_give_up(database_url: str) -> None:
    with trail_on(database_url) as trail:
        assert prune(
            database=trail.database,
            signer=SIGNER,
            anchor=None,
            clock=trail.clock,
            actor=ACTOR,
            before=EPOCH,
        ) == PrunedRecords(0, 0, 0)
