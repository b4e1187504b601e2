"""The authority's sequence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.authority import Change, ChangeKind, NumberedChange
from authserver.domain.errors import Conflict
from tests.storage.examples import NOW
from tests.storage.racing import race

if TYPE_CHECKING:
    from authserver.storage.database import SqlDatabase

TOKEN, GRANT, SUBJECT = ChangeKind.TOKEN, ChangeKind.GRANT, ChangeKind.SUBJECT


def test_a_new_database_stands_at_zero_and_has_kept_everything(database: SqlDatabase) -> None:
    with database.reading() as stores:
        assert stores.authority.seq() == 0
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
        assert stores.authority.seq() == 3
        assert stores.authority.since(0) == [
            NumberedChange(1, first),
            NumberedChange(2, second),
            NumberedChange(3, third),
        ]
        assert stores.authority.since(2) == [NumberedChange(3, third)]
        assert stores.authority.since(3) == []


def test_nothing_to_append_moves_nothing(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.authority.advance([Change(TOKEN, "t1", NOW)])
        assert stores.authority.advance([]) == 1
    with database.reading() as stores:
        assert stores.authority.seq() == 1


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
        assert [each.seq for each in stores.authority.since(0)] == list(range(1, 61))


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
                seq = stores.authority.seq()
                seen = [each.seq for each in stores.authority.since(0)]
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
