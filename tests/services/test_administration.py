"""What all administrative acts have in common: on record, everywhere, at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from authserver.domain.audit import ActorKind, AuditEvent, Outcome
from authserver.domain.authority import Change, ChangeKind
from authserver.services.administration import before_and_after, operator
from authserver.services.clients import ClientUpdate
from authserver.services.commit_barrier import REVOKER_WAIT_SECONDS
from tests.services.world import ADMIN, World, details

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ACTS: Final[Mapping[str, Callable[[World], object]]] = {
    "client.created": lambda world: world.add_client("fresh"),
    "client.updated": lambda world: world.clients.update(
        "ci-reader", ClientUpdate(name="New"), ADMIN
    ),
    "client.secret_rotated": lambda world: world.clients.rotate_secret("ci-reader", ADMIN),
    "client.disabled": lambda world: world.clients.disable("ci-reader", ADMIN),
    "client.enabled": lambda world: world.clients.enable("ci-reader", ADMIN),
    "client.deleted": lambda world: world.clients.delete("ci-reader", ADMIN),
    "resource.created": lambda world: world.add_resource("fresh"),
    "resource.updated": lambda world: world.resources.update(
        "jira-main", ADMIN, url="https://new.example.com"
    ),
    "resource.credential_rotated": lambda world: world.resources.rotate_credential(
        "jira-main", "introspection", ADMIN
    ),
    "resource.disabled": lambda world: world.resources.disable("jira-main", ADMIN),
    "resource.enabled": lambda world: world.resources.enable("jira-main", ADMIN),
    "resource.deleted": lambda world: world.resources.delete("jira-main", ADMIN),
    "gateway.created": lambda world: world.add_gateway("fresh"),
    "gateway.updated": lambda world: world.gateways.update("edge", ADMIN, session_cookies="allow"),
    "gateway.key_rotated": lambda world: world.gateways.rotate_key("edge", ADMIN),
    "gateway.removed": lambda world: world.gateways.remove("edge", ADMIN),
}
NAMES: Final = {"client": "ci-reader", "resource": "jira-main", "gateway": "edge"}
ALSO_STALE: Final = {"resource.deleted": {ChangeKind.HAND_OVER}}
TAKES_NO_POWER: Final = {
    "client.created",
    "client.enabled",
    "gateway.created",
    "resource.created",
    "resource.enabled",
}


@pytest.fixture
def world(world: World) -> World:
    world.add_resource()
    world.add_client()
    world.add_gateway()
    world.database.audit.clear()
    world.clock.slept.clear()
    return world


def recorded(world: World, action: str) -> AuditEvent:
    ACTS[action](world)
    (event,) = world.database.audit
    return event


@pytest.mark.rule("AU-03")
@pytest.mark.parametrize("action", ACTS)
def test_every_act_is_on_record_with_who_what_when_and_from_where(
    world: World, action: str
) -> None:
    began = world.clock.now()
    event = recorded(world, action)
    assert (event.action, event.outcome, event.at) == (action, Outcome.SUCCESS, began)
    assert event.actor == ADMIN.actor
    assert (event.request_id, event.peer) == ("r-1", "192.0.2.1")
    kind = action.partition(".")[0]
    name = "fresh" if "created" in action else NAMES[kind]
    assert (event.object_kind, event.object_id) == (kind, name)
    about = {"client": (name, ""), "resource": ("", name), "gateway": ("", "jira-main")}
    assert (event.client_id, event.resource) == about[kind]


@pytest.mark.parametrize("action", ACTS)
def test_every_act_tells_the_workers_what_is_stale(world: World, action: str) -> None:
    seq = world.database.state.seq
    event = recorded(world, action)
    told = [each.change for each in world.database.state.changes if each.position.seq > seq]
    stale = {ChangeKind(event.object_kind)} | ALSO_STALE.get(action, set())
    assert {change.kind for change in told} == stale
    assert all(change == Change(change.kind, event.object_id, 0.0) for change in told)


@pytest.mark.rule("AD-07")
@pytest.mark.parametrize("action", ACTS)
def test_acts_that_take_power_return_when_no_worker_believes_the_old_state(
    world: World, action: str
) -> None:
    recorded(world, action)
    waited = sum(world.clock.slept)
    assert waited == (0 if action in TAKES_NO_POWER else pytest.approx(REVOKER_WAIT_SECONDS))


@pytest.mark.rule("AD-06")
@pytest.mark.parametrize("action", ACTS)
def test_no_record_holds_a_secret_or_its_digest(world: World, action: str) -> None:
    world.digester.calls.clear()
    world.digester.made.clear()
    event = recorded(world, action)
    values = [value for _, value, _ in world.digester.calls]
    digests = [repr(digest) for digest in world.digester.made]
    assert not any(text in repr(event) for text in (*values, *digests))


@pytest.mark.rule("AD-08")
def test_an_update_is_on_record_with_what_was_before_and_after(world: World) -> None:
    update = ClientUpdate(name="New", scopes=["READ"])
    world.clients.update("ci-reader", update, ADMIN)
    (event,) = world.database.audit
    assert event.details == {
        "before": {"name": "ci-reader", "scopes": ["READ", "WRITE"]},
        "after": {"name": "New", "scopes": ["READ"]},
    }


def test_an_update_of_a_resource_is_on_record_with_what_was_before_and_after(
    world: World,
) -> None:
    world.resources.update("jira-main", ADMIN, context_path="/jira", signing_algorithm="RS256")
    (event,) = world.database.audit
    assert event.details == {
        "before": {"context_path": "", "signing_algorithm": "ES256"},
        "after": {"context_path": "/jira", "signing_algorithm": "RS256"},
    }


def test_a_new_key_under_an_old_name_is_seen_in_the_record(world: World) -> None:
    jwks = {"keys": [{"kid": "k1", "kty": "EC", "x": "one"}]}
    world.add_client("signer", auth_method="private_key_jwt", jwks=jwks)
    world.database.audit.clear()
    changed = {"keys": [{"kid": "k1", "kty": "EC", "x": "two"}]}
    world.clients.update("signer", ClientUpdate(jwks=changed), ADMIN)
    (event,) = world.database.audit
    assert set(details(event)["after"]) == {"keys"}
    assert event.details["before"] != event.details["after"]


def test_a_change_of_status_is_on_record_with_what_was_before_and_after(world: World) -> None:
    world.clients.disable("ci-reader", ADMIN)
    world.resources.disable("jira-main", ADMIN)
    for event in world.database.audit:
        assert event.details == {"before": "enabled", "after": "disabled"}


def test_a_rotation_is_on_record_with_its_overlap(world: World) -> None:
    fresh = world.clients.rotate_secret("ci-reader", ADMIN, overlap_seconds=60)
    (event,) = world.database.audit
    assert event.details == {
        "secret_id": fresh.stored.secret_id,
        "old_secrets": 1,
        "overlap_seconds": 60,
    }


def test_the_record_of_a_creation_says_what_was_created(world: World) -> None:
    world.add_client("fresh", contact="ci@example.com")
    after = details(world.database.audit[0])["after"]
    assert after["scopes"] == ["READ", "WRITE"]
    assert after["contact"] == "ci@example.com"


def test_somebody_with_a_shell_is_an_operator() -> None:
    act = operator("root")
    assert (act.actor.kind, act.actor.identifier) == (ActorKind.OPERATOR, "root")
    assert (act.request_id, act.peer) == ("", "")


def test_before_and_after_hold_only_what_changed() -> None:
    assert before_and_after({"a": 1, "b": 2, "c": None}, {"a": 1, "b": 3, "c": 4}) == {
        "before": {"b": 2, "c": None},
        "after": {"b": 3, "c": 4},
    }


def test_without_changes_the_authority_is_left_alone(world: World) -> None:
    seq = world.database.state.seq
    with world.administration.changing([], takes_power=False) as stores:
        stores.clients.list()
    assert world.database.state.seq == seq
    assert world.clock.slept == []
