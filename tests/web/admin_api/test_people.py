"""Users by REST: roles, everything at once, and what a help desk may not do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.roles import ROLE_PERMISSIONS, Role
from tests.federation.world import FederatedWorld
from tests.services.grouped import identity_of
from tests.web.admin_api.rest import problem

if TYPE_CHECKING:
    from tests.web.admin_api.rest import Rest


def test_everything_of_a_user_stops_at_once_and_goes_on_again(rest: Rest) -> None:
    world = rest.world
    world.tokens(world.web_app)
    path = f"/users/{world.ada.subject}"
    stopped = rest.call("POST", f"{path}/stop")
    assert stopped.status == 200, stopped.body
    assert (stopped.json["sessions"], stopped.json["grants"]) == (1, 1)
    assert rest.get("/sessions", query="user=ada")["items"] == []
    assert rest.get("/grants", query="user=ada")["items"] == []
    assert len(rest.get("/grants", query="user=ada&live=false")["items"]) == 1
    record = rest.get("/audit/records", query="action=user.stopped")["items"][0]
    assert record["details"]["via"] == "rest"
    assert record["object"] == {"kind": "user", "id": world.ada.subject}
    assert rest.get(f"{path}/credentials")["credentials_disabled_at"] is not None
    assert rest.call("POST", f"{path}/enable-tokens").json["credentials_disabled_at"] is None


@pytest.mark.rule("AD-04")
def test_a_help_desk_helps_nobody_who_administers(rest: Rest) -> None:
    owner = rest.person(Role.OWNER)
    help_desk = rest.token_with(ROLE_PERMISSIONS[Role.HELP_DESK], client_id="help-desk")
    for act in ("stop", "disable-tokens", "reset-password", "end-sessions"):
        path = f"/users/{owner.subject}/{act}"
        assert problem(rest.call("POST", path, token=help_desk)) == (403, "missing-scope"), act
    answer = rest.call("POST", f"/users/{rest.world.ada.subject}/reset-password", token=help_desk)
    assert answer.status == 200
    assert answer.json["one_time_password"]


@pytest.mark.rule("AD-04")
def test_roles_are_given_by_those_alone_who_may(rest: Rest) -> None:
    people = rest.token_with({"admin:people:write", "admin:people:read"}, client_id="people")
    path = f"/users/{rest.world.ada.subject}"
    match = {"If-Match": rest.tag(path)}
    said = {"roles": ["auditor"]}
    refused = rest.call("PATCH", path, said, token=people, headers=match)
    assert problem(refused) == (403, "missing-scope")
    given = rest.call("PATCH", path, said, headers=match)
    assert given.json["roles"] == ["auditor"]
    assert rest.get(f"{path}/roles")["now"] == ["auditor"]
    assert problem(rest.call("PATCH", path, said, headers=match)) == (412, "changed-meanwhile")
    new = {"username": "climber", "roles": ["owner"]}
    assert problem(rest.call("POST", "/users", new, token=people)) == (403, "missing-scope")
    taken = rest.call("PATCH", path, {"roles": []}, headers={"If-Match": rest.tag(path)})
    assert taken.json["roles"] == []


def test_of_several_persons_at_a_provider_the_one_that_is_named_is_disconnected(rest: Rest) -> None:
    FederatedWorld(rest.world).provider("okta")
    subject = rest.world.ada.subject
    path = f"/users/{subject}/identities/okta"
    with rest.container.database.writing() as stores:
        for key in ("first", "second"):
            stores.identities.add(identity_of(subject, "okta", subject_key=key))
    for method in ("GET", "DELETE"):
        assert problem(rest.call(method, path)) == (409, "conflict")
    second, first = (
        each["identity_id"] for each in rest.get("/identities", query="user=ada")["items"]
    )
    assert rest.get(path, query=f"identity_id={second}")["subject_key"] == "second"
    assert rest.call("DELETE", path, query=f"identity_id={second}").status == 204
    assert rest.call("DELETE", path, query=f"identity_id={second}").status == 404
    assert rest.get(path)["identity_id"] == first
