"""Sign-ins at providers: a state is good for one answer, a logout token for one logout."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.storage.examples import NOW
from tests.storage.people_examples import HOSTILE, asked, digest
from tests.storage.provider_examples import attempt, upstream_session
from tests.storage.racing import race

if TYPE_CHECKING:
    from authserver.domain.ports import Database
    from authserver.storage.database import SqlDatabase


@pytest.mark.rule("FE-01")
@pytest.mark.parametrize("changes", [{}, {"max_age": None, "acrs": (), "link_subject": ""}])
def test_an_attempt_is_spent_once(any_database: Database, changes: dict[str, Any]) -> None:
    added = attempt(**changes)
    with any_database.writing() as stores:
        stores.upstream_sign_ins.add(added)
        stores.upstream_sign_ins.add(attempt("state-2"))
    with any_database.writing() as stores:
        assert stores.upstream_sign_ins.spend(asked("state-1"), NOW) == added
        assert stores.upstream_sign_ins.spend(asked("state-1"), NOW) is None
        assert stores.upstream_sign_ins.spend(asked("state-2"), NOW) == attempt("state-2")


@pytest.mark.rule("FE-01")
def test_an_attempt_that_is_over_is_not_spent(any_database: Database) -> None:
    with any_database.writing() as stores:
        stores.upstream_sign_ins.add(attempt())
        assert stores.upstream_sign_ins.spend(asked("state-1"), NOW + 600) is None
        assert stores.upstream_sign_ins.spend(asked("state-1"), NOW + 599.9) == attempt()


def test_a_digest_counts_under_its_own_pepper_only(any_database: Database) -> None:
    with any_database.writing() as stores:
        stores.upstream_sign_ins.add(attempt())
        assert stores.upstream_sign_ins.spend([("p9", digest("state-1"))], NOW) is None
        assert stores.upstream_sign_ins.spend([], NOW) is None
        assert stores.upstream_sign_ins.spend(asked("state-3"), NOW) is None


@pytest.mark.rule("FE-01")
def test_of_two_answers_with_one_state_one_goes_on(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.upstream_sign_ins.add(attempt())

    def act(_: int) -> bool:
        with database.writing() as stores:
            return stores.upstream_sign_ins.spend(asked("state-1"), NOW) is not None

    assert race(8, act).count(True) == 1


def test_the_providers_side_of_a_session_comes_back(any_database: Database) -> None:
    later = upstream_session(
        provider="entra",
        subject_key="t/o",
        subject="user:bob",
        upstream_sid="",
        sealed_id_token=b"",
        created_at=NOW + 1,
        expires_at=NOW + 2,
    )
    with any_database.writing() as stores:
        stores.upstream_sign_ins.put_session(upstream_session())
        stores.upstream_sign_ins.put_session(upstream_session("session-2"))
        assert stores.upstream_sign_ins.session("session-1") == upstream_session()
        stores.upstream_sign_ins.put_session(later)
        assert stores.upstream_sign_ins.session("session-1") == later
        assert stores.upstream_sign_ins.session("session-3") is None


def test_sessions_are_found_by_everything_that_is_said(any_database: Database) -> None:
    first = upstream_session("z", created_at=NOW - 2)
    other_sid = upstream_session("b", upstream_sid="sid-2")
    other_person = upstream_session("a", subject_key="00u2")
    with any_database.writing() as stores:
        for each in (other_sid, other_person, first, upstream_session("x", provider="entra")):
            stores.upstream_sign_ins.put_session(each)
        find = stores.upstream_sign_ins.sessions
        assert find("okta") == [first, other_person, other_sid]
        assert find("okta", upstream_sid="sid-1") == [first, other_person]
        assert find("okta", subject_key="00u1") == [first, other_sid]
        assert find("okta", upstream_sid="sid-1", subject_key="00u1") == [first]
        assert find("okta", upstream_sid="SID-1") == []
        assert find("okta", upstream_sid="") == []


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_text_finds_no_session(any_database: Database, hostile: str) -> None:
    with any_database.writing() as stores:
        stores.upstream_sign_ins.put_session(upstream_session())
        assert stores.upstream_sign_ins.session(hostile) is None
        assert stores.upstream_sign_ins.sessions(hostile) == []
        assert stores.upstream_sign_ins.sessions("okta", upstream_sid=hostile) == []
        assert stores.upstream_sign_ins.sessions("okta", subject_key=hostile) == []


@pytest.mark.rule("LO-06")
@pytest.mark.parametrize("jti", ["jti", "\ud800", "a\x00b", "", "x" * 9999])
def test_a_logout_token_counts_once_at_its_provider(any_database: Database, jti: str) -> None:
    with any_database.writing() as stores:
        spend = stores.upstream_sign_ins.spend_logout
        assert spend("okta", jti, NOW)
        assert not spend("okta", jti, NOW + 1)
        assert spend("entra", jti, NOW)
        assert spend("okta", f"{jti}!", NOW)


@pytest.mark.rule("LO-06")
def test_of_two_workers_one_takes_a_logout_token(database: SqlDatabase) -> None:
    def act(_: int) -> bool:
        with database.writing() as stores:
            return stores.upstream_sign_ins.spend_logout("okta", "jti", NOW)

    assert race(8, act).count(True) == 1
