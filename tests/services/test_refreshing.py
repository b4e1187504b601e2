"""Refresh tokens rotate; who comes late, or with one that was used, ends the family."""

from __future__ import annotations

from typing import Any

import pytest

from authserver.domain.audit import Outcome
from authserver.domain.clients import GrantType
from authserver.domain.grants import GrantEnd, GrantFilter, GrantOrigin
from authserver.domain.refresh_tokens import GRACE_SECONDS, GRACE_USES_MAX
from authserver.services.client_profiles import ProfileChanges
from authserver.services.commit_barrier import REVOKER_WAIT_SECONDS
from tests.services.collaborators import read_statement
from tests.services.granted import ADA, DAY, JIRA_MAIN, OFFLINE, TIMES, GrantDesk
from tests.services.world import ADMIN, World


@pytest.fixture
def desk(world: World) -> GrantDesk:
    return GrantDesk(world)


@pytest.mark.rule("RT-01")
def test_every_use_gives_another_token_and_the_family_has_one_leaf(desk: GrantDesk) -> None:
    grant = desk.allow()
    seen = [desk.first_tokens(grant).refresh_token]
    for _ in range(3):
        desk.world.clock.advance(GRACE_SECONDS + 1)
        tokens = desk.refresh(seen[-1])
        assert desk.is_active(tokens)
        seen.append(tokens.refresh_token)
    assert len(set(seen)) == 4
    family = desk.family(grant.grant_id)
    assert [token.generation for token in family] == [1, 2, 3, 4]
    assert [token.superseded_at is None for token in family] == [False, False, False, True]


def test_refreshed_tokens_say_what_the_first_ones_said(desk: GrantDesk) -> None:
    first = desk.first_tokens()
    tokens = desk.refresh(first.refresh_token)
    before, after = first.access.token, tokens.access.token
    assert (after.subject, after.audience, after.client_id) == (ADA, JIRA_MAIN, "app")
    assert (after.scopes, after.grant_id) == (before.scopes, before.grant_id)
    assert after.token_id != before.token_id


@pytest.mark.rule("OI-01")
def test_a_refreshed_id_token_repeats_who_and_when_but_no_nonce(desk: GrantDesk) -> None:
    first = desk.first_tokens()
    desk.world.clock.advance(1000)
    claims = [
        read_statement(tokens.id_token)["claims"]
        for tokens in (first, desk.refresh(first.refresh_token))
    ]
    for name in ("iss", "sub", "aud", "auth_time", "sid"):
        assert claims[0][name] == claims[1][name]
    assert "nonce" not in claims[1]


@pytest.mark.rule("RT-02")
def test_a_superseded_token_that_comes_late_ends_the_family(desk: GrantDesk) -> None:
    grant = desk.allow()
    first = desk.first_tokens(grant)
    second = desk.refresh(first.refresh_token)
    desk.world.clock.advance(GRACE_SECONDS + 0.1)
    slept = sum(desk.world.clock.slept)
    desk.refused("invalid_grant", desk.refresh, first.refresh_token)
    assert sum(desk.world.clock.slept) - slept == pytest.approx(REVOKER_WAIT_SECONDS)
    desk.refused("invalid_grant", desk.refresh, second.refresh_token)
    assert not desk.is_active(first)
    assert not desk.is_active(second)
    assert desk.stored(grant.grant_id).end is GrantEnd.REFRESH_REUSED
    alert = next(each for each in desk.world.database.audit if each.action == "refresh.reused")
    assert (alert.outcome, alert.object_id, alert.client_id) == (
        Outcome.REFUSED,
        grant.grant_id,
        "app",
    )


@pytest.mark.rule("RT-03")
def test_within_the_window_a_token_yields_the_successor_it_has(desk: GrantDesk) -> None:
    grant = desk.allow()
    first = desk.first_tokens(grant).refresh_token
    answers = [desk.refresh(first)]
    for wait in (0, 10, 20):
        desk.world.clock.advance(wait)
        answers.append(desk.refresh(first))
    assert len({tokens.refresh_token for tokens in answers}) == 1
    assert len({tokens.access.value for tokens in answers}) == 4
    assert all(desk.is_active(tokens) for tokens in answers)
    assert len(desk.family(grant.grant_id)) == 2
    # It does not slide: thirty seconds after the first use it is over.
    desk.world.clock.advance(0.1)
    desk.refused("invalid_grant", desk.refresh, first)
    assert desk.stored(grant.grant_id).end is GrantEnd.REFRESH_REUSED


@pytest.mark.rule("RT-03")
def test_within_the_window_only_the_immediate_predecessor_counts(desk: GrantDesk) -> None:
    grant = desk.allow()
    first = desk.first_tokens(grant).refresh_token
    second = desk.refresh(first).refresh_token
    third = desk.refresh(second).refresh_token
    assert desk.refresh(second).refresh_token == third
    desk.refused("invalid_grant", desk.refresh, first)
    assert desk.stored(grant.grant_id).end is GrantEnd.REFRESH_REUSED
    desk.refused("invalid_grant", desk.refresh, third)


@pytest.mark.rule("RT-03")
def test_within_the_window_a_token_is_good_for_a_burst_and_not_for_a_loop(desk: GrantDesk) -> None:
    grant = desk.allow()
    first = desk.first_tokens(grant).refresh_token
    for _ in range(1 + GRACE_USES_MAX):
        desk.refresh(first)
    desk.refused("invalid_grant", desk.refresh, first)
    assert desk.stored(grant.grant_id).end is GrantEnd.REFRESH_REUSED


