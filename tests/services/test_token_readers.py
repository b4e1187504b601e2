"""Who is told of a token: its owner and its team, each address once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.users import UserStatus
from authserver.services.token_readers import LARGEST_TEAM, Readers, readers_of
from tests.services.mail_room import MailRoom

if TYPE_CHECKING:
    from authserver.domain.api_tokens import ApiToken


@pytest.fixture
def room() -> MailRoom:
    return MailRoom()


def told(room: MailRoom, token: ApiToken) -> Readers:
    with room.database.reading() as stores:
        return readers_of(stores, token)


def addresses(room: MailRoom, token: ApiToken) -> tuple[list[str], int]:
    readers = told(room, token)
    return [each.address for each in readers.found], readers.skipped


def test_the_owner_is_told_in_the_owners_language(room: MailRoom) -> None:
    (reader,) = told(room, room.token()).found
    assert (reader.address, reader.name, reader.locale) == ("ada@example.org", "Ada", "de")
    assert not reader.for_team


def test_a_team_is_a_group_or_an_address(room: MailRoom) -> None:
    room.group("data", room.user("bob"), room.user("cleo"))
    found = addresses(room, room.token("t1", team="data"))
    assert found == (["ada@example.org", "bob@example.org", "cleo@example.org"], 0)
    found = addresses(room, room.token("t2", team="data@example.org"))
    assert found == (["ada@example.org", "data@example.org"], 0)
    assert [each.for_team for each in told(room, room.token("t3", team="data")).found] == [
        False,
        True,
        True,
    ]


def test_one_address_is_told_once(room: MailRoom) -> None:
    room.group("data", room.ada, room.user("bob", email="ADA@example.org"))
    assert addresses(room, room.token(team="data")) == (["ada@example.org"], 0)


@pytest.mark.parametrize("email", ["", "nobody", "bob@example.org\nBcc: x@y.z", "a@b, c@d"])
def test_whoever_has_no_usable_address_is_counted(room: MailRoom, email: str) -> None:
    bob = room.user("bob", email=email)
    assert addresses(room, room.token(owner=bob.subject)) == ([], 1)


def test_a_team_that_is_nothing_is_counted(room: MailRoom) -> None:
    assert addresses(room, room.token(team="gone")) == (["ada@example.org"], 1)


@pytest.mark.parametrize("status", [UserStatus.DISABLED, UserStatus.DELETED])
def test_who_is_not_enabled_is_not_told(room: MailRoom, status: UserStatus) -> None:
    bob = room.user("bob", status=status)
    room.group("data", bob)
    assert addresses(room, room.token("t1", owner=bob.subject)) == ([], 0)
    assert addresses(room, room.token("t2", team="data")) == (["ada@example.org"], 0)
    assert addresses(room, room.token("t3", owner="user:never")) == ([], 0)


def test_a_group_of_everybody_is_no_team(room: MailRoom) -> None:
    everybody = [room.user(f"user-{number}") for number in range(LARGEST_TEAM + 1)]
    room.group("most", *everybody[:-1])
    room.group("everybody", *everybody)
    assert len(told(room, room.token("t1", team="most")).found) == LARGEST_TEAM + 1
    assert addresses(room, room.token("t2", team="everybody")) == (["ada@example.org"], 1)
