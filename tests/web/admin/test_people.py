"""Users, groups, sessions and grants in the console."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING

import pytest

from authserver.domain.audit import ActorKind
from authserver.domain.roles import Role
from authserver.services.audit_searches import SearchTerms
from tests.federation.world import FederatedWorld
from tests.services.grouped import identity_of
from tests.web.admin.test_tokens import make

if TYPE_CHECKING:
    from tests.web.admin.conftest import Desk


def users(desk: Desk, name: str) -> str:
    """The path of somebody's page."""
    return f"/users/{desk.world.container.users.get(name).user.subject}"


def test_a_user_is_added_with_a_one_time_password_and_changed(desk: Desk) -> None:
    desk.world.container.groups.create("planners", "Those who plan", desk.world.container.operator)
    desk.get("/users/-/new")
    page = desk.browser.submit("user_new", {"username": "Not A Name"})
    assert page.status == 400
    assert "username-error" in page.texts
    page = desk.browser.submit(
        "user_new", {"username": "grace", "email": "g@example.test", "groups": "planners"}
    )
    assert page.texts["secret"]
    page = desk.get(users(desk, "grace"))
    assert "planners" in page.texts["facts-title"] + page.text
    desk.get(users(desk, "grace") + "/edit")
    desk.browser.submit("user_edit", {"name": "Grace", "groups": None, "given_roles": "auditor"})
    known = desk.world.container.users.get("grace")
    assert known.user.data.name == "Grace"
    assert known.groups == []
    assert known.user.roles == {Role.AUDITOR}
    assert "grace" in desk.get("/users?role=auditor&q=gra").texts["users"]
    assert "nothing" in desk.get("/users?group=planners").texts


def test_everything_of_a_user_is_stopped_and_goes_on_again(desk: Desk) -> None:
    ada = desk.world.signed_in(desk.world.ada)
    path = users(desk, "ada")
    make(desk)
    page = desk.get(path + "/stop")
    assert "1: they rest" in page.text
    assert "1: they end for ever, and the user has to sign in again" in page.text
    assert desk.browser.submit("user_stop", {"reason": ""}).status == 400
    page = desk.browser.submit("user_stop", {"reason": "lost laptop"})
    assert "is-stopped" in page.texts
    assert ada.get("/account").path == "/login"
    assert not desk.world.container.users.get("ada").user.has_credentials
    found = desk.world.container.audit.search(SearchTerms(action="user.stopped"))
    details = found.records[0].details
    assert (details["reason"], details["via"]) == ("lost laptop", "console")
    assert (details["sessions"], details["api_tokens"]) == (1, 1)
    desk.get(path + "/go-on")
    page = desk.browser.submit("user_go-on", {"reason": "found again"})
    assert "is-stopped" not in page.texts
    assert desk.world.container.users.get("ada").user.has_credentials


def test_a_one_time_password_is_shown_once(desk: Desk) -> None:
    desk.get(users(desk, "ada") + "/reset-password")
    page = desk.browser.submit("user_reset-password", {"reason": "forgot it"})
    assert page.texts["secret"]
    assert page.texts["secret"] not in desk.get(users(desk, "ada")).text


@pytest.mark.rule("AD-04")
def test_the_last_owner_is_not_stopped(desk: Desk) -> None:
    desk.get(users(desk, "olive") + "/disable")
    page = desk.browser.submit("user_disable", {"reason": "by mistake"})
    assert page.status == 400
    assert desk.world.container.users.get("olive").user.is_enabled


def test_groups_take_members_in_and_let_them_go(desk: Desk) -> None:
    desk.get("/groups/-/new")
    page = desk.browser.submit("group_new", {"name": "planners", "description": "Those who plan"})
    assert page.path == "/admin/groups/planners"
    page = desk.browser.submit("in", {"user": "nobody"})
    assert page.status == 400
    desk.get("/groups/planners")
    page = desk.browser.submit("in", {"user": "ada"})
    assert "ada" in page.texts["members"]
    page = desk.browser.submit("out", button="out-1")
    assert "nobody" in page.texts
    desk.get("/groups/planners/delete")
    assert "deleted" in desk.browser.submit("group_delete", {"reason": "done"}).texts["done"]


