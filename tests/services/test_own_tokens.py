"""A client learns of its own tokens, and of nobody else's."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from authserver.domain.clients import ClientStatus, GrantType
from authserver.domain.grants import GrantEnd, GrantFilter
from authserver.domain.tokens import AccessToken
from authserver.domain.users import UserStatus
from authserver.services.own_tokens import GoodRefreshToken
from tests.doubles import EPOCH
from tests.services.telling import REFRESH_VALUE, Telling

if TYPE_CHECKING:
    from tests.services.world import World


@pytest.fixture
def telling(world: World) -> Telling:
    telling = Telling(world)
    telling.add_refresh_token()
    world.worker.view.poll()
    return telling


def good(telling: Telling, value: str = REFRESH_VALUE) -> AccessToken | GoodRefreshToken | None:
    return telling.own_tokens.good_token(value, telling.app, telling.world.call())


def test_a_client_learns_of_its_access_token(telling: Telling) -> None:
    token = good(telling, telling.access_token())
    assert isinstance(token, AccessToken)
    assert token.subject == "user:ada"


@pytest.mark.rule("IN-02")
def test_a_client_learns_nothing_of_anothers_tokens(telling: Telling) -> None:
    value = telling.access_token()
    telling.app = replace(telling.app, client_id="other-app")
    assert good(telling, value) is None
    assert good(telling) is None


def test_a_dead_access_token_is_not_good(telling: Telling) -> None:
    value = telling.access_token()
    telling.world.clock.advance(600)
    telling.worker.view.poll()
    assert good(telling, value) is None
    assert good(telling, "x") is None


def test_a_live_refresh_token_is_good(telling: Telling) -> None:
    found = good(telling)
    assert isinstance(found, GoodRefreshToken)
    assert found.grant.grant_id == "g-1"
    assert found.token.generation == 1


def test_an_unknown_refresh_token_is_not(telling: Telling) -> None:
    assert good(telling, REFRESH_VALUE + "x") is None


def test_an_idle_refresh_token_is_over(telling: Telling) -> None:
    telling.world.clock.advance(1001)
    telling.worker.view.poll()
    assert good(telling) is None


def test_a_superseded_refresh_token_is_not_good(telling: Telling) -> None:
    with telling.world.database.writing() as stores:
        token = stores.grants.leaf("g-1")
        assert token is not None
        assert stores.grants.supersede(token, at=EPOCH, sealed_successor=b"sealed")
    assert good(telling) is None


def test_with_the_grant_its_refresh_token_is_over(telling: Telling) -> None:
    with telling.world.database.writing() as stores:
        stores.grants.end(GrantFilter(grant_id="g-1"), GrantEnd.LOGOUT, EPOCH)
    assert good(telling) is None


def test_a_stopped_user_has_no_good_refresh_token(telling: Telling) -> None:
    telling.change_user(status=UserStatus.DISABLED)
    assert good(telling) is None


@pytest.mark.parametrize(
    "taken",
    [
        {"grant_types": frozenset({GrantType.AUTHORIZATION_CODE})},
        {"grant_types": frozenset({GrantType.REFRESH_TOKEN})},
        {"scopes": frozenset({"openid"})},
    ],
    ids=str,
)
def test_what_a_client_lost_its_refresh_tokens_lost(
    telling: Telling, taken: dict[str, frozenset[str]]
) -> None:
    telling.change_app(**taken)
    assert good(telling) is None


def test_the_access_tokens_of_a_stopped_client_are_dead(telling: Telling) -> None:
    value = telling.access_token()
    telling.change_app(status=ClientStatus.DISABLED)
    assert good(telling, value) is None