@pytest.mark.rule("RT-03")
def test_within_the_window_nothing_comes_of_a_grant_that_has_ended(desk: GrantDesk) -> None:
    grant = desk.allow()
    first = desk.first_tokens(grant).refresh_token
    desk.refresh(first)
    desk.world.grants.end(GrantFilter(grant_id=grant.grant_id), GrantEnd.REVOKED_BY_USER, ADMIN)
    desk.refused("invalid_grant", desk.refresh, first)
    assert desk.stored(grant.grant_id).end is GrantEnd.REVOKED_BY_USER


@pytest.mark.rule("RT-05")
def test_another_client_gets_nothing_and_the_family_lives_on(desk: GrantDesk) -> None:
    tokens = desk.first_tokens()
    desk.refused("invalid_grant", desk.refresh, tokens.refresh_token, desk.spa)
    refused = desk.world.database.audit[-1]
    assert (refused.action, refused.client_id) == ("token.refused", "spa")
    second = desk.refresh(tokens.refresh_token)
    desk.world.clock.advance(GRACE_SECONDS + 1)
    desk.refused("invalid_grant", desk.refresh, tokens.refresh_token, desk.spa)
    assert desk.is_active(second)


@pytest.mark.rule("RT-05")
def test_scopes_may_be_narrowed_each_time_and_never_widened(desk: GrantDesk) -> None:
    value = desk.first_tokens(desk.allow(scopes=OFFLINE - {"WRITE"})).refresh_token
    narrowed = desk.refresh(value, scope="READ")
    assert narrowed.access.token.scopes == {"READ"}
    assert not narrowed.id_token
    for scope in ("READ WRITE", "ADMIN", "email", "", "READ  READ", 'a"b'):
        desk.refused("invalid_scope", desk.refresh, narrowed.refresh_token, scope=scope)
    full = desk.refresh(narrowed.refresh_token)
    assert full.access.token.scopes == OFFLINE - {"WRITE"}


@pytest.mark.rule("RT-05")
def test_a_refresh_for_another_resource_is_refused_and_costs_nothing(desk: GrantDesk) -> None:
    value = desk.first_tokens().refresh_token
    for resource in ("https://wiki.example.com", "https://elsewhere.example.com"):
        desk.refused("invalid_target", desk.refresh, value, resources=(resource,))
    assert desk.refresh(value, resources=(JIRA_MAIN,)).refresh_token


@pytest.mark.rule("RT-06")
def test_a_token_that_nobody_used_for_too_long_is_over(desk: GrantDesk) -> None:
    value = desk.first_tokens().refresh_token
    desk.world.clock.advance(TIMES.idle_seconds - 1)
    value = desk.refresh(value).refresh_token
    desk.world.clock.advance(TIMES.idle_seconds)
    desk.refused("invalid_grant", desk.refresh, value)


@pytest.mark.rule("RT-06")
def test_rotation_moves_no_absolute_end(desk: GrantDesk) -> None:
    grant = desk.allow()
    value = desk.first_tokens(grant).refresh_token
    for _ in range(89):
        desk.world.clock.advance(DAY)
        value = desk.refresh(value).refresh_token
    desk.world.clock.advance(DAY - 1)
    tokens = desk.refresh(value)
    assert tokens.access.token.expires_at <= grant.expires_at
    desk.world.clock.advance(1)
    desk.refused("invalid_grant", desk.refresh, tokens.refresh_token)


@pytest.mark.rule("RT-06")
def test_a_client_may_have_times_of_its_own(desk: GrantDesk) -> None:
    times = ProfileChanges(refresh_idle_seconds=100, refresh_absolute_seconds=250)
    client = desk.add_app("hasty", times)
    value = desk.redeem(desk.code(desk.allow(client)), client).refresh_token
    for _ in range(2):
        desk.world.clock.advance(99)
        value = desk.refresh(value, client).refresh_token
    desk.world.clock.advance(52)
    desk.refused("invalid_grant", desk.refresh, value, client)


@pytest.mark.rule("RT-10")
def test_tokens_of_other_kinds_are_no_refresh_tokens(desk: GrantDesk) -> None:
    grant = desk.allow()
    code = desk.code(grant)
    tokens = desk.redeem(desk.code(grant))
    others = (code, tokens.access.value, tokens.id_token, "asv_cs_secret-number-0001", "", "\ud800")
    words = {desk.refused("invalid_grant", desk.refresh, value).description for value in others}
    assert len(words) == 1
    desk.refused("invalid_grant", desk.redeem, tokens.refresh_token)
    assert desk.refresh(tokens.refresh_token).access.value


def test_the_grant_of_a_device_outlives_every_session(desk: GrantDesk) -> None:
    types = (GrantType.DEVICE_CODE, GrantType.REFRESH_TOKEN)
    client = desk.add_app("tv-set", grant_types=types)
    grant = desk.allow(client, origin=GrantOrigin.DEVICE)
    assert (grant.session_id, grant.session_bound) == ("", False)
    assert (grant.auth_time, grant.amr) == (desk.session.auth_time, desk.session.amr)
    bound: Any = desk.allow(client, frozenset({"openid", "READ"}), origin=GrantOrigin.DEVICE)
    assert not bound.session_bound
