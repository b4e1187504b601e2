"""Refresh tokens from outside (group A5)."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from authserver.domain.grants import GrantEnd, GrantFilter
from authserver.domain.refresh_tokens import GRACE_SECONDS
from authserver.services.client_profiles import ProfileChanges
from authserver.services.clients import ClientUpdate
from tests.rfc.changes import database_file
from tests.rfc.codes import OFFLINE, Codes
from tests.rfc.lanes import TOKEN
from tests.rfc.tokens import claims_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.machine.doors import Answer
    from tests.people.cast import App
    from tests.people.world import PeopleWorld

DAY = 86_400


@pytest.fixture
def codes(world: PeopleWorld) -> Codes:
    return Codes(world.container, world.ada.subject)


@pytest.fixture
def app(world: PeopleWorld) -> App:
    return world.web_app


def assert_invalid_grant(answer: Answer) -> None:
    assert answer.error == (400, "invalid_grant"), answer.body


def first(world: PeopleWorld, codes: Codes, app: App) -> dict[str, str]:
    """The tokens of a fresh code."""
    answer = world.redeem(app, codes.code(app))
    assert answer.status == 200, answer.body
    return dict(answer.json)


def refreshed(world: PeopleWorld, app: App, value: str, **form: str) -> dict[str, str]:
    """The tokens of a refresh."""
    answer = world.refresh(app, value, **form)
    assert answer.status == 200, answer.body
    return dict(answer.json)


@pytest.mark.rule("RT-01")
@pytest.mark.parametrize("who", ["web_app", "spa"])
def test_every_refresh_gives_a_new_token_and_the_old_one_is_over(
    world: PeopleWorld, codes: Codes, who: str
) -> None:
    client: App = getattr(world, who)
    values = [first(world, codes, client)["refresh_token"]]
    for _ in range(2):
        values.append(refreshed(world, client, values[-1])["refresh_token"])
        world.clock.advance(GRACE_SECONDS + 1)
    assert len(set(values)) == 3
    assert_invalid_grant(world.refresh(client, values[1]))


@pytest.mark.rule("RT-02")
def test_a_replayed_token_takes_the_family_and_its_access_tokens_along(
    world: PeopleWorld, codes: Codes, app: App
) -> None:
    one = first(world, codes, app)
    two = refreshed(world, app, one["refresh_token"])
    elsewhere = world.installation.start_worker().lane
    assert elsewhere.is_active(world.jira, two["access_token"])
    world.clock.advance(GRACE_SECONDS + 1)
    assert_invalid_grant(world.refresh(app, one["refresh_token"]))
    assert_invalid_grant(world.refresh(app, two["refresh_token"]))
    for tokens in (one, two):
        assert not elsewhere.is_active(world.jira, tokens["access_token"])
    grant_id = claims_of(two["access_token"])["grant_id"]
    alerts = world.installation.records("refresh.reused")
    assert [alert["object"]["id"] for alert in alerts] == [grant_id]
    ended = world.installation.records("grant.ended")
    assert [each["reason"] for each in ended] == [GrantEnd.REFRESH_REUSED]


@pytest.mark.rule("RT-03")
@pytest.mark.trap(10)
def test_shortly_after_its_use_a_token_gives_the_same_successor_to_its_client_alone(
    world: PeopleWorld, codes: Codes, app: App
) -> None:
    one = first(world, codes, app)["refresh_token"]
    two = refreshed(world, app, one)
    assert_invalid_grant(world.refresh(world.spa, one))
    world.clock.advance(GRACE_SECONDS)
    again = refreshed(world, app, one)
    assert again["refresh_token"] == two["refresh_token"]
    three = refreshed(world, app, two["refresh_token"])
    # Its successor was used: it is no predecessor of the leaf any more.
    assert_invalid_grant(world.refresh(app, one))
    assert_invalid_grant(world.refresh(app, three["refresh_token"]))


@pytest.mark.rule("RT-03")
def test_a_revoked_token_has_no_window(world: PeopleWorld, codes: Codes, app: App) -> None:
    one = first(world, codes, app)["refresh_token"]
    two = refreshed(world, app, one)["refresh_token"]
    assert world.lane.revoke(app.caller, two).status == 200
    assert_invalid_grant(world.refresh(app, one))
    assert_invalid_grant(world.refresh(app, two))
    assert world.installation.records("refresh.reused") == []


@pytest.mark.rule("RT-05")
def test_scope_and_resource_may_shrink_and_come_back_but_never_grow(
    world: PeopleWorld, codes: Codes, app: App
) -> None:
    answer = world.redeem(
        app, codes.code(app, codes.grant(app, ("openid", "offline_access", "READ")))
    )
    value = answer.json["refresh_token"]
    narrow = refreshed(world, app, value, scope="READ")
    assert narrow["scope"] == claims_of(narrow["access_token"])["scope"] == "READ"
    assert "id_token" not in narrow
    value = narrow["refresh_token"]
    for scope in ("READ WRITE", "openid email", "ADMIN"):
        assert world.refresh(app, value, scope=scope).error == (400, "invalid_scope")
    for resource in ("https://wiki.example.org", world.installation.settings.issuer):
        assert world.refresh(app, value, resource=resource).error == (400, "invalid_target")
    full = refreshed(world, app, value, resource=world.jira.identifier)
    assert full["scope"] == "READ offline_access openid"
    assert "id_token" in full


@pytest.mark.rule("RT-06")
def test_idle_and_absolute_ends(world: PeopleWorld, codes: Codes, app: App) -> None:
    times = world.container.settings.refresh
    idle = first(world, codes, app)["refresh_token"]
    value = first(world, codes, app)["refresh_token"]
    world.clock.advance(times.idle_seconds + 1)
    assert_invalid_grant(world.refresh(app, idle))
    assert_invalid_grant(world.refresh(app, value))
    value, passed = first(world, codes, app)["refresh_token"], 0
    while passed + DAY < times.absolute_seconds:
        world.clock.advance(DAY)
        passed += DAY
        value = refreshed(world, app, value)["refresh_token"]
    world.clock.advance(times.absolute_seconds - passed + 1)
    assert_invalid_grant(world.refresh(app, value))


def disable_user(world: PeopleWorld, _codes: Codes) -> None:
    world.container.users.disable(world.ada.username, world.container.operator)


def delete_user(world: PeopleWorld, _codes: Codes) -> None:
    world.container.users.delete(world.ada.username, world.container.operator)


def disable_client(world: PeopleWorld, _codes: Codes) -> None:
    world.container.clients.disable(world.web_app.client_id, world.container.operator)


def take_scope(world: PeopleWorld, _codes: Codes) -> None:
    update = ClientUpdate(remove_scopes=("WRITE",))
    world.container.clients.update(world.web_app.client_id, update, world.container.operator)


def end_grant(world: PeopleWorld, codes: Codes) -> None:
    wanted = GrantFilter(subject=codes.subject)
    world.container.grants.end(wanted, GrantEnd.REVOKED_BY_USER, world.container.operator)


def reset_password(world: PeopleWorld, _codes: Codes) -> None:
    world.container.users.reset_password(world.ada.username, world.container.operator)


def revoke_consent(world: PeopleWorld, codes: Codes) -> None:
    consents, audience = world.container.consents, world.jira.identifier
    scopes, now = frozenset(OFFLINE), world.clock.now()
    with world.container.database.writing() as stores:
        consents.allow_in(stores, codes.subject, "web-app", audience, scopes, now)
    consents.revoke(codes.subject, "web-app", audience, world.container.operator)


@pytest.mark.rule("RT-07")
@pytest.mark.parametrize(
    "event",
    [
        disable_user,
        delete_user,
        disable_client,
        take_scope,
        end_grant,
        reset_password,
        revoke_consent,
    ],
)
def test_a_refresh_token_dies_with_what_it_stands_on(
    world: PeopleWorld, codes: Codes, app: App, event: Callable[[PeopleWorld, Codes], None]
) -> None:
    tokens = first(world, codes, app)
    elsewhere = world.installation.start_worker().lane
    assert elsewhere.is_active(world.jira, tokens["access_token"])
    event(world, codes)
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    answer = elsewhere.post(TOKEN, form, app.authorization)
    expected = (401, "invalid_client") if event is disable_client else (400, "invalid_grant")
    assert answer.error == expected, answer.body
    assert not elsewhere.is_active(world.jira, tokens["access_token"])


@pytest.mark.rule("RT-07")
@pytest.mark.rule("LO-04")
def test_a_session_bound_refresh_token_dies_with_its_session_on_every_worker(
    world: PeopleWorld, codes: Codes
) -> None:
    app = world.app(
        "bound", "https://bound.example.test/cb", profile=ProfileChanges(session_refresh=True)
    )
    session = codes.session()
    grant = codes.grant(app, ("openid", "READ"), session=session)
    tokens = world.redeem(app, codes.code(app, grant)).json
    tokens = refreshed(world, app, tokens["refresh_token"])
    elsewhere = world.installation.start_worker().lane
    assert elsewhere.is_active(world.jira, tokens["access_token"])
    assert claims_of(tokens["id_token"])["sid"] == session.session_id
    world.container.sessions.end(session.session_id, world.container.operator)
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert_invalid_grant(elsewhere.post(TOKEN, form, app.authorization))
    assert not elsewhere.is_active(world.jira, tokens["access_token"])


@pytest.mark.rule("RT-09")
def test_without_offline_access_there_is_no_refresh_token_and_never_for_a_client_itself(
    world: PeopleWorld, codes: Codes, app: App
) -> None:
    answer = world.redeem(app, codes.code(app, codes.grant(app, ("openid", "READ"))))
    assert "refresh_token" not in answer.json
    machine = world.installation.caller("machine", world.jira, "READ")
    assert "refresh_token" not in world.lane.ask(machine).json


@pytest.mark.rule("RT-09")
def test_refresh_tokens_are_long_lots_and_nowhere_in_clear(
    world: PeopleWorld, codes: Codes, app: App
) -> None:
    values = [first(world, codes, app)["refresh_token"]]
    values += [refreshed(world, app, values[-1])["refresh_token"] for _ in range(3)]
    for _ in range(5):
        values.append(refreshed(world, app, values[-1])["refresh_token"])
    with closing(sqlite3.connect(database_file(world.installation))) as connection:
        dump = "\n".join(connection.iterdump())
    for value in set(values):
        assert len(value) > 49
        assert value not in dump
        assert value[7:40] not in dump
        assert value[7:40].encode().hex() not in dump.lower()


@pytest.mark.rule("RT-10")
def test_a_token_of_another_kind_is_no_refresh_token_and_the_reverse(
    world: PeopleWorld, codes: Codes, app: App
) -> None:
    code = codes.code(app)
    tokens = first(world, codes, app)
    for value in (tokens["access_token"], tokens["id_token"], code, app.secret, "x"):
        assert_invalid_grant(world.refresh(app, value))
    for value in (tokens["refresh_token"], tokens["access_token"], tokens["id_token"]):
        assert_invalid_grant(world.redeem(app, value))
    lane = world.lane
    for value in (tokens["refresh_token"], tokens["id_token"], code):
        assert not lane.is_active(world.jira, value)
        bearer = {"Authorization": f"Bearer {value}"}
        assert lane.get("/oauth2/userinfo", headers=bearer).status == 401
    assert refreshed(world, app, tokens["refresh_token"])
    assert set(OFFLINE) == set(tokens["scope"].split())
