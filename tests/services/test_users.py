"""The first administrator: made once, with a password shown once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from authserver.domain.audit import ActorKind
from authserver.domain.errors import AlreadyExists, InvalidField, StorageUnavailable
from authserver.domain.users import UserStatus
from authserver.services.administration import operator
from tests.services.collaborators import hash_of

if TYPE_CHECKING:
    from tests.services.world import World

ROOT = operator("root")


def test_the_first_administrator_gets_a_one_time_password(world: World) -> None:
    password = world.users.ensure_administrator("admin", ROOT)
    assert password is not None
    user = world.database.state.users["admin"]
    assert user.is_administrator
    assert user.must_change_password
    assert user.status is UserStatus.ENABLED
    assert user.password_hash == hash_of(password)
    assert password not in repr(world.database.state)
    assert world.clock.slept == []


@pytest.mark.rule("TK-10")
def test_the_subject_of_a_user_is_in_its_own_namespace_and_no_name(world: World) -> None:
    world.users.ensure_administrator("admin", ROOT)
    subject = world.database.state.users["admin"].subject
    assert subject.startswith("user:")
    assert "admin" not in subject


def test_where_there_is_an_administrator_nothing_happens(world: World) -> None:
    world.users.ensure_administrator("admin", ROOT)
    before = world.database.state
    assert world.users.ensure_administrator("admin", ROOT) is None
    assert world.users.ensure_administrator("another", ROOT) is None
    assert world.database.state is before


def test_of_two_who_set_up_at_once_one_gets_the_password(world: World) -> None:
    passwords: list[str | None] = []

    def meanwhile() -> None:
        passwords.append(world.users.ensure_administrator("first", ROOT))

    world.database.while_reading = meanwhile
    passwords.append(world.users.ensure_administrator("second", ROOT))
    assert [password is not None for password in passwords] == [True, False]
    assert list(world.database.state.users) == ["first"]


def test_a_disabled_administrator_is_none(world: World) -> None:
    world.users.ensure_administrator("admin", ROOT)
    users = world.database.state.users
    users["admin"] = replace(users["admin"], status=UserStatus.DISABLED)
    assert world.users.ensure_administrator("second", ROOT) is not None


def test_a_name_of_somebody_else_is_not_taken_over(world: World) -> None:
    world.users.ensure_administrator("admin", ROOT)
    users = world.database.state.users
    users["admin"] = replace(users["admin"], is_administrator=False)
    with pytest.raises(AlreadyExists):
        world.users.ensure_administrator("admin", ROOT)
    assert not users["admin"].is_administrator


@pytest.mark.parametrize("name", ["", "Admin", ".a", "a b", "ä", "x" * 101, "a\n", "a:b", "-a"])
def test_an_odd_name_is_refused_and_what_is_allowed_is_named(world: World, name: str) -> None:
    with pytest.raises(InvalidField) as refusal:
        world.users.ensure_administrator(name, ROOT)
    assert refusal.value.field == "username"
    assert not world.database.calls


@pytest.mark.parametrize("name", ["a", "1", "ann.lee+jira@example.com", "x" * 100])
def test_a_plain_name_is_taken(world: World, name: str) -> None:
    assert world.users.ensure_administrator(name, ROOT)


def test_the_record_says_who_made_whom_and_holds_no_password(world: World) -> None:
    password = world.users.ensure_administrator("admin", ROOT)
    (event,) = world.database.audit
    assert (event.action, event.object_kind) == ("user.created", "user")
    assert event.object_id == world.database.state.users["admin"].subject
    assert (event.actor.kind, event.actor.identifier) == (ActorKind.OPERATOR, "root")
    assert event.details == {"after": {"username": "admin"}}
    assert str(password) not in repr(event)


def test_without_a_record_there_is_no_administrator(world: World) -> None:
    world.database.failing.add("audit.add")
    with pytest.raises(StorageUnavailable):
        world.users.ensure_administrator("admin", ROOT)
    assert not world.database.state.users
