"""A code yields tokens once, for the request it belongs to; presented again it ends everything."""

from __future__ import annotations

from typing import Any

import pytest

from authserver.domain.audit import Outcome
from authserver.domain.codes import CODE_SECONDS
from authserver.domain.grants import GrantEnd
from authserver.services.client_profiles import ProfileChanges
from authserver.services.commit_barrier import REVOKER_WAIT_SECONDS
from tests.services.collaborators import read_statement
from tests.services.granted import ADA, JIRA_MAIN, OFFLINE, VERIFIER, GrantDesk
from tests.services.world import ADMIN, ISSUER, World


@pytest.fixture
def desk(world: World) -> GrantDesk:
    return GrantDesk(world)


def test_a_code_yields_what_the_user_allowed(desk: GrantDesk) -> None:
    grant = desk.allow()
    tokens = desk.redeem(desk.code(grant))
    token = tokens.access.token
    assert (token.issuer, token.subject, token.audience) == (ISSUER, ADA, JIRA_MAIN)
    assert (token.client_id, token.scopes, token.grant_id) == ("app", OFFLINE, grant.grant_id)
    assert token.expires_at - token.issued_at == 600
    assert desk.is_active(tokens)


def test_an_id_token_comes_with_openid_and_repeats_the_nonce(desk: GrantDesk) -> None:
    tokens = desk.first_tokens()
    claims = read_statement(tokens.id_token)["claims"]
    assert claims["nonce"] == "nonce-of-the-app"
    assert (claims["sub"], claims["aud"], claims["sid"]) == (ADA, "app", "sid-1")
    without = desk.first_tokens(desk.allow(scopes=frozenset({"READ", "offline_access"})))
    assert not without.id_token


def test_a_code_about_signing_in_alone_is_for_the_issuer(desk: GrantDesk) -> None:
    grant = desk.allow(scopes=frozenset({"openid"}), audience=ISSUER, resource="")
    assert desk.redeem(desk.code(grant)).access.token.audience == ISSUER


@pytest.mark.rule("RT-09")
@pytest.mark.parametrize(
    ("scopes", "grant_types", "session_refresh", "comes"),
    [
        ({"openid", "offline_access"}, ("authorization_code", "refresh_token"), False, True),
        ({"openid"}, ("authorization_code", "refresh_token"), False, False),
        ({"openid"}, ("authorization_code", "refresh_token"), True, True),
        ({"openid", "offline_access"}, ("authorization_code",), False, False),
    ],
)
def test_a_refresh_token_comes_only_where_it_was_allowed(
    desk: GrantDesk,
    scopes: set[str],
    grant_types: tuple[str, ...],
    session_refresh: bool,  # noqa: FBT001 - a row of the table
    comes: bool,  # noqa: FBT001 - a row of the table
) -> None:
    profile = ProfileChanges(session_refresh=session_refresh)
    client = desk.add_app("other-app", grant_types=grant_types, profile=profile)
    grant = desk.allow(client, frozenset(scopes))
    tokens = desk.redeem(desk.code(grant), client)
    assert bool(tokens.refresh_token) is comes
    assert len(desk.family(grant.grant_id)) == int(comes)


@pytest.mark.rule("TK-05")
@pytest.mark.parametrize(
    "sent",
    [
        {"redirect_uri": "https://app.example.com/callback/"},
        {"redirect_uri": "https://app.example.com/other"},
        {"redirect_uri": ""},
        {"code_verifier": None},
        {"code_verifier": VERIFIER[:-1] + "X"},
        {"code_verifier": VERIFIER[:42]},
        {"code_verifier": ""},
        {"code_verifier": "ä" * 50},
        {"code_verifier": VERIFIER + "=" * 100},
    ],
)
def test_a_code_with_the_wrong_company_is_refused_and_burned(
    desk: GrantDesk, sent: dict[str, Any]
) -> None:
    code = desk.code()
    desk.refused("invalid_grant", desk.redeem, code, **sent)
    desk.refused("invalid_grant", desk.redeem, code)
    assert "token.issued" not in desk.actions()


def test_a_redirect_uri_may_be_left_out(desk: GrantDesk) -> None:
    assert desk.redeem(desk.code(), redirect_uri=None).access.value


@pytest.mark.rule("PK-05")
def test_a_verifier_for_a_request_without_challenge_is_refused(desk: GrantDesk) -> None:
    desk.refused("invalid_grant", desk.redeem, desk.code(code_challenge=""))
    tokens = desk.redeem(desk.code(code_challenge=""), code_verifier=None)
    assert desk.is_active(tokens)


@pytest.mark.rule("TK-05")
def test_another_client_burns_the_code_and_gets_nothing(desk: GrantDesk) -> None:
    grant = desk.allow()
    code = desk.code(grant)
    desk.refused("invalid_grant", desk.redeem, code, desk.spa)
    assert desk.stored(grant.grant_id).ended_at is None
    desk.refused("invalid_grant", desk.redeem, code)


