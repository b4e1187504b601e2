"""The authority's sequence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from authserver.domain.authority import Change, ChangeKind, NumberedChange, Position
from authserver.domain.errors import Conflict
from tests.storage.examples import NOW
from tests.storage.racing import race

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.storage.database import SqlDatabase

TOKEN, GRANT, SUBJECT = ChangeKind.TOKEN, ChangeKind.GRANT, ChangeKind.SUBJECT


def numbered(changes: Sequence[NumberedChange]) -> list[tuple[int, Change]]:
    return [(each.position.seq, each.change) for each in changes]


def test_a_new_database_stands_at_zero_and_has_kept_everything(database: SqlDatabase) -> None:
    with database.reading() as stores:
        assert stores.authority.position().seq == 0
        assert stores.authority.kept_from() == 1
        assert stores.authority.since(0) == []
        assert stores.authority.denials(NOW) == []


def test_changes_are_numbered_in_order_without_gaps(database: SqlDatabase) -> None:
    first = Change(TOKEN, "t1", NOW + 600)
    second = Change(SUBJECT, "client:x", NOW + 600, issued_until=NOW)
    third = Change(ChangeKind.CLIENT, "x", NOW + 10)
    with database.writing() as stores:
        assert stores.authority.advance([first]) == 1
        assert stores.authority.advance([second, third]) == 3
    with database.reading() as stores:
        assert stores.authority.position().seq == 3
        assert numbered(stores.authority.since(0)) == [(1, first), (2, second), (3, third)]
        assert numbered(stores.authority.since(2)) == [(3, third)]
        assert stores.authority.since(3) == []


def test_nothing_to_append_moves_nothing(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.authority.advance([Change(TOKEN, "t1", NOW)])
        assert stores.authority.advance([]) == 1
    with database.reading() as stores:
        assert stores.authority.position().seq == 1


def test_a_number_that_is_given_out_again_has_another_stamp(database: SqlDatabase) -> None:
    change = Change(TOKEN, "t1", NOW)
    stamps: set[str] = set()
    for _ in range(3):
        with database.writing() as stores:
            assert stores.authority.advance([change]) == 1
        with database.reading() as stores:
            position = stores.authority.position()
            assert stores.authority.holds(position)
            assert not any(stores.authority.holds(Position(1, stamp)) for stamp in stamps)
            assert [each.position for each in stores.authority.since(0)] == [position]
        stamps.add(position.stamp)
        with database.connection_for_writing() as connection:
            connection.execute(text("DELETE FROM authority_changes"))
            connection.execute(text("UPDATE authority SET seq = 0"))
    assert len(stamps) == 3
    assert all(len(stamp) >= 32 for stamp in stamps)


def test_a_history_holds_where_it_was_and_nothing_else(database: SqlDatabase) -> None:
    with database.writing() as stores:
        assert stores.authority.position() == Position(0, "")
        stores.authority.advance([Change(TOKEN, "t1", NOW)])
        first = stores.authority.position()
        stores.authority.advance([Change(TOKEN, "t2", NOW)])
        second = stores.authority.position()
        for been in (Position(0, ""), first, second):
            assert stores.authority.holds(been)
        for never in (Position(1, second.stamp), Position(2, ""), Position(3, second.stamp)):
            assert not stores.authority.holds(never)


def test_a_change_that_was_rolled_back_leaves_no_gap(database: SqlDatabase) -> None:
    def advance_and_fail() -> None:
        with database.writing() as stores:
            stores.authority.advance([Change(TOKEN, "t1", NOW)])
            raise Conflict("no")

    with pytest.raises(Conflict):
        advance_and_fail()
    with database.writing() as stores:
        assert stores.authority.advance([Change(TOKEN, "t2", NOW)]) == 1


def test_racing_revokers_get_a_number_each(database: SqlDatabase) -> None:
    def advance(number: int) -> list[int]:
        numbers = []
        for turn in range(5):
            with database.writing() as stores:
                changes = [Change(TOKEN, f"{number}-{turn}-{part}", NOW) for part in "ab"]
                numbers.append(stores.authority.advance(changes))
        return numbers

    numbers = sorted(number for own in race(6, advance) for number in own)
    assert numbers == list(range(2, 62, 2))
    with database.reading() as stores:
        assert [each.position.seq for each in stores.authority.since(0)] == list(range(1, 61))


def test_whoever_reads_a_number_can_read_every_change_up_to_it(database: SqlDatabase) -> None:
    def run(number: int) -> bool:
        if number:
            for turn in range(20):
                with database.writing() as stores:
                    stores.authority.advance([Change(TOKEN, f"{number}-{turn}", NOW)])
            return True
        complete = True
        for _ in range(60):
            with database.reading() as stores:
                seq = stores.authority.position().seq
                seen = [each.position.seq for each in stores.authority.since(0)]
            complete = complete and seen == list(range(1, seq + 1))
        return complete

    assert all(race(4, run))


def test_only_denials_that_still_matter_are_loaded(database: SqlDatabase) -> None:
    live = [
        Change(TOKEN, "t", NOW + 1),
        Change(GRANT, "g", NOW + 600),
        Change(SUBJECT, "s", NOW + 600, issued_until=NOW),
    ]
    with database.writing() as stores:
        stores.authority.advance(
            [
                *live,
                Change(TOKEN, "expired", NOW),
                Change(ChangeKind.CLIENT, "c", NOW + 600),
                Change(ChangeKind.KEY, "k", NOW + 600),
            ]
        )
    with database.reading() as stores:
        assert stores.authority.denials(NOW) == live
        # What was left out ended then at the latest.
        assert stores.authority.horizon(NOW) == NOW
        assert stores.authority.horizon(NOW - 1) <= 0


def test_the_direct_question_finds_the_denials_among_the_pairs(database: SqlDatabase) -> None:
    token = Change(TOKEN, "one", NOW + 1)
    earlier = Change(SUBJECT, "client:x", NOW + 1, issued_until=NOW - 9)
    later = Change(SUBJECT, "client:x", NOW + 2, issued_until=NOW)
    with database.writing() as stores:
        stores.authority.advance(
            [token, earlier, Change(GRANT, "other", NOW), Change(ChangeKind.CLIENT, "x", NOW)]
        )
        stores.authority.advance([later])
    with database.reading() as stores:
        ask = stores.authority.is_denied
        assert ask([("token", "one"), ("grant", "one"), ("subject", "client:x")]) == [
            token,
            earlier,
            later,
        ]
        assert ask([("grant", "one"), ("token", "other")]) == []
        assert ask([("client", "x")]) == []
        assert ask([]) == []
        assert ask([("token", "a\x00b"), ("token", "\ud800")]) == []
