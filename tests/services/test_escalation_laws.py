"""No act without admin:roles:write changes anybody's power over administration."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authserver.domain.errors import DomainError
from authserver.domain.group_rules import GroupEffect
from authserver.domain.roles import PERMISSIONS, ROLES_WRITE, Role
from authserver.services.administration_resource import AdministrationResource
from authserver.services.administrators import could_administer, roles_of
from authserver.services.clients import ClientDraft, ClientUpdate
from authserver.services.groups import Groups
from authserver.services.user_credentials import UserCredentials
from authserver.services.user_rules import PersonalUpdate
from authserver.services.users import UserDraft, UserUpdate
from tests.services.club import Club
from tests.services.grouped import rule, snapshot
from tests.services.world import ADMIN, ISSUER

if TYPE_CHECKING:
    from collections.abc import Callable

    Deed = Callable[[Club], object]

BOUND: Final = replace(ADMIN, powers=PERMISSIONS - {ROLES_WRITE})
PEOPLE: Final = st.sampled_from(["ada", "root", "desk", "eve"])
CLIENTS: Final = st.sampled_from(["bot-1", "site-1", "new-1"])
ROLES: Final = st.lists(st.sampled_from([*Role, "king"]), max_size=2).map(tuple)
GROUPS: Final = st.lists(st.sampled_from(["team", "ops"]), max_size=2).map(tuple)
SCOPES: Final = st.lists(
    st.sampled_from(["READ", "admin:clients:read", ROLES_WRITE]), max_size=2
).map(tuple)
SITES: Final = st.lists(st.sampled_from(["jira-main", "administration"]), max_size=2).map(tuple)
FLAGS: Final = st.none() | st.booleans()


def _update(name: str, flag: bool | None, add: Any, remove: Any, groups: Any) -> Deed:  # noqa: FBT001 - drawn
    update = UserUpdate(
        personal=PersonalUpdate(name="New"),
        is_administrator=flag,
        add_roles=add,
        remove_roles=remove,
        add_groups=groups,
    )
    return lambda club: club.world.users.update(name, update, BOUND)


def _create(name: str, roles: Any, groups: Any) -> Deed:
    draft = UserDraft(name, roles=roles, groups=groups)
    return lambda club: club.world.users.create(draft, BOUND)


def _on_person(what: str, name: str) -> Deed:
    def deed(club: Club) -> object:
        users, groups = club.world.users, Groups(administration=club.world.administration)
        credentials = UserCredentials(club.world.administration)
        deeds: dict[str, Callable[[], object]] = {
            "disable": lambda: users.disable(name, BOUND),
            "enable": lambda: users.enable(name, BOUND),
            "delete": lambda: users.delete(name, BOUND),
            "reset": lambda: users.reset_password(name, BOUND),
            "join": lambda: groups.add("team", name, BOUND),
            "leave": lambda: groups.remove("team", name, BOUND),
            "rest": lambda: credentials.disable(name, BOUND),
            "work": lambda: credentials.enable(name, BOUND),
        }
        return deeds[what]()

    return deed


def _client(what: str, client_id: str, scopes: Any, sites: Any) -> Deed:
    def deed(club: Club) -> object:
        clients = club.world.clients
        draft = ClientDraft("New", client_id=client_id, scopes=scopes, resources=sites)
        update = ClientUpdate(name="Other", add_scopes=scopes, add_resources=sites)
        whole = ClientUpdate(scopes=scopes, resources=sites)
        deeds: dict[str, Callable[[], object]] = {
            "create": lambda: clients.create(draft, BOUND),
            "add": lambda: clients.update(client_id, update, BOUND),
            "restate": lambda: clients.update(client_id, whole, BOUND),
            "rotate": lambda: clients.rotate_secret(client_id, BOUND),
            "disable": lambda: clients.disable(client_id, BOUND),
            "enable": lambda: clients.enable(client_id, BOUND),
            "delete": lambda: clients.delete(client_id, BOUND),
        }
        return deeds[what]()

    return deed


DEEDS: Final = st.one_of(
    st.builds(_update, PEOPLE, FLAGS, ROLES, ROLES, GROUPS),
    st.builds(_create, st.sampled_from(["new-1", "new-2"]), ROLES, GROUPS),
    st.builds(
        _on_person,
        st.sampled_from(["disable", "enable", "delete", "reset", "join", "leave", "rest", "work"]),
        PEOPLE,
    ),
    st.builds(
        _client,
        st.sampled_from(["create", "add", "restate", "rotate", "disable", "enable", "delete"]),
        CLIENTS,
        SCOPES,
        SITES,
    ),
)


def _club() -> Club:
    """`root` owns, `desk` has a role by hand, `ada` by a group, `eve` none."""
    club = Club()
    club.world.add_resource()
    administration = club.world.administration
    AdministrationResource(administration=administration, issuer=ISSUER).ensure(ADMIN)
    club.add_rule(rule("Desk", GroupEffect.ROLE, "help-desk"))
    club.signs_in(snapshot("Desk"))
    club.user("root", is_administrator=True)
    club.user("desk", roles=frozenset({Role.HELP_DESK}))
    club.user("eve")
    club.world.add_client("site-1")
    club.world.add_client("bot-1", scopes=["admin:clients:read"], resources=["administration"])
    return club


def _power(club: Club) -> dict[str, Any]:
    """Everything by which anybody could administer, as it is."""
    with club.database.reading() as stores:
        people = {
            user.subject: (user, roles_of(stores, user))
            for user in stores.users.list()
            if could_administer(stores, user)
        }
        clients = {
            client.client_id: client
            for client in stores.clients.list()
            if client.scopes & PERMISSIONS
        }
    return people | clients


@pytest.mark.rule("AD-04")
@settings(max_examples=60, deadline=None)
@given(st.lists(DEEDS, min_size=1, max_size=6))
def test_nothing_changes_power_over_administration_without_the_permission(
    deeds: list[Deed],
) -> None:
    club = _club()
    before = _power(club)
    assert len(before) == 4
    for deed in deeds:
        with suppress(DomainError):
            deed(club)
        assert _power(club) == before
