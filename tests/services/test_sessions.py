"""Sessions: found by their cookie, read each time, ended with what is bound to them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from authserver.domain.audit import ActorKind
from authserver.domain.authority import ChangeKind
from authserver.domain.errors import StorageUnavailable
from authserver.domain.grants import GrantEnd
from authserver.domain.sessions import PASSWORD_ACR
from authserver.domain.users import UserStatus
from tests.services.house import House
from tests.services.world import ADMIN


@pytest.fixture
def house() -> House:
    return House()


def test_a_session_is_found_by_its_cookie_with_its_user(house: House) -> None:
    started = house.sign_in()
    found = house.signed_in(started)
    assert found.user == house.ada
    assert found.session == started.session
    assert (found.session.acr, found.session.amr) == (PASSWORD_ACR, ("pwd",))
    assert found.session.auth_time == house.clock.now()


@pytest.mark.parametrize("cookie", ["", "asv_se_another", "x", "asv_rt_secret-number-0001"])
def test_another_cookie_finds_nobody(house: House, cookie: str) -> None:
    house.sign_in()
    assert house.find(cookie) is None


def test_what_is_no_cookie_of_ours_costs_no_look(house: House) -> None:
    house.database.calls.clear()
    assert house.find("anything") is None
    assert not house.database.calls


def test_the_cookie_is_nowhere_but_in_the_answer(house: House) -> None:
    started = house.sign_in()
    assert started.cookie not in repr(house.database.state)
    assert started.cookie not in repr(started)
    assert started.session.digest not in repr(started).encode()


def test_a_cookie_of_an_older_pepper_still_counts(house: House) -> None:
    started = house.sign_in()
    sessions = house.database.state.sessions
    digest = house.world.digester.digest("session", started.cookie, "pepper-1")
    stored = sessions[started.session.session_id]
    sessions[stored.session_id] = replace(stored, digest=digest, pepper_id="pepper-1")
    assert house.find(started.cookie) is not None


@pytest.mark.rule("SE-02")
def test_a_session_that_nobody_uses_ends(house: House) -> None:
    started = house.sign_in()
    house.clock.advance(3599)
    assert house.find(started.cookie) is not None
    house.clock.advance(3600)
    assert house.find(started.cookie) is None


@pytest.mark.rule("SE-02")
def test_a_session_that_is_used_all_the_time_ends_too(house: House) -> None:
    started = house.sign_in()
    for _ in range(28):
        house.clock.advance(3000)
        assert house.find(started.cookie) is not None
    house.clock.advance(2500)
    assert house.find(started.cookie) is None


def test_the_idle_end_is_moved_once_a_minute_at_most(house: House) -> None:
    started = house.sign_in()
    house.database.calls.clear()
    for _ in range(59):
        house.clock.advance(1)
        house.find(started.cookie)
    assert house.database.calls["sessions.note_seen"] == 0
    house.clock.advance(1)
    house.find(started.cookie)
    assert house.database.calls["sessions.note_seen"] == 1


def test_a_session_goes_on_where_nothing_can_be_written(house: House) -> None:
    started = house.sign_in()
    house.clock.advance(120)
    house.database.failing.add("writing")
    assert house.find(started.cookie) is not None


def test_without_the_database_nobody_can_tell(house: House) -> None:
    started = house.sign_in()
    house.database.down = True
    with pytest.raises(StorageUnavailable):
        house.find(started.cookie)


@pytest.mark.parametrize("status", [UserStatus.DISABLED, UserStatus.DELETED])
def test_a_session_of_a_user_who_was_stopped_is_none(house: House, status: UserStatus) -> None:
    started = house.sign_in()
    users = house.database.state.users
    users["ada"] = replace(users["ada"], status=status)
    assert house.find(started.cookie) is None


def test_an_ended_session_is_over_at_the_next_look(house: House) -> None:
    started = house.sign_in()
    assert house.world.sessions.end(started.session.session_id, ADMIN)
    assert house.find(started.cookie) is None
    assert not house.world.sessions.end(started.session.session_id, ADMIN)
    assert house.actions.count("session.ended") == 1


def test_the_end_of_a_session_is_waited_for_everywhere(house: House) -> None:
    started = house.sign_in()
    house.world.sessions.end(started.session.session_id, ADMIN)
    assert sum(house.clock.slept) == pytest.approx(0.3)


def test_grants_bound_to_a_session_end_with_it_and_no_others(house: House) -> None:
    first, second = house.sign_in(), house.sign_in()
    bound = house.grant(first.session)
    free = house.grant(first.session, bound=False)
    elsewhere = house.grant(second.session)
    house.world.sessions.end(first.session.session_id, ADMIN)
    assert [house.is_live(each) for each in (bound, free, elsewhere)] == [False, True, True]
    assert house.database.state.grants[bound.grant_id].end is GrantEnd.LOGOUT
    changes = [each.change for each in house.database.state.changes]
    assert [each.value for each in changes if each.kind is ChangeKind.GRANT] == [bound.grant_id]


def test_every_client_of_a_session_is_to_be_told_once(house: House) -> None:
    started = house.sign_in()
    house.grant(started.session)
    house.grant(started.session, bound=False)
    house.grant(started.session, client_id="another-app")
    house.grant(None, client_id="of-a-device")
    house.world.sessions.end(started.session.session_id, ADMIN)
    deliveries = list(house.database.state.logout_deliveries.values())
    assert sorted(each.client_id for each in deliveries) == ["another-app", "web-app"]
    assert {each.subject for each in deliveries} == {house.ada.subject}
    assert {each.session_id for each in deliveries} == {started.session.session_id}


def test_all_sessions_of_a_user_end_but_the_one_that_is_kept(house: House) -> None:
    bob = house.user("bob")
    kept, other = house.sign_in(), house.sign_in()
    of_bob = house.sign_in(bob.username)
    ended = house.world.sessions.end_all(house.ada.subject, keep=kept.session.session_id, act=ADMIN)
    assert [each.session_id for each in ended] == [other.session.session_id]
    assert house.find(kept.cookie) is not None
    assert house.find(other.cookie) is None
    assert house.find(of_bob.cookie) is not None


def test_a_user_sees_live_sessions_only(house: House) -> None:
    first = house.sign_in()
    house.clock.advance(1)
    second = house.sign_in()
    found = house.world.sessions.list(house.ada.subject)
    assert [each.session_id for each in found] == [
        second.session.session_id,
        first.session.session_id,
    ]
    house.world.sessions.end(first.session.session_id, ADMIN)
    assert len(house.world.sessions.list(house.ada.subject)) == 1


def test_signing_in_again_keeps_the_session_and_changes_its_cookie(house: House) -> None:
    started = house.sign_in()
    grant = house.grant(started.session)
    house.clock.advance(100)
    again = house.sign_in(previous=started.session)
    assert again.session.session_id == started.session.session_id
    assert again.cookie != started.cookie
    assert again.session.auth_time == house.clock.now()
    assert house.find(started.cookie) is None
    assert house.find(again.cookie) is not None
    assert house.is_live(grant)
    assert house.actions[-1] == "session.renewed"


def test_signing_in_as_somebody_else_ends_the_session_before(house: House) -> None:
    house.user("bob")
    started = house.sign_in()
    grant = house.grant(started.session)
    other = house.sign_in("bob", previous=started.session)
    assert other.session.session_id != started.session.session_id
    assert house.find(started.cookie) is None
    assert not house.is_live(grant)
    assert sum(house.clock.slept) == pytest.approx(0.3)


def test_an_ended_session_is_not_revived(house: House) -> None:
    started = house.sign_in()
    house.world.sessions.end(started.session.session_id, ADMIN)
    again = house.sign_in(previous=started.session)
    assert again.session.session_id != started.session.session_id


def test_a_user_agent_is_bounded_and_printable(house: House) -> None:
    started = house.sign_in(user_agent="Fox\r\n\x1b[2J" + "x" * 500)
    assert len(started.session.user_agent) == 200
    assert started.session.user_agent.isprintable()


def test_begin_and_end_are_on_record(house: House) -> None:
    started = house.sign_in()
    house.world.sessions.end(started.session.session_id, ADMIN)
    begun, ended = house.database.audit
    assert (begun.action, ended.action) == ("session.started", "session.ended")
    assert begun.actor.identifier == house.ada.subject
    assert ended.actor.kind is ActorKind.ADMINISTRATOR
    assert {begun.object_id, ended.object_id} == {started.session.session_id}


@pytest.mark.parametrize("failing", ["sessions.end", "audit.add", "commit", "grants.end"])
def test_what_could_not_be_stored_did_not_end(house: House, failing: str) -> None:
    started = house.sign_in()
    house.database.failing.add(failing)
    with pytest.raises(StorageUnavailable):
        house.world.sessions.end(started.session.session_id, ADMIN)
    house.database.failing.clear()
    assert house.find(started.cookie) is not None
