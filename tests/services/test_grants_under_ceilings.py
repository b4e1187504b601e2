"""What a user allows an app ends where the user's groups at a provider end, also afterwards."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from authserver.domain.group_rules import GroupEffect, GroupSnapshot, SnapshotState
from authserver.domain.providers import ProviderKind
from authserver.services.group_effects import GroupEffects
from authserver.services.group_verdicts import verdict
from tests.services.granted import ADA, GrantDesk
from tests.services.grouped import identity_of, provider_of, rule, snapshot

if TYPE_CHECKING:
    from tests.services.world import World

OIDC: Final = provider_of(ProviderKind.OIDC)


@pytest.fixture
def desk(world: World) -> GrantDesk:
    desk = GrantDesk(world)
    with world.database.writing() as stores:
        stores.providers.add(OIDC)
        stores.providers.add_rule(rule("Writers", GroupEffect.SCOPES, "WRITE"))
        stores.providers.add_rule(rule("Readers", GroupEffect.SCOPES, "READ"))
        stores.identities.add(identity_of(ADA))
    return desk


def signs_in(desk: GrantDesk, known: GroupSnapshot) -> None:
    """Ada signs in at the provider, some time after what happened last."""
    desk.world.clock.advance(2)
    with desk.world.database.writing() as stores:
        identity = stores.identities.find("oidc", f"key-of-{ADA}")
        assert identity is not None
        judged = verdict(stores.providers.rules("oidc"), known, desk.world.clock.now())
        GroupEffects().apply_in(stores, OIDC, identity, known, judged, desk.world.call())
    desk.world.worker.view.poll()
    desk.world.clock.advance(2)


def test_a_grant_begins_within_what_the_groups_give(desk: GrantDesk) -> None:
    signs_in(desk, snapshot("Readers"))
    grant = desk.allow()
    assert grant.scopes == {"openid", "offline_access", "READ"}
    assert desk.first_tokens(grant).access.token.scopes == grant.scopes


def test_a_grant_of_nothing_yields_nothing(desk: GrantDesk) -> None:
    signs_in(desk, snapshot())
    grant = desk.allow(scopes=frozenset({"READ"}))
    assert grant.scopes == frozenset()
    desk.refused("invalid_grant", desk.redeem, desk.code(grant))


def test_a_user_without_a_rule_about_scopes_allows_everything(desk: GrantDesk) -> None:
    assert desk.allow().scopes == {"openid", "offline_access", "READ", "WRITE"}


@pytest.mark.rule("FE-09")
@pytest.mark.parametrize(
    "less",
    [
        snapshot("Readers"),
        snapshot(),
        snapshot(state=SnapshotState.OVERAGE),
        snapshot(state=SnapshotState.UNKNOWN),
    ],
)
def test_whoever_has_less_groups_has_no_tokens_that_say_otherwise(
    desk: GrantDesk, less: GroupSnapshot
) -> None:
    signs_in(desk, snapshot("Writers", "Readers"))
    tokens = desk.first_tokens()
    code = desk.code()
    assert desk.is_active(tokens)
    signs_in(desk, less)
    assert not desk.is_active(tokens)
    desk.refused("invalid_grant", desk.refresh, tokens.refresh_token)
    desk.refused("invalid_grant", desk.redeem, code)


@pytest.mark.parametrize(
    "outage",
    [
        snapshot(state=SnapshotState.UNKNOWN, is_outage=True),
        snapshot(state=SnapshotState.TRUNCATED),
    ],
)
def test_an_outage_of_the_directory_ends_no_grant(desk: GrantDesk, outage: GroupSnapshot) -> None:
    signs_in(desk, snapshot("Writers", "Readers"))
    tokens = desk.first_tokens()
    signs_in(desk, outage)
    assert desk.is_active(tokens)
    assert desk.is_active(desk.refresh(tokens.refresh_token))


def test_the_same_groups_again_end_nothing(desk: GrantDesk) -> None:
    signs_in(desk, snapshot("Writers"))
    tokens = desk.first_tokens()
    signs_in(desk, replace(snapshot("Writers", "Readers", "Strangers"), source="userinfo"))
    assert desk.is_active(tokens)
