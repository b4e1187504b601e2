"""What becomes of exchanged tokens, and who gets none: stopped providers, users and clients."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.clients import GrantType
from authserver.domain.grants import GrantEnd, GrantFilter, GrantOrigin
from authserver.domain.group_rules import GroupEffect, GroupRule
from authserver.domain.providers import ProviderKind, ProviderStatus
from authserver.services.administration import operator
from authserver.services.clients import ClientUpdate
from tests.federation.bearing import SUBJECT
from tests.rfc.exchanging import Exchanging, exchanging, refused
from tests.rfc.tokens import claims_of

if TYPE_CHECKING:
    from tests.federation.bearing import BearingInstallation

ACT = operator("root")


@pytest.fixture
def desk(bearing_installation: BearingInstallation) -> Exchanging:
    return exchanging(bearing_installation, ProviderKind.OIDC)


@pytest.mark.rule("FE-12")
@pytest.mark.parametrize("status", [ProviderStatus.DISABLED, ProviderStatus.REMOVED])
def test_a_stopped_providers_tokens_are_not_exchanged(
    desk: Exchanging, status: ProviderStatus
) -> None:
    token = desk.token()
    desk.world.configure(status=status)
    refused(desk.exchange(token))


def test_a_stopped_user_gets_nothing(desk: Exchanging) -> None:
    container = desk.world.installation.container
    ours = desk.exchange(desk.token()).json["access_token"]
    container.users.disable("grace", ACT)
    desk.world.installation.poll()
    refused(desk.exchange(desk.token()))
    assert not desk.world.installation.lane.is_active(desk.world.site, ours)


def test_a_token_of_before_everything_of_the_user_ended_is_not_exchanged(
    desk: Exchanging,
) -> None:
    installation = desk.world.installation
    before = desk.token()
    installation.container.users.disable("grace", ACT)
    installation.container.users.enable("grace", ACT)
    installation.poll()
    refused(desk.exchange(before))
    installation.clock.advance(2)
    assert desk.exchange(desk.token()).status == 200


def test_the_users_ceiling_holds(desk: Exchanging) -> None:
    rule = GroupRule("r1", "theirs", "readers", GroupEffect.SCOPES, "READ", "", 0.0)
    desk.world.add_rule(rule)
    answer = desk.exchange(desk.token(groups=["readers"]))
    assert answer.json["scope"] == "READ"
    assert desk.exchange(desk.token(groups=[])).error == (400, "invalid_scope")


def test_another_providers_ceiling_holds_too(desk: Exchanging) -> None:
    with desk.world.installation.container.database.writing() as stores:
        stores.providers.add(
            replace(desk.world.provider, name="second", issuer="https://2.example")
        )
        (identity,) = stores.identities.of(SUBJECT)
        limited = frozenset({"READ"})
        stores.identities.add(
            replace(identity, provider="second", subject_key="x", ceiling=limited)
        )
    assert desk.exchange(desk.token()).json["scope"] == "READ"


def grants_of(desk: Exchanging) -> list[Any]:
    return list(desk.world.installation.container.grants.list(GrantFilter(subject=SUBJECT)))


def test_an_exchange_is_a_grant_that_can_be_listed_and_ended(desk: Exchanging) -> None:
    installation = desk.world.installation
    ours = desk.exchange(desk.token()).json["access_token"]
    (grant,) = grants_of(desk)
    assert (grant.origin, grant.client_id) == (GrantOrigin.TOKEN_EXCHANGE, "exchanger")
    assert grant.scopes == {"READ", "WRITE"}
    assert grant.grant_id == claims_of(ours)["grant_id"]
    assert installation.lane.is_active(desk.world.site, ours)
    wanted = GrantFilter(grant_id=grant.grant_id)
    installation.container.grants.end(wanted, GrantEnd.REVOKED_BY_ADMINISTRATOR, ACT)
    installation.poll()
    assert not installation.lane.is_active(desk.world.site, ours)
    assert desk.exchange(desk.token()).status == 200


def test_the_client_may_revoke_what_it_got(desk: Exchanging) -> None:
    lane = desk.world.installation.lane
    ours = desk.exchange(desk.token()).json["access_token"]
    assert lane.revoke(desk.caller, ours).status == 200
    desk.world.installation.poll()
    assert not lane.is_active(desk.world.site, ours)


def test_a_client_that_may_not_any_more_has_no_tokens(desk: Exchanging) -> None:
    installation = desk.world.installation
    ours = desk.exchange(desk.token()).json["access_token"]
    changed = ClientUpdate(grant_types=(GrantType.CLIENT_CREDENTIALS,))
    installation.container.clients.update("exchanger", changed, ACT)
    installation.poll()
    assert not installation.lane.is_active(desk.world.site, ours)
    assert desk.exchange(desk.token()).error == (400, "unauthorized_client")
