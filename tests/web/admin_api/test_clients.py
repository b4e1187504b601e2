"""Clients by REST: registered, changed, stopped, with secrets that are shown once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.instances import Caller
from tests.web.admin_api.rest import pointers, problem

if TYPE_CHECKING:
    from tests.web.admin_api.rest import Rest

CI: dict[str, Any] = {
    "client_id": "ci-1",
    "name": "CI",
    "scopes": ["READ"],
    "resources": ["jira-main"],
}


def test_a_client_registered_by_rest_gets_tokens_with_the_secret_of_the_answer(rest: Rest) -> None:
    answer = rest.call("POST", "/clients", CI)
    assert answer.status == 201
    assert answer.headers["location"] == f"{rest.identifier}/clients/ci-1"
    made = answer.json
    caller = Caller("ci-1", made["client_secret"])
    token = rest.world.lane.token(caller, resource=rest.world.jira.identifier)
    assert rest.world.lane.is_active(rest.world.jira, token)
    assert made["client"]["scopes"] == ["READ"]
    assert made["client"]["created_at"].endswith("Z")


def test_a_client_is_shown_with_everything_but_its_secret(rest: Rest) -> None:
    made = rest.made("/clients", CI)
    shown = rest.get("/clients/ci-1")
    assert shown == made["client"]
    (secret,) = rest.get("/clients/ci-1/secrets")["items"]
    assert made["client_secret"].endswith(secret["ends_with"])
    assert made["client_secret"] not in rest.call("GET", "/clients/ci-1/secrets").body.decode()


def test_a_change_is_made_to_the_state_that_was_read(rest: Rest) -> None:
    rest.made("/clients", CI)
    tag = rest.tag("/clients/ci-1")
    changed = rest.call("PATCH", "/clients/ci-1", {"name": "B"}, headers={"If-Match": tag})
    assert changed.status == 200, changed.body
    assert changed.json["name"] == "B"
    assert changed.json["scopes"] == ["READ"]
    assert changed.headers["etag"] == rest.tag("/clients/ci-1") != tag
    late = rest.call("PATCH", "/clients/ci-1", {"name": "C"}, headers={"If-Match": tag})
    assert problem(late) == (412, "changed-meanwhile")
    blind = rest.call("PATCH", "/clients/ci-1", {"name": "C"})
    assert problem(blind) == (428, "precondition-required")
    weak = rest.call(
        "PATCH",
        "/clients/ci-1",
        {"name": "C"},
        headers={"If-Match": f"W/{rest.tag('/clients/ci-1')}"},
    )
    assert problem(weak) == (412, "changed-meanwhile")
    assert rest.get("/clients/ci-1")["name"] == "B"


def test_a_use_of_its_secret_does_not_change_what_a_client_is(rest: Rest) -> None:
    made = rest.made("/clients", CI)
    tag = rest.tag("/clients/ci-1")
    rest.world.lane.token(
        Caller("ci-1", made["client_secret"]), resource=rest.world.jira.identifier
    )
    rest.container.uses.flush(rest.container.database)
    assert rest.get("/clients/ci-1/secrets")["items"][0]["last_used_at"] is not None
    assert rest.tag("/clients/ci-1") == tag


def test_null_takes_back_what_a_client_states_for_itself(rest: Rest) -> None:
    rest.made("/clients", {**CI, "default_max_age_seconds": 60, "userinfo_algorithm": "ES256"})
    back = {"default_max_age_seconds": None, "userinfo_algorithm": None}
    changed = rest.call("PATCH", "/clients/ci-1", back, headers={"If-Match": "*"})
    assert changed.status == 200, changed.body
    assert (changed.json["default_max_age_seconds"], changed.json["userinfo_algorithm"]) == (
        None,
        None,
    )


def test_every_mistake_is_named_at_once_with_its_place(rest: Rest) -> None:
    answer = rest.call(
        "POST", "/clients", {"scopes": ["READ", 7], "consent": "never", "secret_hash": "x"}
    )
    assert problem(answer) == (422, "invalid-members")
    assert sorted(pointers(answer)) == ["#/consent", "#/name", "#/scopes/1", "#/secret_hash"]


def test_what_a_service_refuses_is_named_by_the_body_s_own_members(rest: Rest) -> None:
    by_keys = {"auth_method": "private_key_jwt", "jwks": {"keys": [{"kty": "oct"}]}}
    for said, pointer in (
        ({"scopes": ["REED"]}, "#/scopes"),
        ({"client_id": "?"}, "#/client_id"),
        ({"default_max_age_seconds": -2}, "#/default_max_age_seconds"),
        ({"secret_expires_in_seconds": 0}, "#/secret_expires_in_seconds"),
        (by_keys, "#/jwks/keys/0/kty"),
    ):
        answer = rest.call("POST", "/clients", {**CI, **said})
        assert problem(answer) == (422, "invalid-members")
        assert pointers(answer) == [pointer]


def test_a_client_is_disabled_enabled_and_deleted(rest: Rest) -> None:
    rest.made("/clients", CI)
    tag = rest.tag("/clients/ci-1")
    assert rest.call("POST", "/clients/ci-1/disable").json["status"] == "disabled"
    stale = rest.call("POST", "/clients/ci-1/enable", headers={"If-Match": tag})
    assert problem(stale) == (412, "changed-meanwhile")
    assert rest.call("POST", "/clients/ci-1/enable").json["status"] == "enabled"
    gone = rest.call("DELETE", "/clients/ci-1", headers={"If-Match": tag})
    assert (gone.status, gone.body) == (204, b"")
    assert problem(rest.call("GET", "/clients/ci-1")) == (404, "not-found")
    assert problem(rest.call("POST", "/clients", CI)) == (409, "already-exists")


def test_a_rotated_secret_works_beside_the_old_one_until_its_end(rest: Rest) -> None:
    old = rest.made("/clients", CI)["client_secret"]
    new = rest.made("/clients/ci-1/secrets", {"overlap_seconds": 60})
    site = rest.world.jira
    for secret in (old, new["client_secret"]):
        assert rest.world.lane.token(Caller("ci-1", secret), resource=site.identifier)
    rest.world.clock.advance(61)
    late = rest.world.lane.ask(Caller("ci-1", old), resource=site.identifier)
    assert late.error == (401, "invalid_client")
    assert len(rest.get("/clients/ci-1/secrets")["items"]) == 2


def test_an_act_by_rest_is_on_record_with_who_did_it(rest: Rest) -> None:
    rest.made("/clients", CI)
    record = rest.world.installation.records("client.created")[-1]
    assert record["actor"] == {"kind": "client", "id": "all-scopes"}
    assert record["details"]["via"] == "rest"
    assert record["details"]["after"]["client_id"] == "ci-1"
