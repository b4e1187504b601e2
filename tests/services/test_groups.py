"""Groups and their members."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from authserver.domain.errors import AlreadyExists, Forbidden, InvalidField, NotFound
from authserver.domain.policy_documents import PolicyVersion
from authserver.domain.roles import PERMISSIONS, ROLES_WRITE
from authserver.services.commit_barrier import REVOKER_WAIT_SECONDS
from authserver.services.groups import Groups
from tests.services.house import House
from tests.services.world import ADMIN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authserver.domain.ports import Stores


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def groups(house: House) -> Groups:
    groups = Groups(administration=house.world.administration)
    groups.create("Jira Users", "Who may use Jira", ADMIN)
    return groups


def members(groups: Groups) -> list[str]:
    (known,) = groups.list()
    return [user.username for user in known.members]


def test_members_come_and_go_by_name_or_subject(house: House, groups: Groups) -> None:
    house.user("bob")
    assert groups.add("Jira Users", "bob", ADMIN)
    assert groups.add("Jira Users", house.ada.subject, ADMIN)
    assert members(groups) == ["ada", "bob"]
    assert groups.remove("Jira Users", "ada", ADMIN)
    assert members(groups) == ["bob"]


def test_twice_is_no_change_and_no_record(house: House, groups: Groups) -> None:
    assert groups.add("Jira Users", "ada", ADMIN)
    house.database.audit.clear()
    assert not groups.add("Jira Users", "ada", ADMIN)
    assert not groups.remove("Jira Users", house.user("bob").subject, ADMIN)
    assert not house.database.audit


def test_what_is_not_there_is_said(groups: Groups) -> None:
    for group, user in (("nobody", "ada"), ("Jira Users", "nobody")):
        with pytest.raises(NotFound):
            groups.add(group, user, ADMIN)
        with pytest.raises(NotFound):
            groups.remove(group, user, ADMIN)
    with pytest.raises(NotFound):
        groups.delete("nobody", ADMIN)


def test_a_name_is_given_once(groups: Groups) -> None:
    with pytest.raises(AlreadyExists):
        groups.create("Jira Users", "", ADMIN)


@pytest.mark.parametrize("name", ["", " x", "x ", "a,b", "a\nb", "x" * 101, "-x", "ä"])
def test_an_odd_name_is_refused(groups: Groups, name: str) -> None:
    with pytest.raises(InvalidField) as refusal:
        groups.create(name, "", ADMIN)
    assert refusal.value.field == "name"


def test_a_deleted_group_has_no_members(house: House, groups: Groups) -> None:
    groups.add("Jira Users", "ada", ADMIN)
    groups.delete("Jira Users", ADMIN)
    assert not groups.list()
    assert house.world.users.get("ada").groups == []


def test_every_change_is_on_record(house: House, groups: Groups) -> None:
    groups.add("Jira Users", "ada", ADMIN)
    groups.remove("Jira Users", "ada", ADMIN)
    groups.delete("Jira Users", ADMIN)
    assert house.actions == [
        "group.created",
        "group.member_added",
        "group.member_removed",
        "group.deleted",
    ]
    assert {event.object_id for event in house.database.audit} == {"Jira Users"}


def test_who_joins_a_group_that_a_policy_has_named_a_moment_ago_is_in_it_everywhere(
    house: House, groups: Groups, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = '[[deny]]\nname = "n"\ngroups = ["Jira Users"]\nreason = "r"\n'
    writing = house.database.writing

    @contextmanager
    def writing_after_a_policy() -> Iterator[Stores]:
        with writing() as stores:
            stores.policies.add(PolicyVersion("default", 1, text, 0.0, "bob", ""))
        with writing() as stores:
            yield stores

    monkeypatch.setattr(house.database, "writing", writing_after_a_policy)
    slept = sum(house.world.clock.slept)
    groups.add("Jira Users", "ada", ADMIN)
    assert sum(house.world.clock.slept) == pytest.approx(slept + REVOKER_WAIT_SECONDS)


@pytest.mark.rule("AD-04")
def test_who_may_not_touch_administrators_removes_no_group_that_they_are_in(
    house: House, groups: Groups
) -> None:
    bound = replace(ADMIN, powers=PERMISSIONS - {ROLES_WRITE})
    house.user("root", is_administrator=True)
    groups.add("Jira Users", "root", ADMIN)
    with pytest.raises(Forbidden):
        groups.delete("Jira Users", bound)
    groups.remove("Jira Users", "root", ADMIN)
    groups.add("Jira Users", "ada", bound)
    groups.delete("Jira Users", bound)
    assert groups.list() == []
