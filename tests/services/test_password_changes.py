"""Users change their passwords; one-time passwords end with the first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from authserver.domain.errors import Conflict, StorageUnavailable, Throttled
from authserver.domain.grants import GrantEnd
from authserver.services.password_check import SecretAsPassword, SignInRefused
from authserver.services.password_rules import PasswordProblem, PasswordRefused
from tests.services.collaborators import hash_of
from tests.services.house import NEW_PASSWORD, PASSWORD, House
from tests.services.world import ADMIN


@pytest.fixture
def house() -> House:
    return House()


def test_the_new_password_counts_and_the_old_one_does_not(house: House) -> None:
    house.change(house.signed_in(house.sign_in()))
    house.refused("ada", PASSWORD)
    assert house.sign_in("ada", NEW_PASSWORD).cookie


def test_this_session_goes_on_with_another_cookie(house: House) -> None:
    started = house.sign_in()
    changed = house.change(house.signed_in(started))
    assert changed.session.session_id == started.session.session_id
    assert house.find(started.cookie) is None
    assert house.find(changed.cookie) is not None


@pytest.mark.rule("SE-03")
@pytest.mark.parametrize("ends", [True, False])
def test_other_sessions_end_unless_the_user_wants_otherwise(house: House, *, ends: bool) -> None:
    other = house.sign_in()
    bound = house.grant(other.session)
    house.change(house.signed_in(house.sign_in()), end_other_sessions=ends)
    assert (house.find(other.cookie) is None) is ends
    assert house.is_live(bound) is not ends


@pytest.mark.parametrize("ends", [True, False])
def test_apps_lose_their_access_when_the_user_wants_it(house: House, *, ends: bool) -> None:
    started = house.sign_in()
    grant = house.grant(started.session, bound=False)
    house.change(house.signed_in(started), end_grants=ends)
    assert house.is_live(grant) is not ends
    end = house.database.state.grants[grant.grant_id].end
    assert end is (GrantEnd.PASSWORD_CHANGED if ends else None)


def test_a_one_time_password_ends_with_the_choice_of_another(house: House) -> None:
    password = house.world.users.reset_password("ada", ADMIN)
    signed_in = house.signed_in(house.sign_in("ada", password))
    assert signed_in.user.must_change_password
    changed = house.change(signed_in, current=password)
    assert not house.signed_in(changed).user.must_change_password
    house.refused("ada", password)


def test_the_current_password_is_asked_for(house: House) -> None:
    signed_in = house.signed_in(house.sign_in())
    before = house.database.state.users["ada"]
    with pytest.raises(SignInRefused):
        house.change(signed_in, current="wrong")
    assert house.database.state.users["ada"] == before
    assert house.actions[-1] == "user.sign_in_failed"


def test_the_current_password_cannot_be_guessed_here_either(house: House) -> None:
    signed_in = house.signed_in(house.sign_in())
    for _ in range(3):
        with pytest.raises(SignInRefused):
            house.change(signed_in, current="wrong")
    with pytest.raises(Throttled):
        house.change(signed_in)
    house.refused("ada", PASSWORD)


@pytest.mark.parametrize(
    ("new", "problem"),
    [
        ("short", PasswordProblem.TOO_SHORT),
        ("fourteen chars", PasswordProblem.TOO_SHORT),
        ("passwordpassword", PasswordProblem.GUESSABLE),
        ("ada ada ada ada ada", PasswordProblem.GUESSABLE),
        ("auth.example.com", PasswordProblem.GUESSABLE),
        ("x" * 5000, PasswordProblem.TOO_LONG),
        ("\udcff is no text at all", PasswordProblem.NOT_TEXT),
        (PASSWORD, PasswordProblem.SAME),
        ("asv_pat_copied-in-the-wrong-field", PasswordProblem.LIKE_A_SECRET),
    ],
)
def test_a_password_against_the_rules_is_not_taken(
    house: House, new: str, problem: PasswordProblem
) -> None:
    signed_in = house.signed_in(house.sign_in())
    before = house.database.state
    with pytest.raises(PasswordRefused) as refused:
        house.change(signed_in, new)
    assert refused.value.problem is problem
    assert new not in str(refused.value)
    assert house.database.state is before


def test_of_two_changes_at_once_one_counts(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    signed_in = house.signed_in(house.sign_in())
    make = house.world.passwords.hash

    def meanwhile(password: str) -> bytes:
        users = house.database.state.users
        users["ada"] = replace(users["ada"], password_hash=hash_of("of somebody else"))
        return make(password)

    monkeypatch.setattr(house.world.passwords, "hash", meanwhile)
    with pytest.raises(Conflict):
        house.change(signed_in)
    assert house.database.state.users["ada"].password_hash == hash_of("of somebody else")


def test_the_change_is_on_record_without_a_password(house: House) -> None:
    house.change(house.signed_in(house.sign_in()))
    event = next(each for each in house.database.audit if each.action == "user.password_changed")
    assert event.object_id == event.actor.identifier == house.ada.subject
    assert PASSWORD not in repr(house.database.audit)
    assert NEW_PASSWORD not in repr(house.database.audit)


@pytest.mark.parametrize("failing", ["users.save", "sessions.end", "audit.add", "commit"])
def test_what_could_not_be_stored_was_not_changed(house: House, failing: str) -> None:
    signed_in = house.signed_in(house.sign_in())
    other = house.sign_in()
    house.database.failing.add(failing)
    with pytest.raises(StorageUnavailable):
        house.change(signed_in)
    house.database.failing.clear()
    assert house.database.state.users["ada"].password_hash == hash_of(PASSWORD)
    assert house.find(other.cookie) is not None


def test_a_token_in_place_of_the_current_password_is_not_counted(house: House) -> None:
    signed_in = house.signed_in(house.sign_in())
    for _ in range(30):
        with pytest.raises(SecretAsPassword):
            house.change(signed_in, current="asv_pat_secret-number-0001")
    assert house.change(signed_in).cookie
