"""Everything that a user has, stopped at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from authserver.domain.authority import ChangeKind
from authserver.domain.errors import Forbidden, NotFound
from authserver.services.user_stops import UserStops
from tests.services.token_office import TokenOffice
from tests.services.world import ADMIN

if TYPE_CHECKING:
    from tests.services.world import World


@pytest.fixture
def office(world: World) -> TokenOffice:
    return TokenOffice(world)


@pytest.fixture
def stops(world: World) -> UserStops:
    return UserStops(
        administration=world.administration, sessions=world.sessions, grants=world.grants
    )


def test_tokens_rest_and_nobody_believes_older_ones(office: TokenOffice, stops: UserStops) -> None:
    token = office.own().token
    before = office.world.clock.now()
    stopped = stops.stop("ada", ADMIN)
    assert office.world.clock.now() - before >= 0.29
    assert (stopped.sessions, stopped.grants, stopped.api_tokens) == (0, 0, 1)
    user = office.world.users.get("ada").user
    assert user.credentials_disabled_at == before
    assert user.is_enabled
    # They rest and are not revoked: they work again when somebody says so.
    assert office.kept(token) == token
    changes = [each.change for each in office.world.database.state.changes[-2:]]
    assert [each.kind for each in changes] == [ChangeKind.SUBJECT, ChangeKind.USER]
    assert changes[0].issued_until == before


def test_saying_it_twice_keeps_since_when(office: TokenOffice, stops: UserStops) -> None:
    since = stops.stop("ada", ADMIN).user.credentials_disabled_at
    office.world.clock.advance(60)
    assert stops.stop("ada", ADMIN).user.credentials_disabled_at == since


def test_whoever_administers_is_stopped_by_those_alone_who_may_give_roles(
    office: TokenOffice, stops: UserStops
) -> None:
    with office.world.database.writing() as stores:
        stores.users.save(replace(office.ada, is_administrator=True))
    help_desk = replace(ADMIN, powers=frozenset({"admin:support:write"}))
    with pytest.raises(Forbidden):
        stops.stop("ada", help_desk)
    assert office.world.users.get("ada").user.credentials_disabled_at is None
    with pytest.raises(NotFound):
        stops.stop("nobody", ADMIN)
