"""Sessions: one user, one cookie at a time, an end that is final."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.storage.examples import NOW
from tests.storage.people_examples import HOSTILE, asked, digest, session
from tests.storage.racing import race

if TYPE_CHECKING:
    from authserver.domain.sessions import Session
    from authserver.storage.database import SqlDatabase


def kept(database: SqlDatabase, session_id: str = "session-1") -> Session | None:
    with database.reading() as stores:
        return stores.sessions.get(session_id)


def add(database: SqlDatabase, *sessions: Session) -> None:
    with database.writing() as stores:
        for each in sessions:
            stores.sessions.add(each)


@pytest.mark.parametrize("changes", [{}, {"amr": ()}, {"ended_at": NOW + 1}])
def test_a_session_comes_back_as_it_was_added(
    database: SqlDatabase, changes: dict[str, Any]
) -> None:
    add(database, session(**changes), session("another"))
    assert kept(database) == session(**changes)
    with database.writing() as stores:
        assert stores.sessions.find(asked("session-1")) == session(**changes)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_id_is_no_session(database: SqlDatabase, hostile: str) -> None:
    add(database, session())
    assert kept(database, hostile) is None
    with database.writing() as stores:
        assert stores.sessions.list(hostile, NOW) == []
        assert stores.sessions.end(NOW, session_id=hostile) == []
        assert stores.sessions.end(NOW, subject=hostile) == []
    assert kept(database) == session()


@pytest.mark.parametrize("digests", [[], asked("session-2"), asked("session-1", "p2"), [("", b"")]])
def test_a_digest_counts_only_under_its_own_pepper(
    database: SqlDatabase, digests: list[tuple[str, bytes]]
) -> None:
    add(database, session())
    with database.reading() as stores:
        assert stores.sessions.find(digests) is None


def test_a_renewed_session_has_a_new_cookie_only(database: SqlDatabase) -> None:
    add(database, session(), session("another"))
    renewed = session(
        digest=digest("new cookie"),
        pepper_id="p2",
        auth_time=NOW + 10,
        acr="urn:better",
        amr=("hwk",),
        last_seen_at=NOW + 10,
        idle_seconds=60,
        expires_at=NOW + 90_000,
    )
    with database.writing() as stores:
        assert stores.sessions.renew(renewed)
        assert stores.sessions.find(asked("session-1")) is None
        assert stores.sessions.find(asked("new cookie", "p2")) == renewed
    assert kept(database, "another") == session("another")


def test_an_ended_session_or_another_users_is_not_renewed(database: SqlDatabase) -> None:
    ended = session(ended_at=NOW)
    add(database, ended, session("another"))
    with database.writing() as stores:
        assert not stores.sessions.renew(session(auth_time=NOW + 1))
        assert not stores.sessions.renew(session("another", subject="user:bob"))
        assert not stores.sessions.renew(session("unknown"))
    assert kept(database) == ended
    assert kept(database, "another") == session("another")


def test_the_idle_end_never_moves_back_nor_after_the_end(database: SqlDatabase) -> None:
    add(database, session(), session("ended", ended_at=NOW))
    with database.writing() as stores:
        for session_id in ("session-1", "ended"):
            for at in (NOW + 60, NOW + 30):
                stores.sessions.note_seen(session_id, at, "203.0.113.7")
    assert kept(database) == session(last_seen_at=NOW + 60)
    assert kept(database, "ended") == session("ended", ended_at=NOW)


def test_live_sessions_of_a_user_are_listed_newest_first(database: SqlDatabase) -> None:
    old, new = session("old", created_at=NOW - 9), session("new", created_at=NOW)
    add(
        database,
        old,
        new,
        session("others", subject="user:bob"),
        session("ended", ended_at=NOW),
        session("idle", last_seen_at=NOW - 3600),
        session("over", expires_at=NOW),
    )
    with database.reading() as stores:
        assert stores.sessions.list("user:ada", NOW) == [new, old]


def test_one_session_ends_once(database: SqlDatabase) -> None:
    add(database, session(), session("another"))
    with database.writing() as stores:
        ended = stores.sessions.end(NOW + 5, session_id="session-1")
        assert ended == [session(ended_at=NOW + 5)]
        assert stores.sessions.end(NOW + 6, session_id="session-1") == []
        assert stores.sessions.end(NOW + 6, session_id="another", subject="user:bob") == []
    assert kept(database) == session(ended_at=NOW + 5)
    assert kept(database, "another") == session("another")


def test_all_of_a_user_end_but_the_one_to_keep(database: SqlDatabase) -> None:
    add(
        database,
        session("a"),
        session("b", expires_at=NOW),
        session("c"),
        session("d", ended_at=NOW - 1),
        session("others", subject="user:bob"),
    )
    with database.writing() as stores:
        ended = stores.sessions.end(NOW + 1, subject="user:ada", keep="c")
        # What expired and never ended has bound grants that end now.
        assert [each.session_id for each in ended] == ["a", "b"]
        assert {each.ended_at for each in ended} == {NOW + 1}
        assert [each.session_id for each in stores.sessions.end(NOW + 2, subject="user:ada")] == [
            "c"
        ]
    assert kept(database, "others") == session("others", subject="user:bob")


def test_whose_sessions_end_has_to_be_said(database: SqlDatabase) -> None:
    with database.writing() as stores, pytest.raises(ValueError, match="whose"):
        stores.sessions.end(NOW)


def test_of_many_at_once_each_session_is_ended_by_one(database: SqlDatabase) -> None:
    names = [f"session-{number:02}" for number in range(12)]
    add(database, *(session(name) for name in names))

    def end(number: int) -> list[str]:
        with database.writing() as stores:
            if number % 2:
                ended = stores.sessions.end(NOW, subject="user:ada")
            else:
                ended = stores.sessions.end(NOW, session_id=names[number])
            return [each.session_id for each in ended]

    assert sorted(name for each in race(6, end) for name in each) == names


def test_no_digest_stands_in_a_representation() -> None:
    assert repr(digest("session-1")) not in repr(session())
