"""Roles that somebody gives by hand."""

from __future__ import annotations

import pytest

from authserver.domain.errors import Conflict, InvalidField
from authserver.domain.group_rules import GroupEffect
from authserver.domain.roles import Role
from authserver.services.administrators import roles_of
from authserver.services.users import UserDraft, UserUpdate
from tests.services.club import Club
from tests.services.grouped import rule, snapshot
from tests.services.world import ADMIN, details


@pytest.fixture
def club() -> Club:
    return Club()


def roles(club: Club, handle: str = "ada") -> frozenset[Role]:
    return club.world.users.get(handle).roles


def test_roles_come_and_go_and_are_on_record(club: Club) -> None:
    users = club.world.users
    known = users.update("ada", UserUpdate(add_roles=("auditor", "help-desk")), ADMIN)
    assert known.roles == {Role.AUDITOR, Role.HELP_DESK}
    changed = club.database.audit[-1]
    assert changed.action == "user.updated"
    assert details(changed)["after"] == {"roles": ["auditor", "help-desk"]}
    users.update("ada", UserUpdate(remove_roles=("auditor",)), ADMIN)
    assert roles(club) == {Role.HELP_DESK}


def test_the_owners_role_is_the_same_as_the_flag(club: Club) -> None:
    users = club.world.users
    assert users.update("ada", UserUpdate(add_roles=("owner",)), ADMIN).user.is_administrator
    users.create(UserDraft("eve", roles=("owner", "auditor")), ADMIN)
    assert roles(club, "eve") == {Role.OWNER, Role.AUDITOR}
    assert users.get("eve").user.roles == {Role.AUDITOR}
    users.update("ada", UserUpdate(is_administrator=False), ADMIN)
    assert roles(club) == frozenset()


def test_the_last_owner_keeps_the_role(club: Club) -> None:
    club.world.users.update("ada", UserUpdate(add_roles=("owner",)), ADMIN)
    with pytest.raises(Conflict, match="last enabled administrator"):
        club.world.users.update("ada", UserUpdate(remove_roles=("owner",)), ADMIN)
    assert roles(club) == {Role.OWNER}


@pytest.mark.parametrize(
    ("field", "update"),
    [
        ("add_roles", UserUpdate(add_roles=("king",))),
        ("remove_roles", UserUpdate(remove_roles=("Owner",))),
        ("remove_roles", UserUpdate(add_roles=("auditor",), remove_roles=("auditor",))),
        ("is_administrator", UserUpdate(is_administrator=True, add_roles=("owner",))),
    ],
)
def test_odd_roles_are_refused_by_their_field(club: Club, field: str, update: UserUpdate) -> None:
    before = club.database.state
    with pytest.raises(InvalidField) as refusal:
        club.world.users.update("ada", update, ADMIN)
    assert refusal.value.field == field
    assert club.database.state is before


def test_a_deleted_user_leaves_no_roles(club: Club) -> None:
    club.world.users.update("ada", UserUpdate(add_roles=("auditor",)), ADMIN)
    assert club.world.users.delete("ada", ADMIN).own_roles == frozenset()


def test_a_disabled_user_has_none_until_enabled(club: Club) -> None:
    users = club.world.users
    users.update("ada", UserUpdate(add_roles=("auditor",)), ADMIN)
    users.disable("ada", ADMIN)
    assert roles(club) == frozenset()
    assert users.list()[0].roles == frozenset()
    users.enable("ada", ADMIN)
    assert roles(club) == {Role.AUDITOR}


def test_a_group_at_a_provider_gives_a_role_beside_those_by_hand(club: Club) -> None:
    club.add_rule(rule("Desk", GroupEffect.ROLE, "help-desk"))
    club.world.users.update("ada", UserUpdate(add_roles=("auditor",)), ADMIN)
    club.signs_in(snapshot("Desk"))
    assert roles(club) == {Role.AUDITOR, Role.HELP_DESK}
    listed = next(each for each in club.world.users.list() if each.user.username == "ada")
    assert listed.roles == {Role.AUDITOR, Role.HELP_DESK}
    assert listed.administers_by == ["oidc"]
    given = next(each for each in club.world.users.get("ada").rights if each.roles)
    assert given.roles == {Role.HELP_DESK}
    club.signs_in(snapshot("Devs"))
    with club.database.reading() as stores:
        user = stores.users.get(club.ada.subject)
        assert user is not None
        assert roles_of(stores, user) == {Role.AUDITOR}