def test_sessions_and_grants_end_by_a_tick(desk: Desk) -> None:
    desk.world.tokens(desk.world.web_app)
    assert "web-app" in desk.get(users(desk, "ada")).texts["grants"]
    for what, form in (("grants", "grants_bulk"), ("sessions", "sessions_bulk")):
        page = desk.get(f"/{what}?q=ada&status=live")
        keys = re.findall(r'name="id" value="([^"]+)"', page.text)
        assert keys
        desk.get(f"/{what}/-/bulk?" + "&".join(f"id={each}" for each in keys))
        page = desk.browser.submit(form, {"reason": "test"})
        assert "done" in page.texts
        assert "nothing" in desk.get(f"/{what}?q=ada&status=live").texts
    assert desk.get("/grants?ends=30d&unused=90d&format=csv").status == 200
    assert desk.get("/mails?status=waiting").status == 200


def test_an_administrator_unlinks_an_identity_of_somebody_else(desk: Desk) -> None:
    container = desk.world.container
    FederatedWorld(desk.world).provider("acme")
    with container.database.writing() as stores:
        stores.identities.add(identity_of(desk.world.ada.subject, "acme"))
    (linked,) = container.identities.of(desk.world.ada.subject)
    desk.get(f"{users(desk, 'ada')}/unlink?provider=acme&identity_id={linked.identity_id}")
    page = desk.browser.submit("user_unlink", {"reason": "not hers"})
    assert page.status == 200
    assert container.identities.of(desk.world.ada.subject) == []
    (record,) = container.audit.search(SearchTerms(action="identity.unlinked")).records
    assert (record.actor, record.actor_kind) == (desk.owner.subject, ActorKind.ADMINISTRATOR)


def test_of_two_who_are_called_the_same_the_one_that_is_meant_is_unlinked(desk: Desk) -> None:
    container = desk.world.container
    FederatedWorld(desk.world).provider("acme")
    subject = desk.world.ada.subject
    with container.database.writing() as stores:
        for key in ("first", "second"):
            stores.identities.add(identity_of(subject, "acme", subject_key=key, shown="ada"))
    _, link = re.findall(
        r'href="/admin(/users/[^"]*/unlink[^"]*)"', desk.get(f"/users/{subject}").text
    )
    assert "second" not in link
    desk.get(unescape(link))
    assert desk.browser.submit("user_unlink", {"reason": "left"}).status == 200
    assert [each.subject_key for each in container.identities.of(subject)] == ["first"]


def test_an_identity_that_is_not_there_is_not_said_to_be_unlinked(desk: Desk) -> None:
    container = desk.world.container
    FederatedWorld(desk.world).provider("acme")
    path = f"{users(desk, 'ada')}/unlink?provider=acme&identity_id=somebody"
    assert desk.get(path).status == 404
    with container.database.writing() as stores:
        stores.identities.add(identity_of(desk.world.ada.subject, "acme"))
    (linked,) = container.identities.of(desk.world.ada.subject)
    desk.get(f"{users(desk, 'ada')}/unlink?provider=acme&identity_id={linked.identity_id}")
    container.identities.unlink("acme", linked.subject_key, container.operator)
    assert desk.browser.submit("user_unlink", {"reason": "not hers"}).status == 404


def test_grants_are_found_by_their_site(desk: Desk) -> None:
    desk.world.tokens(desk.world.web_app)
    assert "web-app" in desk.get("/grants?resource=jira-main").texts["grants"]
    assert "grants" not in desk.get("/grants?resource=wiki").texts


def test_whoever_has_any_role_now_and_nobody_else_is_led_to_the_console(desk: Desk) -> None:
    world = desk.world
    FederatedWorld(world).provider("okta")
    roles = {Role.AUDITOR: True, None: False}
    for role, is_led in roles.items():
        given = frozenset() if role is None else frozenset({role})
        person = world.user("in-a-role" if is_led else "in-none", roles=given)
        assert ("to-console" in world.signed_in(person).get("/account/tokens").texts) == is_led
    grouped = world.user("grouped")
    identity = identity_of(grouped.subject, "okta", roles=frozenset({Role.HELP_DESK}))
    with world.container.database.writing() as stores:
        stores.identities.add(identity)
    browser = world.signed_in(grouped)
    assert "to-console" in browser.get("/account").texts
    with world.container.database.writing() as stores:
        stores.identities.save(replace(identity, asleep_since=world.clock.now()))
    assert "to-console" not in browser.get("/account").texts
