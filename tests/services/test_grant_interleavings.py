"""What happens between the look at a code or token and the transaction that decides about it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from authserver.domain.errors import StorageUnavailable
from authserver.domain.grants import GrantEnd, GrantFilter
from authserver.domain.refresh_tokens import GRACE_SECONDS
from tests.services.granted import GrantDesk
from tests.services.world import ADMIN

if TYPE_CHECKING:
    from collections.abc import Callable

    from authserver.services.user_tokens import PreparedTokens
    from tests.services.world import World


@pytest.fixture
def desk(world: World) -> GrantDesk:
    return GrantDesk(world)


def meanwhile(desk: GrantDesk, act: Callable[[], None]) -> None:
    """Do something when the next one has looked, and before it decides."""
    desk.world.database.while_reading = act


def end_all(desk: GrantDesk) -> None:
    desk.world.grants.end(GrantFilter(), GrantEnd.REVOKED_BY_USER, ADMIN)


@pytest.mark.rule("RV-07")
def test_a_grant_that_ends_while_its_code_is_redeemed_gives_nothing(desk: GrantDesk) -> None:
    code = desk.code()
    meanwhile(desk, lambda: end_all(desk))
    desk.refused("invalid_grant", desk.redeem, code)
    assert "token.issued" not in desk.actions()
    assert desk.world.database.state.refresh_tokens == {}


@pytest.mark.rule("TK-07")
def test_a_code_that_another_one_redeems_meanwhile_ends_what_that_one_got(desk: GrantDesk) -> None:
    code = desk.code()
    won: list[PreparedTokens] = []
    meanwhile(desk, lambda: won.append(desk.redeem(code)))
    desk.refused("invalid_grant", desk.redeem, code)
    assert not desk.is_active(won[0])
    assert desk.actions() == ["token.issued", "grant.ended", "code.reused"]


def test_a_code_without_its_grant_is_worth_nothing(desk: GrantDesk) -> None:
    code = desk.code()
    desk.world.database.state.grants.clear()
    desk.refused("invalid_grant", desk.redeem, code)


@pytest.mark.rule("RV-07")
def test_a_grant_that_ends_while_it_is_refreshed_gives_nothing(desk: GrantDesk) -> None:
    grant = desk.allow()
    value = desk.first_tokens(grant).refresh_token
    meanwhile(desk, lambda: end_all(desk))
    desk.refused("invalid_grant", desk.refresh, value)
    assert len(desk.family(grant.grant_id)) == 1


@pytest.mark.rule("RT-04")
def test_who_is_overtaken_gets_the_successor_of_the_other(desk: GrantDesk) -> None:
    grant = desk.allow()
    value = desk.first_tokens(grant).refresh_token
    won: list[PreparedTokens] = []
    meanwhile(desk, lambda: won.append(desk.refresh(value)))
    assert desk.refresh(value).refresh_token == won[0].refresh_token
    assert len(desk.family(grant.grant_id)) == 2


@pytest.mark.rule("RT-03")
def test_a_bad_request_with_a_superseded_token_harms_nobody_within_the_window(
    desk: GrantDesk,
) -> None:
    first = desk.first_tokens().refresh_token
    second = desk.refresh(first)
    desk.refused("invalid_scope", desk.refresh, first, scope="ADMIN")
    assert desk.is_active(second)
    desk.world.clock.advance(GRACE_SECONDS + 1)
    desk.refused("invalid_grant", desk.refresh, first, scope="ADMIN")
    assert not desk.is_active(second)


def test_a_successor_that_does_not_open_is_treated_as_stolen(desk: GrantDesk) -> None:
    grant = desk.allow()
    first = desk.first_tokens(grant).refresh_token
    second = desk.refresh(first)
    tokens = desk.world.database.state.refresh_tokens
    key = (grant.grant_id, 1)
    tokens[key] = replace(tokens[key], sealed_successor=b"somebody else's")
    desk.refused("invalid_grant", desk.refresh, first)
    assert not desk.is_active(second)


def test_a_token_that_cannot_be_superseded_though_it_is_locked_is_no_answer(
    desk: GrantDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant = desk.allow()
    value = desk.first_tokens(grant).refresh_token
    store = "tests.memory_grants.MemoryGrants.supersede"
    with monkeypatch.context() as patch:
        patch.setattr(store, lambda *_, **__: False)
        with pytest.raises(StorageUnavailable):
            desk.refresh(value)
    assert len(desk.family(grant.grant_id)) == 1
    assert desk.refresh(value).access.value
