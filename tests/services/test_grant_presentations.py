"""What every presentation of a code or token leaves behind, whatever comes of it."""

from __future__ import annotations

import pytest

from authserver.domain.audit import Actor, ActorKind, Outcome
from authserver.domain.clients import ClientAuthMethod
from authserver.domain.credentials import PresentedCredentials
from authserver.domain.errors import StorageUnavailable, Throttled
from tests.services.granted import ADA, GrantDesk
from tests.services.world import LIMITS, World, details


@pytest.fixture
def desk(world: World) -> GrantDesk:
    return GrantDesk(world)


@pytest.mark.rule("F-12")
@pytest.mark.parametrize(
    "failing",
    [
        "writing",
        "grants.spend_code",
        "grants.add_refresh_token",
        "grants.note_use",
        "audit.add",
        "commit",
    ],
)
def test_a_redemption_that_cannot_be_stored_leaves_the_code_as_it_was(
    desk: GrantDesk, failing: str
) -> None:
    grant = desk.allow()
    code = desk.code(grant)
    desk.world.database.failing.add(failing)
    with pytest.raises(StorageUnavailable):
        desk.redeem(code)
    desk.world.database.failing.clear()
    assert desk.family(grant.grant_id) == []
    assert desk.actions() == []
    assert desk.is_active(desk.redeem(code))


def test_without_a_key_to_sign_with_the_code_is_not_burned(desk: GrantDesk) -> None:
    code = desk.code()
    keys = dict(desk.world.database.state.keys)
    desk.world.database.state.keys.clear()
    desk.world.worker.keys.load()
    with pytest.raises(StorageUnavailable):
        desk.redeem(code)
    desk.world.database.state.keys.update(keys)
    desk.world.worker.keys.load()
    assert desk.redeem(code).access.value


def test_an_issue_is_on_record_and_the_grant_counts_as_used(desk: GrantDesk) -> None:
    grant = desk.allow()
    desk.world.clock.advance(10)
    tokens = desk.redeem(desk.code(grant))
    event = desk.world.database.audit[-1]
    assert (event.action, event.outcome) == ("token.issued", Outcome.SUCCESS)
    assert event.actor == Actor(ActorKind.CLIENT, "app")
    assert event.token_id == tokens.access.token.token_id
    recorded = details(event)
    assert recorded["subject"] == ADA
    assert recorded["grant_id"] == grant.grant_id
    assert (recorded["id_token"], recorded["refresh_token"]) == (True, True)
    assert desk.stored(grant.grant_id).last_used_at == desk.world.clock.now()
    for secret in (tokens.access.value, tokens.refresh_token, tokens.id_token):
        assert secret not in repr(event)
        assert secret not in repr(tokens)


@pytest.mark.rule("TK-12")
def test_a_public_client_that_guesses_is_stopped_and_a_confidential_one_is_not(
    desk: GrantDesk,
) -> None:
    for _ in range(LIMITS.per_caller):
        desk.refused("invalid_grant", desk.redeem, "asv_ac_guess", desk.spa)
        desk.refused("invalid_grant", desk.redeem, "asv_ac_guess", desk.app)
    with pytest.raises(Throttled):
        desk.world.worker.client_authentication.authenticate(presented_by("spa"), desk.world.call())
    elsewhere = desk.world.call("203.0.113.5")
    found = desk.world.worker.client_authentication.authenticate(presented_by("spa"), elsewhere)
    assert found.client_id == "spa"
    assert desk.redeem(desk.code()).access.value


def presented_by(client_id: str) -> PresentedCredentials:
    return PresentedCredentials(ClientAuthMethod.NONE, client_id)


def test_a_blocked_network_learns_nothing_and_writes_no_records(desk: GrantDesk) -> None:
    desk.world.block_network()
    grant = desk.allow(desk.spa)
    code, before = desk.code(grant), len(desk.actions())
    with pytest.raises(Throttled):
        desk.redeem("asv_ac_guess", desk.spa)
    assert len(desk.actions()) == before
    tokens = desk.redeem(code, desk.spa)
    # What ends a grant is on record whoever is blocked; after that it is a guess.
    desk.refused("invalid_grant", desk.redeem, code, desk.spa)
    with pytest.raises(Throttled):
        desk.redeem(code, desk.spa)
    assert desk.actions()[-2:] == ["grant.ended", "code.reused"]
    assert not desk.is_active(tokens)


@pytest.mark.parametrize(
    "failing",
    ["writing", "grants.supersede", "grants.add_refresh_token", "audit.add", "commit"],
)
def test_a_refresh_that_cannot_be_stored_leaves_the_family_as_it_was(
    desk: GrantDesk, failing: str
) -> None:
    grant = desk.allow()
    value = desk.first_tokens(grant).refresh_token
    desk.world.database.failing.add(failing)
    with pytest.raises(StorageUnavailable):
        desk.refresh(value)
    desk.world.database.failing.clear()
    assert [token.superseded_at for token in desk.family(grant.grant_id)] == [None]
    assert desk.refresh(value).access.value


def test_nothing_that_can_be_used_is_stored_or_recorded(desk: GrantDesk) -> None:
    grant = desk.allow()
    first = desk.first_tokens(grant)
    second = desk.refresh(first.refresh_token)
    values = (first.refresh_token, second.refresh_token, second.access.value)
    stored = desk.family(grant.grant_id)
    for text in (repr(stored), repr(desk.world.database.audit), repr(second)):
        assert not any(value in text for value in values)
    assert all(len(token.digest) == 32 for token in stored)


def test_an_answer_given_again_is_on_record_as_such(desk: GrantDesk) -> None:
    first = desk.first_tokens().refresh_token
    desk.refresh(first)
    desk.refresh(first)
    rotated, again = (details(event) for event in desk.world.database.audit[-2:])
    assert (rotated["generation"], again["generation"]) == (2, 2)
    assert "again" not in rotated
    assert again["again"] is True
