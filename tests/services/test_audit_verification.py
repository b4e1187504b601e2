"""Tampering with records: each way is found, with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.audit_findings import FINDINGS_KEPT, BreakKind
from authserver.services.audit_verification import verify
from tests.audit_events import KEYS, TestKeys, event
from tests.audits import SIGNER, Trail, trail_on

if TYPE_CHECKING:
    from collections.abc import Iterator

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
