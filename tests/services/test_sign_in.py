"""Signing in with a local account: one answer for every wrong try."""

from __future__ import annotations

from dataclasses import replace

import pytest

from authserver.domain.errors import StorageUnavailable
from authserver.domain.users import PersonalData, UserStatus
from authserver.services.password_check import SecretAsPassword, SignInRefused
from authserver.services.secret_checks import STAND_IN_HASH
from tests.services.collaborators import hash_of
from tests.services.house import ATTEMPT, PASSWORD, House
from tests.services.world import ADMIN


@pytest.fixture
def house() -> House:
    return House()


@pytest.mark.parametrize(
    "name", ["ada", "ADA", " ada ", "ada@example.org", "ADA@EXAMPLE.ORG", "\uff21\uff24\uff21"]
)
def test_a_user_signs_in_by_name_or_address_however_it_is_written(house: House, name: str) -> None:
    assert house.sign_in(name).session.subject == house.ada.subject


def test_an_address_that_two_have_signs_nobody_in(house: House) -> None:
    house.user("bob", data=PersonalData(email="ada@example.org"))
    house.refused("ada@example.org", PASSWORD)


@pytest.mark.rule("SE-06")
def test_unknown_wrong_and_disabled_are_one_answer_after_the_same_work(house: House) -> None:
    house.user("gone", status=UserStatus.DISABLED)
    seen = []
    for name, password in (("nobody", PASSWORD), ("ada", "wrong"), ("gone", PASSWORD)):
        house.database.calls.clear()
        house.world.passwords.compared.clear()
        with pytest.raises(SignInRefused) as refused:
            house.sign_in(name, password)
        seen.append(
            (str(refused.value), dict(house.database.calls), len(house.world.passwords.compared))
        )
    assert seen[0] == seen[1] == seen[2]
    assert seen[0][2] == 1


def test_a_user_without_a_password_cannot_sign_in_by_the_stand_in(house: House) -> None:
    house.user("federated", password_hash=b"")
    house.world.passwords.compared.clear()
    house.refused("federated", "")
    assert house.world.passwords.compared == [STAND_IN_HASH]


def test_what_was_typed_is_not_recorded(house: House) -> None:
    house.refused("my-secret-in-the-wrong-field", "another-secret")
    house.refused("ada", "another-secret")
    text = repr(house.database.audit)
    assert "secret" not in text
    assert [event.object_id for event in house.failed_sign_ins] == ["", house.ada.subject]
    assert [event.reason for event in house.failed_sign_ins] == ["no such user", "wrong password"]


def test_who_is_stopped_while_the_password_is_compared_does_not_get_in(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    compare = house.world.passwords.matches

    def meanwhile(password: str, hashed: bytes) -> bool:
        house.world.users.disable("ada", ADMIN)
        return compare(password, hashed)

    monkeypatch.setattr(house.world.passwords, "matches", meanwhile)
    house.refused("ada", PASSWORD)
    assert not house.database.state.sessions
    assert house.failed_sign_ins[-1].reason == "changed meanwhile"


def test_who_gets_another_password_meanwhile_does_not_get_in_by_the_old_one(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    compare = house.world.passwords.matches

    def meanwhile(password: str, hashed: bytes) -> bool:
        users = house.database.state.users
        users["ada"] = replace(users["ada"], password_hash=hash_of("new"))
        return compare(password, hashed)

    monkeypatch.setattr(house.world.passwords, "matches", meanwhile)
    house.refused("ada", PASSWORD)


@pytest.mark.rule("F-06")
def test_one_form_sent_twice_begins_one_session(house: House) -> None:
    first, second = house.sign_in(attempt=ATTEMPT), house.sign_in(attempt=ATTEMPT)
    assert first == second
    assert house.actions == ["session.started"]


def test_a_form_sent_twice_while_signing_in_again_renews_once(house: House) -> None:
    started = house.sign_in()
    again = house.sign_in(attempt=ATTEMPT, previous=started.session)
    twice = house.sign_in(attempt=ATTEMPT)
    assert twice == again
    assert house.actions == ["session.started", "session.renewed"]


def test_a_form_of_an_ended_session_begins_another_one(house: House) -> None:
    first = house.sign_in(attempt=ATTEMPT)
    house.world.sessions.end(first.session.session_id, ADMIN)
    second = house.sign_in(attempt=ATTEMPT)
    assert second.cookie != first.cookie
    assert house.find(first.cookie) is None
    assert house.find(second.cookie) is not None


@pytest.mark.parametrize(
    "other", [{"attempt": "another-another-anothe"}, {"browser": "asv_br_another"}, {"attempt": ""}]
)
def test_another_form_or_browser_gets_another_cookie(house: House, other: dict[str, str]) -> None:
    usual = {"attempt": ATTEMPT}
    assert house.sign_in(**usual).cookie != house.sign_in(**(usual | other)).cookie


def test_a_form_sent_with_a_wrong_password_gives_nothing_away(house: House) -> None:
    house.sign_in(attempt=ATTEMPT)
    house.refused("ada", "wrong", attempt=ATTEMPT)


@pytest.mark.parametrize("failing", ["sessions.add", "audit.add", "commit"])
def test_without_a_record_nobody_is_signed_in(house: House, failing: str) -> None:
    house.database.failing.add(failing)
    with pytest.raises(StorageUnavailable):
        house.sign_in()
    assert not house.database.state.sessions


@pytest.mark.rule("AK-04")
@pytest.mark.parametrize(
    "shown",
    [
        "asv_pat_secret-number-0001",
        "asv_pat_",
        " asv_pat_x",
        "ASV_PAT_x",
        "Bearer asv_rt_x",
        "asv_cs_x",
    ],
)
def test_a_token_is_never_tried_as_a_password_and_never_counted(house: House, shown: str) -> None:
    for name in ("ada", "nobody"):
        house.database.audit.clear()
        house.world.passwords.compared.clear()
        house.database.calls.clear()
        # Far more often than a wrong password may come.
        for _ in range(30):
            with pytest.raises(SecretAsPassword, match="no password"):
                house.sign_in(name, shown)
        assert not house.world.passwords.compared
        assert not house.database.audit
        assert not house.database.calls["failures.add"]
    assert house.sign_in("ada").session.subject == house.ada.subject