@pytest.mark.parametrize(("after", "good"), [(CODE_SECONDS - 0.1, True), (CODE_SECONDS, False)])
def test_a_code_is_good_for_a_minute(
    desk: GrantDesk,
    after: float,
    good: bool,  # noqa: FBT001 - a row of the table
) -> None:
    code = desk.code()
    desk.world.clock.advance(after)
    if good:
        assert desk.redeem(code).access.value
    else:
        desk.refused("invalid_grant", desk.redeem, code)


@pytest.mark.rule("TK-06")
def test_a_second_presentation_ends_all_that_came_of_the_code(desk: GrantDesk) -> None:
    grant = desk.allow()
    code = desk.code(grant)
    tokens = desk.redeem(code)
    assert desk.is_active(tokens)
    slept = sum(desk.world.clock.slept)
    desk.refused("invalid_grant", desk.redeem, code)
    assert sum(desk.world.clock.slept) - slept == pytest.approx(REVOKER_WAIT_SECONDS)
    assert desk.stored(grant.grant_id).end is GrantEnd.CODE_REUSED
    assert not desk.is_active(tokens)
    desk.refused("invalid_grant", desk.refresh, tokens.refresh_token)
    assert desk.actions() == ["token.issued", "grant.ended", "code.reused", "token.refused"]
    reused = desk.world.database.audit[-2]
    assert (reused.outcome, reused.object_id) == (Outcome.REFUSED, grant.grant_id)


def test_a_second_presentation_by_somebody_else_ends_nothing(desk: GrantDesk) -> None:
    grant = desk.allow()
    code = desk.code(grant)
    tokens = desk.redeem(code)
    desk.refused("invalid_grant", desk.redeem, code, desk.spa)
    assert desk.is_active(tokens)
    refused = desk.world.database.audit[-1]
    assert (refused.action, refused.client_id) == ("token.refused", "spa")
    assert refused.object_id == grant.grant_id


def test_a_reuse_takes_effect_though_there_is_no_place_to_wait(desk: GrantDesk) -> None:
    code = desk.code()
    tokens = desk.redeem(code)
    with desk.barrier.passing():
        slept = list(desk.world.clock.slept)
        desk.refused("invalid_grant", desk.redeem, code)
        assert desk.world.clock.slept == slept
        assert not desk.is_active(tokens)


@pytest.mark.rule("TK-08")
def test_every_bad_code_is_refused_in_the_same_words(desk: GrantDesk) -> None:
    spent, foreign, expired = desk.code(), desk.code(desk.allow(desk.spa)), desk.code()
    unfit = desk.code()
    desk.redeem(spent)
    refusals = [
        desk.refused("invalid_grant", desk.redeem, code)
        for code in (spent, foreign, "asv_ac_unknown", "", "\ud800")
    ]
    refusals.append(desk.refused("invalid_grant", desk.redeem, unfit, code_verifier=None))
    desk.world.clock.advance(CODE_SECONDS)
    refusals.append(desk.refused("invalid_grant", desk.redeem, expired))
    assert len({(each.error, each.description) for each in refusals}) == 1
    assert len({each.detail for each in refusals}) > 3


@pytest.mark.rule("TK-04")
def test_a_client_without_the_grant_type_is_refused_before_the_code_is_looked_at(
    desk: GrantDesk,
) -> None:
    code = desk.code()
    other = desk.world.add_client("machine").client
    desk.refused("unauthorized_client", desk.redeem, code, other)
    assert desk.actions()[-1] == "token.refused"
    assert desk.redeem(code).access.value


@pytest.mark.parametrize("resources", [("https://elsewhere.example.com",), (JIRA_MAIN, ISSUER)])
def test_a_resource_that_was_not_allowed_is_an_invalid_target(
    desk: GrantDesk, resources: tuple[str, ...]
) -> None:
    desk.refused("invalid_target", desk.redeem, desk.code(), resources=resources)


def test_the_allowed_resource_may_be_repeated(desk: GrantDesk) -> None:
    assert desk.redeem(desk.code(), resources=(JIRA_MAIN, JIRA_MAIN)).access.value


def test_a_site_that_is_out_of_service_is_an_invalid_target(desk: GrantDesk) -> None:
    desk.world.resources.disable("jira-main", ADMIN)
    desk.world.worker.view.poll()
    desk.refused("invalid_target", desk.redeem, desk.code())


def test_access_tokens_end_with_their_grant(desk: GrantDesk) -> None:
    client = desk.add_app(
        "hasty", access_token_seconds=600, profile=ProfileChanges(refresh_absolute_seconds=300)
    )
    grant = desk.allow(client)
    desk.world.clock.advance(30)
    tokens = desk.redeem(desk.code(grant), client)
    assert tokens.access.token.expires_at == grant.expires_at
    assert desk.family(grant.grant_id)[0].expires_at == grant.expires_at


def test_a_grant_that_ends_in_this_second_yields_nothing(desk: GrantDesk) -> None:
    client = desk.add_app("hasty", profile=ProfileChanges(refresh_absolute_seconds=60))
    desk.world.clock.advance(0.2)
    code = desk.code(desk.allow(client))
    desk.world.clock.advance(59.9)
    desk.refused("invalid_grant", desk.redeem, code, client)
