"""Administrators add, change, stop and delete users."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.authority import ChangeKind
from authserver.domain.consents import Consent
from authserver.domain.errors import AlreadyExists, Conflict, InvalidField, NotFound
from authserver.domain.grants import GrantEnd
from authserver.domain.tokens import latest_end
from authserver.domain.users import PersonalData, UserStatus
from authserver.services.groups import Groups
from authserver.services.password_rules import PasswordRefused
from authserver.services.user_rules import PersonalUpdate
from authserver.services.users import UserDraft, UserUpdate
from tests.services.house import PASSWORD, House
from tests.services.world import ADMIN, details

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def groups(house: House) -> Groups:
    groups = Groups(administration=house.world.administration)
    groups.create("team", "", ADMIN)
    return groups


def create(house: House, username: str, **stated: Any) -> str:
    created = house.world.users.create(UserDraft(username, **stated), ADMIN)
    return created.one_time_password


def stop(house: House, act: str) -> str:
    """What ends all power of a user; the one-time password if there is one."""
    ends: dict[str, Callable[..., object]] = {
        "disable": house.world.users.disable,
        "delete": house.world.users.delete,
        "reset": house.world.users.reset_password,
    }
    return str(ends[act]("ada", ADMIN))


def test_a_new_user_gets_a_one_time_password_that_must_be_changed(house: House) -> None:
    password = create(house, "bob")
    user = house.world.users.get("bob").user
    assert user.must_change_password
    assert user.subject.startswith("user:")
    assert not user.is_administrator
    assert house.sign_in("bob", password).cookie
    assert password not in repr(house.database.state)


def test_a_new_user_with_a_password_need_not_change_it(house: House) -> None:
    assert create(house, "bob", password=PASSWORD) == ""
    assert not house.world.users.get("bob").user.must_change_password
    assert house.sign_in("bob", PASSWORD).cookie
    assert PASSWORD not in repr(UserDraft("bob", password=PASSWORD))


@pytest.mark.parametrize("password", ["short", "bob bob bob bob bob", "passwordpassword"])
def test_a_chosen_password_keeps_the_rules(house: House, password: str) -> None:
    with pytest.raises(PasswordRefused):
        create(house, "bob", password=password)


@pytest.mark.parametrize("username", ["", "Bob", "b c", "-b", "b\n", "x" * 101])
def test_an_odd_name_is_refused(house: House, username: str) -> None:
    with pytest.raises(InvalidField) as refusal:
        create(house, username)
    assert refusal.value.field == "username"


def test_a_taken_name_is_refused(house: House) -> None:
    with pytest.raises(AlreadyExists):
        create(house, "ada")


def test_a_new_user_joins_groups_that_there_are(house: House, groups: Groups) -> None:
    create(house, "bob", groups=("team",))
    assert house.world.users.get("bob").groups == ["team"]
    with pytest.raises(NotFound):
        create(house, "carl", groups=("nobody",))
    with pytest.raises(NotFound):
        house.world.users.get("carl")


def test_a_user_is_found_by_name_and_by_subject(house: House) -> None:
    users = house.world.users
    assert users.get("ada") == users.get(house.ada.subject)
    for handle in ("nobody", "user:nobody", ""):
        with pytest.raises(NotFound):
            users.get(handle)


def test_only_what_is_stated_changes(house: House) -> None:
    house.clock.advance(10)
    update = UserUpdate(personal=PersonalUpdate(name=" Ada L ", locale="en-GB"))
    after = house.world.users.update("ada", update, ADMIN).user
    assert after.data == PersonalData(name="Ada L", locale="en-GB", email="Ada@Example.org")
    assert after.updated_at == house.clock.now()
    event = house.database.audit[-1]
    assert details(event) == {
        "before": {"name": "", "locale": "", "updated_at": 0.0},
        "after": {"name": "Ada L", "locale": "en-GB", "updated_at": house.clock.now()},
    }


def test_another_address_counts_everywhere_when_the_act_has_ended(house: House) -> None:
    house.world.users.update("ada", UserUpdate(personal=PersonalUpdate(name="Ada")), ADMIN)
    assert not house.clock.slept
    moved = PersonalUpdate(email="ada@elsewhere.example")
    house.world.users.update("ada", UserUpdate(personal=moved), ADMIN)
    assert sum(house.clock.slept) == pytest.approx(0.3)


@pytest.mark.rule("OI-05")
def test_another_address_is_unverified_until_an_administrator_says_so(house: House) -> None:
    def changed(**stated: Any) -> PersonalData:
        update = UserUpdate(personal=PersonalUpdate(**stated))
        return house.world.users.update("ada", update, ADMIN).user.data

    assert changed(email_verified=True).email_verified
    assert changed(email="Ada@Example.org").email_verified
    assert not changed(email="new@example.org").email_verified
    assert changed(email="newer@example.org", email_verified=True).email_verified
    assert not changed(email="").email_verified
    with pytest.raises(InvalidField):
        changed(email_verified=True)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "x" * 201),
        ("name", "a\nb"),
        ("given_name", "\u202eadA"),
        ("email", "no address"),
        ("email", "two@at@signs"),
        ("email", "a@" + "b" * 254),
        ("locale", "english please"),
        ("zoneinfo", "../etc/passwd"),
    ],
)
def test_odd_data_is_refused_by_its_field(house: House, field: str, value: str) -> None:
    before = house.database.state
    personal: Any = {field: value}
    update = UserUpdate(personal=PersonalUpdate(**personal))
    with pytest.raises(InvalidField) as refusal:
        house.world.users.update("ada", update, ADMIN)
    assert refusal.value.field == field
    assert house.database.state is before


def test_groups_come_and_go(house: House, groups: Groups) -> None:
    groups.create("other", "", ADMIN)
    users = house.world.users
    assert users.update("ada", UserUpdate(add_groups=("team",)), ADMIN).groups == ["team"]
    moved = UserUpdate(add_groups=("other",), remove_groups=("team",))
    assert users.update("ada", moved, ADMIN).groups == ["other"]
    with pytest.raises(NotFound):
        users.update("ada", UserUpdate(remove_groups=("nobody",)), ADMIN)


@pytest.mark.rule("SE-03")
@pytest.mark.parametrize("act", ["disable", "delete", "reset"])
def test_who_is_stopped_loses_everything_at_once(house: House, act: str) -> None:
    started = house.sign_in()
    bound = house.grant(started.session)
    free = house.grant(None, bound=False)
    now = house.clock.now()
    stop(house, act)
    assert house.find(started.cookie) is None
    assert not house.is_live(bound)
    assert not house.is_live(free)
    changes = [each.change for each in house.database.state.changes]
    (denial,) = [each for each in changes if each.kind is ChangeKind.SUBJECT]
    assert denial.value == house.ada.subject
    assert denial.issued_until == now
    assert denial.expires_at == latest_end(now)
    assert sum(house.clock.slept) == pytest.approx(0.3)
    expected = GrantEnd.PASSWORD_CHANGED if act == "reset" else GrantEnd.USER_STOPPED
    assert house.database.state.grants[free.grant_id].end is expected


def test_a_disabled_user_may_be_enabled_and_gets_nothing_back(house: House) -> None:
    started = house.sign_in()
    grant = house.grant(started.session, bound=False)
    house.world.users.disable("ada", ADMIN)
    house.refused("ada", PASSWORD)
    house.world.users.enable("ada", ADMIN)
    assert house.find(started.cookie) is None
    assert not house.is_live(grant)
    assert house.sign_in().cookie


@pytest.mark.rule("OI-04")
def test_a_deleted_user_leaves_a_subject_that_never_comes_back(
    house: House, groups: Groups
) -> None:
    groups.add("team", "ada", ADMIN)
    with house.database.writing() as stores:
        stores.consents.put(
            Consent(house.ada.subject, "web-app", "https://x.example", frozenset({"a"}), 1.0, 1.0)
        )
    house.world.users.delete("ada", ADMIN)
    with house.database.reading() as stores:
        left = stores.users.get(house.ada.subject)
        assert not stores.consents.list(house.ada.subject)
        assert not stores.groups.of(house.ada.subject)
    assert left is not None
    assert (left.status, left.password_hash, left.data) == (
        UserStatus.DELETED,
        b"",
        PersonalData(),
    )
    create(house, "ada")
    assert house.world.users.get("ada").user.subject != house.ada.subject


def test_a_reset_password_is_for_one_use(house: House) -> None:
    password = stop(house, "reset")
    house.refused("ada", PASSWORD)
    started = house.sign_in("ada", password)
    assert house.signed_in(started).user.must_change_password
    assert password not in repr(house.database.audit)


@pytest.mark.parametrize("act", ["disable", "delete", "demote"])
def test_the_last_administrator_stays_one(house: House, act: str) -> None:
    house.user("root", is_administrator=True)
    users = house.world.users
    ends: dict[str, Callable[[], object]] = {
        "disable": lambda: users.disable("root", ADMIN),
        "delete": lambda: users.delete("root", ADMIN),
        "demote": lambda: users.update("root", UserUpdate(is_administrator=False), ADMIN),
    }
    before = house.database.state
    with pytest.raises(Conflict):
        ends[act]()
    assert house.database.state is before
    house.user("second", is_administrator=True)
    ends[act]()
    assert house.database.state.users.get("root") is not before.users["root"]


def test_a_disabled_administrator_is_no_replacement(house: House) -> None:
    house.user("root", is_administrator=True)
    house.user("second", is_administrator=True, status=UserStatus.DISABLED)
    with pytest.raises(Conflict):
        house.world.users.disable("root", ADMIN)
    house.world.users.delete("second", ADMIN)


def test_two_administrators_who_stop_each_other_leave_one(house: House) -> None:
    house.user("one", is_administrator=True)
    house.user("two", is_administrator=True)
    ends: list[str] = []

    def disable(name: str) -> None:
        try:
            house.world.users.disable(name, ADMIN)
            ends.append("done")
        except Conflict:
            ends.append("refused")

    crew = [threading.Thread(target=disable, args=(name,)) for name in ("one", "two")]
    for each in crew:
        each.start()
    for each in crew:
        each.join(30)
    assert sorted(ends) == ["done", "refused"]
