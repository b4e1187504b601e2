"""A client takes back a refresh token: its grant ends, and nothing else does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.errors import StorageUnavailable
from authserver.domain.grants import GrantEnd
from authserver.domain.refresh_tokens import GRACE_SECONDS
from authserver.services.commit_barrier import REVOKER_WAIT_SECONDS
from tests.services.granted import GrantDesk

if TYPE_CHECKING:
    from tests.services.world import World


@pytest.fixture
def desk(world: World) -> GrantDesk:
    return GrantDesk(world)


def revoke(desk: GrantDesk, value: str, client_id: str = "app") -> bool:
    client = desk.world.clients.get(client_id)
    return desk.world.worker.revocation.revoke_token(client, value, desk.world.call())


@pytest.mark.rule("RV-03")
def test_a_refresh_token_takes_its_grant_along(desk: GrantDesk) -> None:
    grant = desk.allow()
    tokens, kept = desk.first_tokens(grant), desk.first_tokens()
    slept = sum(desk.world.clock.slept)
    assert revoke(desk, tokens.refresh_token)
    assert sum(desk.world.clock.slept) - slept == pytest.approx(REVOKER_WAIT_SECONDS)
    assert desk.stored(grant.grant_id).end is GrantEnd.REVOKED_BY_CLIENT
    assert not desk.is_active(tokens)
    assert desk.is_active(kept)
    desk.refused("invalid_grant", desk.refresh, tokens.refresh_token)


@pytest.mark.rule("RV-07")
@pytest.mark.parametrize("wait", [0, GRACE_SECONDS + 1])
def test_a_superseded_member_counts_as_well(desk: GrantDesk, wait: float) -> None:
    first = desk.first_tokens()
    second = desk.refresh(first.refresh_token)
    desk.world.clock.advance(wait)
    assert revoke(desk, first.refresh_token)
    assert not desk.is_active(second)
    desk.refused("invalid_grant", desk.refresh, second.refresh_token)


@pytest.mark.rule("RV-07")
def test_a_second_revocation_waits_and_changes_nothing(desk: GrantDesk) -> None:
    tokens = desk.first_tokens()
    revoke(desk, tokens.refresh_token)
    seq, slept = desk.world.database.state.seq, sum(desk.world.clock.slept)
    assert not revoke(desk, tokens.refresh_token)
    assert desk.world.database.state.seq == seq
    assert sum(desk.world.clock.slept) - slept == pytest.approx(REVOKER_WAIT_SECONDS)


@pytest.mark.rule("RV-01")
def test_unknown_and_foreign_tokens_are_left_alone(desk: GrantDesk) -> None:
    tokens = desk.first_tokens()
    for value, client_id in ((tokens.refresh_token, "spa"), ("asv_rt_unknown", "app")):
        writes = desk.world.database.calls["writing"]
        assert not revoke(desk, value, client_id)
        assert desk.world.database.calls["writing"] == writes
    assert desk.refresh(tokens.refresh_token).access.value


@pytest.mark.rule("RV-04")
@pytest.mark.parametrize(
    "failing", ["writing", "grants.end", "authority.advance", "audit.add", "commit"]
)
def test_a_revocation_that_was_not_stored_is_not_answered(desk: GrantDesk, failing: str) -> None:
    tokens = desk.first_tokens()
    desk.world.database.failing.add(failing)
    with pytest.raises(StorageUnavailable):
        revoke(desk, tokens.refresh_token)
    desk.world.database.failing.clear()
    assert desk.is_active(tokens)
    assert desk.refresh(tokens.refresh_token).access.value
