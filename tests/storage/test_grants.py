"""Grants: found by what they are about, ended once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete

from authserver.domain.authority import Change, ChangeKind
from authserver.domain.grants import GrantEnd, GrantFilter
from authserver.domain.requested_claims import RequestedClaims
from authserver.domain.tokens import latest_end
from authserver.storage.rows.grants import grants
from tests.storage.examples import NOW
from tests.storage.people_examples import HOSTILE, grant
from tests.storage.racing import race

if TYPE_CHECKING:
    from authserver.domain.grants import Grant
    from authserver.storage.database import SqlDatabase
    from authserver.storage.stores import SqlStores

ALL = GrantFilter()
DIFFERENT: dict[str, Any] = {
    "client_id": "spa",
    "subject": "user:bob",
    "resource": "",
    "session_id": "",
    "session_bound": False,
}


def kept(database: SqlDatabase, grant_id: str = "grant-1") -> Grant | None:
    with database.reading() as stores:
        return stores.grants.get(grant_id)


def add(database: SqlDatabase, *added: Grant) -> None:
    with database.writing() as stores:
        for each in added:
            stores.grants.add(each)


@pytest.mark.parametrize(
    "stored",
    [
        grant(),
        grant(last_used_at=NOW + 1, ended_at=NOW + 2, end=GrantEnd.CODE_REUSED),
        grant(
            scopes=frozenset(), amr=(), claims=RequestedClaims(), session_bound=False, resource=""
        ),
    ],
)
def test_a_grant_comes_back_as_it_was_added(database: SqlDatabase, stored: Grant) -> None:
    add(database, stored)
    assert kept(database) == stored


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_id_is_no_grant(database: SqlDatabase, hostile: str) -> None:
    add(database, grant())
    assert kept(database, hostile) is None
    with database.writing() as stores:
        for name in ("grant_id", "client_id", "subject", "resource", "session_id"):
            named: dict[str, Any] = {name: hostile}
            wanted = replace(ALL, **named)
            assert stores.grants.list(wanted, NOW) == []
            assert stores.grants.end(wanted, GrantEnd.REVOKED_BY_USER, NOW) == []


@pytest.mark.parametrize("name", ["grant_id", *DIFFERENT])
def test_every_field_of_a_filter_narrows(database: SqlDatabase, name: str) -> None:
    other = grant("grant-2", **({name: DIFFERENT[name]} if name in DIFFERENT else {}))
    add(database, grant(), other)
    with database.writing() as stores:
        for wanted, fits in ((grant(), ["grant-1"]), (other, ["grant-2"])):
            narrow = replace(ALL, **{name: getattr(wanted, name)})
            assert [each.grant_id for each in stores.grants.list(narrow, NOW)] == fits
            ended = stores.grants.end(narrow, GrantEnd.LOGOUT, NOW)
            assert list(ended) == fits


def test_fields_narrow_together(database: SqlDatabase) -> None:
    add(database, grant(), grant("grant-2", client_id="spa"), grant("grant-3", subject="user:bob"))
    wanted = GrantFilter(client_id="web-app", subject="user:ada")
    with database.writing() as stores:
        assert stores.grants.list(wanted, NOW) == [grant()]
        assert list(stores.grants.end(wanted, GrantEnd.LOGOUT, NOW)) == ["grant-1"]
        assert len(stores.grants.list(ALL, NOW)) == 2


def test_live_grants_are_listed_newest_first(database: SqlDatabase) -> None:
    old, new = grant("old", created_at=NOW - 9), grant("new", created_at=NOW + 9)
    add(
        database,
        old,
        new,
        grant("ended", ended_at=NOW, end=GrantEnd.LOGOUT),
        grant("over", expires_at=NOW),
    )
    with database.reading() as stores:
        assert stores.grants.list(ALL, NOW) == [new, old]


def test_a_grant_ends_once_and_keeps_its_reason(database: SqlDatabase) -> None:
    add(database, grant(), grant("grant-2", subject="user:bob"))
    with database.writing() as stores:
        first = stores.grants.end(
            GrantFilter(subject="user:ada"), GrantEnd.REVOKED_BY_USER, NOW + 1
        )
        assert list(first) == ["grant-1"]
        assert list(stores.grants.end(ALL, GrantEnd.USER_STOPPED, NOW + 2)) == ["grant-2"]
        assert list(stores.grants.end(ALL, GrantEnd.LOGOUT, NOW + 3)) == []
    assert kept(database) == replace(grant(), ended_at=NOW + 1, end=GrantEnd.REVOKED_BY_USER)


def test_a_grant_whose_time_is_over_ends_as_long_as_its_tokens_may_live(
    database: SqlDatabase,
) -> None:
    add(database, grant())
    last = latest_end(grant().expires_at)
    with database.writing() as stores:
        assert list(stores.grants.end(ALL, GrantEnd.LOGOUT, last)) == []
        assert list(stores.grants.end(ALL, GrantEnd.LOGOUT, last - 1)) == ["grant-1"]


def test_the_last_use_never_moves_back(database: SqlDatabase) -> None:
    add(database, grant(), grant("grant-2"))
    with database.writing() as stores:
        for at in (NOW + 5, NOW + 1):
            stores.grants.note_use("grant-1", at)
    assert kept(database) == replace(grant(), last_used_at=NOW + 5)
    assert kept(database, "grant-2") == grant("grant-2")


def test_of_many_at_once_each_grant_is_ended_by_one(database: SqlDatabase) -> None:
    names = [f"grant-{number:02}" for number in range(20)]
    add(database, *(grant(name) for name in names))
    wanted = [ALL, GrantFilter(subject="user:ada"), GrantFilter(client_id="web-app")]

    def end(number: int) -> list[str]:
        with database.writing() as stores:
            return list(stores.grants.end(wanted[number % 3], GrantEnd.LOGOUT, NOW))

    ended = race(6, end)
    assert sorted(name for each in ended for name in each) == names


def test_whoever_reads_a_grant_to_give_from_it_waits_for_its_end(database: SqlDatabase) -> None:
    add(database, grant())

    def act(number: int) -> bool:
        with database.writing() as stores:
            found = stores.grants.get("grant-1")
            assert found is not None
            if number:
                if found.ended_at is None:
                    stores.grants.note_use("grant-1", NOW + number)
            else:
                stores.grants.end(ALL, GrantEnd.LOGOUT, NOW)
            return found.ended_at is None

    live = race(6, act)
    found = kept(database)
    assert found is not None
    assert found.ended_at == NOW
    uses = [NOW + number for number in range(1, 6) if live[number]]
    assert found.last_used_at == max(uses, default=None)


def test_ends_one_after_the_other_do_not_cross_with_single_ones(database: SqlDatabase) -> None:
    names = [f"grant-{number}" for number in range(6)]

    def end(stores: SqlStores, grant_id: str) -> None:
        for ended in stores.grants.end(GrantFilter(grant_id=grant_id), GrantEnd.LOGOUT, NOW):
            stores.authority.advance([Change(ChangeKind.GRANT, ended, NOW + 60)])

    def act(number: int) -> None:
        with database.writing() as stores:
            if number % 2:
                end(stores, names[number])
                return
            for each in stores.grants.list(GrantFilter(subject="user:ada"), NOW):
                end(stores, each.grant_id)

    for turn in range(5):
        with database.connection_for_writing() as connection:
            connection.execute(delete(grants))
        add(database, *(grant(name) for name in names))
        race(6, act)
        with database.reading() as stores:
            assert stores.grants.list(ALL, NOW) == []
            assert stores.authority.position().seq == 6 * (turn + 1)
