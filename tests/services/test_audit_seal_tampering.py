"""Tampering with seals, checkpoints and the end of the chain: each way is found."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from authserver.domain.audit_chain import seal
from authserver.domain.audit_findings import BreakKind
from authserver.services.audit_verification import verify
from authserver.storage.audit_anchor import AnchorFile
from tests.audit_events import KEYS
from tests.audits import TestSigner, Trail, trail_on

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def trail(database_url: str) -> Iterator[Trail]:
    """30 records in three seals."""
    with trail_on(database_url) as trail:
        trail.filled(30)
        yield trail


@pytest.mark.rule("AU-04")
@pytest.mark.parametrize("kept", [2, 1, 0])
def test_a_tail_that_was_cut_off_is_found_by_the_checkpoints(trail: Trail, kept: int) -> None:
    trail.tamper(f"DELETE FROM audit_seals WHERE number > {kept}")
    trail.tamper(f"DELETE FROM audit_records WHERE id > {10 * kept}")
    assert trail.findings() == [(BreakKind.TRUNCATED, 10 * kept + 1, 0)]


@pytest.mark.rule("AU-04")
@pytest.mark.parametrize("kept", [2, 1, 0])
def test_a_tail_cut_off_with_its_checkpoints_is_found_by_the_anchor(
    database_url: str, tmp_path: Path, kept: int
) -> None:
    anchor = AnchorFile(tmp_path / "anchor")
    with trail_on(database_url) as trail:
        trail.filled(30, anchor=anchor)
        trail.tamper(f"DELETE FROM audit_seals WHERE number > {kept}")
        trail.tamper(f"DELETE FROM audit_records WHERE id > {10 * kept}")
        trail.tamper("DELETE FROM audit_checkpoints")
        assert trail.findings() == []
        assert trail.findings(anchor) == [(BreakKind.TRUNCATED, 10 * kept + 1, 0)]


@pytest.mark.rule("AU-04")
def test_an_old_copy_that_went_on_is_found_by_the_anchor(database_url: str, tmp_path: Path) -> None:
    anchor = AnchorFile(tmp_path / "anchor")
    with trail_on(database_url) as trail:
        trail.filled(10)
        trail.add(11)
        trail.sealer(anchor=anchor).step()
        trail.sealer(anchor=anchor).sign_now()
        trail.tamper("DELETE FROM audit_records WHERE id > 10")
        trail.tamper("DELETE FROM audit_seals WHERE number > 1")
        trail.tamper("DELETE FROM audit_checkpoints WHERE position > 10")
        trail.add(12)
        trail.filled(5)
        assert trail.findings() == []
        assert trail.findings(anchor) == [(BreakKind.REWRITTEN, 11, 0)]


@pytest.mark.rule("AU-04")
def test_a_chain_rebuilt_with_the_key_is_found_by_the_anchor(
    database_url: str, tmp_path: Path
) -> None:
    """Whoever has the audit key can make a chain, but not the checkpoints it had."""
    anchor = AnchorFile(tmp_path / "anchor")
    with trail_on(database_url) as trail:
        trail.filled(20, anchor=anchor)
        for table in ("audit_seals", "audit_checkpoints"):
            trail.tamper(f"DELETE FROM {table}")
        trail.tamper("DELETE FROM audit_records WHERE id = 5")
        trail.clock.advance(5)
        trail.sealer().step()
        assert trail.findings() == []
        ((kind, _, _),) = trail.findings(anchor)
        assert kind in (BreakKind.REWRITTEN, BreakKind.TRUNCATED)


@pytest.mark.parametrize(
    "change",
    [
        "position = 12",
        "count = 9",
        "first_id = 12",
        "last_id = 19",
        "newest_at = 0",
        "sealed_at = 0",
        "content = :bytes",
        "previous = :bytes",
        "code = :bytes",
    ],
)
def test_a_seal_that_was_touched_is_found(trail: Trail, change: str) -> None:
    values = {"bytes": b"x" * 32} if ":bytes" in change else {}
    trail.tamper(f"UPDATE audit_seals SET {change} WHERE number = 2", values)
    (first, *rest) = trail.findings()
    assert first == (BreakKind.SEAL_ALTERED, 11, 0)
    assert {kind for kind, _, _ in rest} <= {BreakKind.REWRITTEN}


@pytest.mark.parametrize("column", ["ids", "codes"])
def test_lists_that_were_touched_are_found(trail: Trail, column: str) -> None:
    trail.tamper(f"UPDATE audit_seals SET {column} = :bytes WHERE number = 2", {"bytes": b"x"})
    assert trail.findings() == [(BreakKind.SEAL_ALTERED, 11, 0)]
    trail.tamper("UPDATE audit_records SET peer = 'x' WHERE id = 15")
    assert trail.findings()[1:] == [(BreakKind.FORGED, 11, 15)]


@pytest.mark.parametrize("number", [1, 2])
def test_a_seal_that_is_gone_is_found(trail: Trail, number: int) -> None:
    trail.tamper(f"DELETE FROM audit_seals WHERE number = {number}")
    assert trail.findings() == [(BreakKind.SEAL_MISSING, 10 * number - 9, 0)]


def test_the_records_of_a_lost_seal_still_have_to_be_authentic(trail: Trail) -> None:
    trail.tamper("DELETE FROM audit_seals WHERE number = 2")
    trail.tamper("UPDATE audit_records SET peer = 'x' WHERE id = 15")
    kinds = [(kind, record_id) for kind, _, record_id in trail.findings()]
    assert kinds == [(BreakKind.SEAL_MISSING, 0), (BreakKind.FORGED, 15)]


def test_a_genuine_seal_that_does_not_follow_is_found(trail: Trail) -> None:
    with trail.database.reading() as stores:
        first, second, third = stores.audit.chain.seals(0, 3)
        of_second = stores.audit.chain.unsealed(10, 20, 10)
    other_first = replace(first, code=b"o" * 32)
    stranger = seal(KEYS.current, other_first, of_second, second.sealed_at)
    trail.tamper("DELETE FROM audit_seals WHERE number = 2")
    with trail.database.writing() as stores:
        assert stores.audit.chain.add_seal(stranger)
    assert trail.findings() == [(BreakKind.LINK_BROKEN, 11, 0), (BreakKind.LINK_BROKEN, 21, 0)]
    assert third.previous == second.code


def test_checkpoints_that_are_forged_or_gone_are_found(trail: Trail) -> None:
    for _ in range(3):
        trail.sealer().sign_now()
    trail.tamper("UPDATE audit_checkpoints SET position = 7 WHERE number = 2")
    trail.tamper("DELETE FROM audit_checkpoints WHERE number = 4")
    kinds = sorted(kind for kind, _, _ in trail.findings())
    assert kinds == [BreakKind.CHECKPOINT_FORGED, BreakKind.CHECKPOINT_MISSING]


def test_an_anchor_signed_by_somebody_else_is_found(trail: Trail, tmp_path: Path) -> None:
    anchor = AnchorFile(tmp_path / "anchor")
    trail.sealer(anchor=anchor).sign_now()
    stranger = verify(
        database=trail.database,
        keys=KEYS,
        signatures=TestSigner(b"o" * 32),
        clock=trail.clock,
        anchors=[anchor],
    )
    assert {found.kind for found in stranger.breaks} == {BreakKind.CHECKPOINT_FORGED}
    assert stranger.anchored_position == 0
    (tmp_path / "anchor").write_text("rubbish\n")
    assert trail.findings(anchor) == [(BreakKind.CHECKPOINT_FORGED, 0, 0)]


def test_removal_as_if_by_retention_is_found(trail: Trail) -> None:
    trail.tamper("DELETE FROM audit_records WHERE id <= 20")
    trail.tamper("DELETE FROM audit_seals WHERE number < 2")
    trail.tamper(
        "UPDATE audit_seals SET ids = :none, codes = :none, pruned = true WHERE number = 2",
        {"none": b""},
    )
    kinds = [kind for kind, _, _ in trail.findings()]
    assert kinds == [BreakKind.SEAL_MISSING, BreakKind.PRUNED_UNSIGNED]


def test_an_anchor_that_is_gone_is_found(database_url: str, tmp_path: Path) -> None:
    anchor = AnchorFile(tmp_path / "anchor")
    with trail_on(database_url) as trail:
        trail.add(1)
        assert trail.findings(anchor) == [], "nothing was signed yet"
        trail.sealer(anchor=anchor).step()
        assert trail.findings(anchor) == []
        (tmp_path / "anchor").unlink()
        assert trail.findings(anchor) == [(BreakKind.CHECKPOINT_MISSING, 0, 0)]
