"""Verification while others seal and prune."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.audit import Actor, ActorKind
from authserver.services import audit_chain_walk
from authserver.services.audit_retention import prune
from authserver.services.audit_verification import verify
from authserver.storage.audit_chain import ChainRows
from tests.audit_events import KEYS, event
from tests.audits import SIGNER, Trail, trail_on
from tests.doubles import EPOCH

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from authserver.domain.audit_chain import Seal


@pytest.fixture
def trail(database_url: str) -> Iterator[Trail]:
    """50 records in five seals."""
    with trail_on(database_url) as trail:
        trail.filled(50)
        yield trail


def test_what_is_sealed_meanwhile_is_checked_too(
    trail: Trail, monkeypatch: pytest.MonkeyPatch
) -> None:
    trail.add(*range(51, 56))
    seals = ChainRows.seals
    ends: list[int] = []

    def then_seal(self: ChainRows, after: int, limit: int) -> Sequence[Seal]:
        found = seals(self, after, limit)
        if not found and not ends:
            ends.append(after)
            trail.sealer().step()
        return found

    monkeypatch.setattr(ChainRows, "seals", then_seal)
    report = trail.verify()
    assert ends == [5]
    assert (report.sealed, report.unsealed, report.seals, report.broken) == (55, 0, 6, 0)


@pytest.mark.parametrize("checked", [0, 10, 20, 30])
def test_what_is_pruned_meanwhile_is_not_missed(
    trail: Trail, monkeypatch: pytest.MonkeyPatch, checked: int
) -> None:
    monkeypatch.setattr(audit_chain_walk, "_SEALS", 1)
    pruned: list[int] = []

    def prune_now(records: int) -> None:
        if records >= checked and not pruned:
            done = prune(
                database=trail.database,
                signer=SIGNER,
                anchor=None,
                clock=trail.clock,
                actor=Actor(ActorKind.SYSTEM, "housekeeping"),
                before=EPOCH + 0.0305,
            )
            pruned.append(done.records)

    report = verify(
        database=trail.database,
        keys=KEYS,
        signatures=SIGNER,
        clock=trail.clock,
        progress=prune_now,
    )
    assert pruned == [30]
    assert report.breaks == ()
    assert report.sealed + report.pruned >= 50


def test_many_records_may_wait_for_their_seal(database_url: str) -> None:
    with trail_on(database_url) as trail:
        with trail.database.writing() as stores:
            for number in range(2100):
                stores.audit.add(event(number, at=trail.clock.now()))
        report = trail.verify()
        assert (report.unsealed, report.broken) == (2100, 0)
