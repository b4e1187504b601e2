"""Tampering with records and seals: each way is found, with its place."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from authserver.domain.audit_chain import seal
from authserver.domain.audit_findings import FINDINGS_KEPT, BreakKind
from authserver.services.audit_verification import verify
from authserver.storage.audit_anchor import AnchorFile
from tests.audit_events import KEYS, TestKeys, event
from tests.audits import SIGNER, TestSigner, Trail, trail_on

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MIDDLE = 15
COPIED = (
    "issuer_id, at, recorded_at, action, outcome, actor_kind, actor, client_id, resource,"
    " object_kind, object_id, token_id, reason, request_id, peer, details, journal,"
    " journal_offset, key_id, code"
)


@pytest.fixture
def trail(database_url: str) -> Iterator[Trail]:
    """30 records in three seals."""
    with trail_on(database_url) as trail:
        trail.filled(30)
        yield trail


def test_an_untouched_chain_is_clean(trail: Trail) -> None:
    trail.add(31)
    report = trail.verify()
    assert report.is_clean
    assert (report.sealed, report.unsealed, report.seals, report.pruned) == (30, 1, 3, 0)
    assert (report.checkpoints, report.anchored_position) == (2, 30)


EDITS = (
    "at = at + 1",
    "recorded_at = recorded_at + 1",
    "action = 'token.revoked'",
    "outcome = 'refused'",
    "actor_kind = 'system'",
    "actor = 'somebody else'",
    "client_id = ''",
    "resource = 'wiki'",
    "object_kind = 'client'",
    "object_id = 'x'",
    "token_id = 'x'",
    "reason = 'x'",
    "request_id = 'x'",
    "peer = '198.51.100.1'",
    "details = '{}'",
    "journal = 1",
    "journal_offset = 0",
    "issuer_id = 2",
)


@pytest.mark.rule("AU-04")
def test_an_edit_of_any_column_is_found(trail: Trail) -> None:
    for record_id, change in enumerate(EDITS, start=1):
        assert trail.tamper(f"UPDATE audit_records SET {change} WHERE id = {record_id}") == 1
    assert trail.findings() == [
        (BreakKind.EDITED, record_id, record_id) for record_id in range(1, len(EDITS) + 1)
    ]


@pytest.mark.rule("AU-04")
@pytest.mark.parametrize("change", ["code = :code", "code = :nothing"])
def test_an_edited_code_is_found(trail: Trail, change: str) -> None:
    trail.tamper(
        f"UPDATE audit_records SET {change} WHERE id = {MIDDLE}",
        {"code": bytes(16)} if ":code" in change else {"nothing": b""},
    )
    assert trail.findings() == [(BreakKind.EDITED, MIDDLE, MIDDLE)]


@pytest.mark.rule("AU-04")
@pytest.mark.parametrize(
    ("where", "missing"),
    [
        ("id = 1", [1]),
        ("id = 10", [10]),
        ("id = 11", [11]),
        ("id = 30", [30]),
        (f"id = {MIDDLE}", [MIDDLE]),
        ("id BETWEEN 9 AND 12", [9, 10, 11, 12]),
    ],
)
def test_a_deletion_is_found(trail: Trail, where: str, missing: list[int]) -> None:
    trail.tamper(f"DELETE FROM audit_records WHERE {where}")
    assert trail.findings() == [(BreakKind.DELETED, each, each) for each in missing]


def test_everything_deleted_is_found(trail: Trail) -> None:
    trail.tamper("DELETE FROM audit_records")
    assert trail.verify().broken == 30


@pytest.mark.rule("AU-04")
def test_records_that_changed_places_are_found(trail: Trail) -> None:
    for old, new in ((12, 99), (18, 12), (99, 18)):
        trail.tamper(f"UPDATE audit_records SET id = {new} WHERE id = {old}")
    assert trail.findings() == [(BreakKind.MOVED, 12, 12), (BreakKind.MOVED, 18, 18)]


@pytest.mark.rule("AU-04")
def test_records_that_changed_seals_are_found(trail: Trail) -> None:
    for old, new in ((2, 99), (29, 2), (99, 29)):
        trail.tamper(f"UPDATE audit_records SET id = {new} WHERE id = {old}")
    assert trail.findings() == [(BreakKind.MOVED, 2, 2), (BreakKind.MOVED, 29, 29)]


@pytest.mark.rule("AU-04")
@pytest.mark.parametrize("new_id", [0, -5, -(1 << 62)])
def test_a_record_before_the_first_is_found(trail: Trail, new_id: int) -> None:
    trail.tamper(
        f"INSERT INTO audit_records (id, {COPIED})"
        f" SELECT {new_id}, {COPIED} FROM audit_records WHERE id = 30"
    )
    assert trail.findings() == [(BreakKind.INSERTED, 0, new_id)]


@pytest.mark.rule("AU-04")
def test_an_insertion_into_a_gap_is_found(database_url: str) -> None:
    with trail_on(database_url) as trail:
        trail.add(1, 2)
        trail.tamper("UPDATE audit_records SET id = 10 WHERE id = 2")
        trail.sealer().step()
        trail.tamper(
            f"INSERT INTO audit_records (id, {COPIED}) SELECT 5, {COPIED} FROM audit_records"
            " WHERE id = 10"
        )
        assert trail.findings() == [(BreakKind.INSERTED, 1, 5)]


@pytest.mark.rule("AU-04")
def test_a_forged_record_at_the_end_is_found_before_and_after_it_is_sealed(trail: Trail) -> None:
    names = COPIED.replace(", journal, journal_offset", "")
    trail.tamper(
        f"INSERT INTO audit_records ({names}) SELECT "
        + names.replace("peer", "'203.0.113.9'")
        + " FROM audit_records WHERE id = 7"
    )
    assert trail.findings() == [(BreakKind.FORGED, 0, 31)]
    trail.add(32)
    trail.sealer().step()
    assert trail.findings() == [(BreakKind.EDITED, 31, 31)]


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


def test_a_key_that_is_not_here_is_named(trail: Trail) -> None:
    report = verify(
        database=trail.database,
        keys=TestKeys("2"),
        signatures=SIGNER,
        clock=trail.clock,
    )
    assert {found.kind for found in report.breaks} == {BreakKind.KEY_UNKNOWN}
    rotated = verify(
        database=trail.database,
        keys=TestKeys("2", "1"),
        signatures=SIGNER,
        clock=trail.clock,
    )
    assert rotated.is_clean


def test_a_young_record_may_wait_for_its_seal_and_an_old_one_is_a_finding(trail: Trail) -> None:
    with trail.database.writing() as stores:
        stores.audit.add(event(31, at=trail.clock.now()))
        stores.audit.add(event(32, at=trail.clock.now()))
    trail.clock.advance(29)
    assert trail.verify().is_clean
    trail.clock.advance(2)
    assert trail.findings() == [(BreakKind.UNSEALED_LATE, 0, 31)]


def test_so_many_findings_are_counted_not_listed(database_url: str) -> None:
    with trail_on(database_url) as trail:
        trail.filled(1200, seal_records=500)
        trail.tamper("UPDATE audit_records SET peer = 'x'")
        report = trail.verify()
        assert (report.broken, len(report.breaks)) == (1200, FINDINGS_KEPT)


def test_whoever_waits_is_told_how_far_it_is(trail: Trail) -> None:
    told: list[int] = []
    verify(
        database=trail.database,
        keys=KEYS,
        signatures=SIGNER,
        clock=trail.clock,
        progress=told.append,
    )
    assert told[-1] == 30
    assert told == sorted(told)


@pytest.mark.parametrize("value", ["x'ff00'", "cast(x'ff00' as text)", "'text'", "5", "1.5"])
def test_values_of_the_wrong_type_do_not_stop_a_verification(sqlite_url: str, value: str) -> None:
    """SQLite keeps any value in any column."""
    with trail_on(sqlite_url) as trail:
        trail.filled(30)
        columns = [name.strip() for name in COPIED.split(",")]
        for column in columns:
            trail.tamper(f"UPDATE audit_records SET {column} = {value} WHERE id = {MIDDLE}")
        assert [found[1:] for found in trail.findings()] == [(MIDDLE, MIDDLE)]
        for column in (
            "position",
            "count",
            "first_id",
            "last_id",
            "ids",
            "codes",
            "code",
            "key_id",
        ):
            trail.tamper(f"UPDATE audit_seals SET {column} = {value} WHERE number = 1")
        for column in ("at", "seal", "code", "position", "key_id", "signature"):
            trail.tamper(f"UPDATE audit_checkpoints SET {column} = {value} WHERE number = 1")
        assert not trail.verify().is_clean
