"""Who administers by a token: our own access tokens for the administration, and no others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.access_details import AccessDetail
from authserver.domain.audit import Actor, ActorKind
from authserver.domain.calls import Call
from authserver.domain.errors import ProtocolRefusal
from authserver.domain.grants import GrantOrigin
from authserver.domain.roles import PERMISSIONS, ROLE_PERMISSIONS, Area, Role, to_read, to_write
from authserver.domain.users import UserStatus
from authserver.services.admin_callers import AdminCaller
from authserver.services.clients import ClientUpdate
from authserver.services.introspection import TokenProblem, UnfitToken
from tests.instances import Caller
from tests.rfc.administering import (
    BOUND,
    allowed,
    caller_of,
    give,
    person_with,
    user_of,
)
from tests.rfc.api_tokens import put_token
from tests.rfc.granted import Granter

if TYPE_CHECKING:
    from tests.instances import Site
    from tests.rfc.installations import Installation

READ, WRITE = to_read(Area.CLIENTS), to_write(Area.CLIENTS)
SUPPORT = to_write(Area.SUPPORT)


def token_of(installation: Installation, *scopes: str, **stated: Any) -> str:
    """What a client that administers for itself gets at the token endpoint."""
    caller = installation.caller("bot", installation.administration(), *scopes, **stated)
    return str(installation.lane.ask(caller).json["access_token"])


def problem_of(installation: Installation, token_value: str) -> str:
    verdict = caller_of(installation, token_value)
    assert isinstance(verdict, UnfitToken)
    return str(verdict.problem)


def known(installation: Installation, token_value: str) -> AdminCaller:
    verdict = caller_of(installation, token_value)
    assert isinstance(verdict, AdminCaller), verdict
    return verdict


@pytest.mark.rule("AD-01")
def test_a_client_has_the_scopes_of_its_token(installation: Installation) -> None:
    caller = known(installation, token_of(installation, READ, WRITE))
    assert caller.powers == {READ, WRITE}
    assert caller.actor == Actor(ActorKind.CLIENT, "bot")
    act = caller.act(Call(at=1.0, request_id="r-1", peer="192.0.2.9"))
    assert (act.request_id, act.peer, act.powers) == ("r-1", "192.0.2.9", caller.powers)
    assert act.way == {"via": "rest"}
    assert caller.may(READ)
    assert not caller.may(SUPPORT)


@pytest.mark.rule("AD-01")
@pytest.mark.rule("AD-04")
def test_a_user_has_of_the_tokens_scopes_what_the_roles_give(installation: Installation) -> None:
    person = person_with(installation, "holly", Role.OWNER)
    granted = allowed(installation, person, READ, WRITE, SUPPORT)
    assert known(installation, granted.access_token).powers == {READ, WRITE, SUPPORT}
    give(installation, person, Role.HELP_DESK)
    caller = known(installation, granted.access_token)
    assert caller.powers == {READ, SUPPORT}
    assert caller.username == "holly"
    assert caller.roles == {Role.HELP_DESK}
    assert caller.act(BOUND.call(1.0)).way == {"via": "rest", "via_client": "admin-app"}


@pytest.mark.rule("AD-07")
def test_a_role_that_is_taken_counts_at_the_next_call(installation: Installation) -> None:
    person = person_with(installation, "holly", Role.AUDITOR)
    granted = allowed(installation, person, READ)
    assert known(installation, granted.access_token).powers == {READ}
    give(installation, person)
    assert known(installation, granted.access_token).powers == frozenset()


@pytest.mark.rule("AD-07")
def test_whoever_is_disabled_administers_no_more(installation: Installation) -> None:
    person = person_with(installation, "holly", Role.AUDITOR)
    granted = allowed(installation, person, READ)
    container = installation.container
    container.users.disable("holly", container.operator)
    assert isinstance(caller_of(installation, granted.access_token), UnfitToken)
    assert container.admin_callers.of_user(user_of(installation, person)) is None


@pytest.mark.rule("AD-07")
def test_a_client_that_lost_scopes_or_is_disabled_administers_no_more(
    installation: Installation,
) -> None:
    value = token_of(installation, READ, WRITE)
    container = installation.container
    container.clients.update("bot", ClientUpdate(remove_scopes=(WRITE,)), container.operator)
    assert problem_of(installation, value) == TokenProblem.CLIENT_MAY_NOT
    container.clients.update("bot", ClientUpdate(add_scopes=(WRITE,)), container.operator)
    assert known(installation, value).powers == {READ, WRITE}
    container.clients.disable("bot", container.operator)
    assert problem_of(installation, value) == TokenProblem.CLIENT_MAY_NOT


@pytest.mark.rule("AD-01")
def test_no_other_token_of_ours_administers(installation: Installation) -> None:
    jira = installation.site("jira")
    person = person_with(installation, "holly", Role.OWNER)
    granter = Granter(installation, person)
    app = granter.app(jira)
    granted = granter.allow(app, scopes=frozenset({"READ", "openid"}), site=jira)
    at_home = granter.allow(app)
    own = installation.caller("reader", jira, "READ")
    site_token = installation.lane.ask(own).json["access_token"]
    api_token = put_token(installation, person, jira)
    for value in (
        *(granted.access_token, granted.id_token, granted.refresh_token),
        *(at_home.access_token, at_home.id_token, site_token, api_token),
        *("", "nonsense", own.secret),
    ):
        assert isinstance(caller_of(installation, value), UnfitToken)


@pytest.mark.rule("AD-01")
@pytest.mark.parametrize("origin", [GrantOrigin.DEVICE, GrantOrigin.TOKEN_EXCHANGE])
def test_nobody_administers_by_a_device_or_an_exchanged_token(
    installation: Installation, origin: GrantOrigin
) -> None:
    person = person_with(installation, "holly", Role.OWNER)
    granted = allowed(installation, person, READ)
    with installation.container.database.writing() as stores:
        grant = stores.grants.get(granted.grant.grant_id)
        assert grant is not None
    container = installation.container
    client = container.clients.get("admin-app")
    odd = replace(grant, origin=origin, grant_id="another")
    with container.database.writing() as stores:
        stores.grants.add(odd)
    call = BOUND.call(installation.clock.now())
    prepared = container.user_tokens.prepare(
        client, odd, scopes=odd.scopes, resources=(), nonce="", call=call
    )
    problem = problem_of(installation, prepared.access.value)
    assert problem == TokenProblem.CAME_ANOTHER_WAY


def test_a_token_that_is_limited_to_operations_administers_nothing(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    value = token_of(installation, READ)
    callers = installation.container.admin_callers
    introspection = installation.container.introspection
    token = introspection.judge_anywhere(value, installation.clock.now())
    assert not isinstance(token, UnfitToken)
    limited = replace(token, details=(AccessDetail(token.audience, ("getServerInfo",), None),))
    monkeypatch.setattr(introspection, "judge_anywhere", lambda *_: limited)
    verdict = callers.of_token(value, BOUND.call(installation.clock.now()))
    assert isinstance(verdict, UnfitToken)
    assert verdict.problem is TokenProblem.NOTHING_LEFT


def test_details_of_operations_are_refused_at_the_administration(
    installation: Installation,
) -> None:
    bot = installation.caller("bot", installation.administration(), READ)
    location = installation.administration().identifier
    detail = f'[{{"type":"atlassian_operations","locations":["{location}"],"operations":["read"]}}]'
    assert installation.lane.ask(bot, authorization_details=detail).error == (
        400,
        "invalid_authorization_details",
    )


@pytest.mark.rule("AD-07")
def test_the_administration_can_be_switched_off(installation: Installation) -> None:
    value = token_of(installation, READ)
    container = installation.container
    container.resources.disable("administration", container.operator)
    assert problem_of(installation, value) == TokenProblem.RESOURCE_STOPPED
    container.resources.enable("administration", container.operator)
    assert known(installation, value).powers == {READ}


@pytest.mark.rule("AD-01")
@pytest.mark.parametrize("role", list(Role))
def test_at_the_console_somebody_has_what_the_roles_give(
    installation: Installation, role: Role
) -> None:
    person = person_with(installation, "holly", role)
    caller = installation.container.admin_callers.of_user(user_of(installation, person))
    assert caller is not None
    assert caller.powers == ROLE_PERMISSIONS[role]
    assert caller.act(BOUND.call(1.0)).way == {"via": "console"}
    assert caller.powers <= PERMISSIONS


def test_whoever_has_no_role_is_nobody_at_the_console(installation: Installation) -> None:
    person = person_with(installation, "holly")
    user = user_of(installation, person)
    callers = installation.container.admin_callers
    assert callers.of_user(user) is None
    assert callers.of_user(replace(user, is_administrator=True)) is None, "as stored, not as told"
    assert callers.of_user(replace(user, subject="user:gone")) is None
    assert user.status is UserStatus.ENABLED


@pytest.mark.rule("AD-04")
def test_nobody_allows_an_app_what_their_roles_do_not_give(installation: Installation) -> None:
    person = person_with(installation, "holly", Role.AUDITOR)
    granted = allowed(installation, person, READ, WRITE)
    assert granted.grant.scopes == {READ}


@pytest.mark.rule("AD-04")
def test_a_grant_rests_while_the_roles_do_not_give_it(installation: Installation) -> None:
    person = person_with(installation, "holly", Role.AUDITOR)
    site = installation.administration()
    granter = Granter(installation, person)
    app = granter.app(site, "admin-app", scopes=(READ, "offline_access", "openid"))
    granted = granter.allow(app, scopes=frozenset({READ, "offline_access", "openid"}), site=site)
    assert granted.refresh_token
    give(installation, person)
    installation.poll()
    form = {"grant_type": "refresh_token", "refresh_token": granted.refresh_token}
    caller = Caller(app.client_id, app.secret)
    assert installation.lane.ask(caller, **form).error == (400, "invalid_grant")
    give(installation, person, Role.AUDITOR)
    installation.poll()
    assert installation.lane.ask(caller, **form).json["scope"]


@pytest.mark.rule("AD-04")
def test_a_device_cannot_ask_for_the_administration(installation: Installation) -> None:
    site: Site = installation.administration()
    grant = "urn:ietf:params:oauth:grant-type:device_code"
    installation.caller("tv-app", site, READ, "openid", grant_types=(grant,))
    container = installation.container
    with pytest.raises(ProtocolRefusal, match="invalid_scope"):
        container.device_requests.begin(
            container.clients.get("tv-app"),
            READ,
            (),
            user_agent="",
            call=BOUND.call(installation.clock.now()),
        )
