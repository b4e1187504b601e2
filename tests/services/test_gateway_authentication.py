"""Authentication of gateways: by a live key, from memory, whoever else fails beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.errors import InvalidClient, StorageUnavailable, Throttled
from authserver.domain.gateways import SessionCookies
from authserver.domain.resources import ResourceStatus
from authserver.services import remembering
from authserver.services.authority import LEASE_SECONDS
from tests.services.world import ADMIN, LIMITS, Worker, World

if TYPE_CHECKING:
    from authserver.services.gateway_authentication import AuthenticatedGateway

HOUR = 3600.0
GATEWAY_CALLS = {"gateways.by_key", "reading"}


@pytest.fixture
def key(world: World) -> str:
    """The key of the gateway edge, which stands in front of jira-main."""
    world.add_resource()
    return world.add_gateway().key.value


def authenticate(world: World, key: str, peer: str = "198.51.100.7") -> AuthenticatedGateway:
    return world.worker.gateway_authentication.authenticate(key, world.call(peer))


def refusal(world: World, key: str) -> InvalidClient:
    with pytest.raises(InvalidClient) as refused:
        authenticate(world, key)
    return refused.value


@pytest.mark.rule("FA-03")
def test_a_gateway_gets_in_with_its_key_and_from_then_on_from_memory(
    world: World, key: str
) -> None:
    first = authenticate(world, key)
    assert (first.gateway.name, first.resource.name) == ("edge", "jira-main")
    world.database.calls.clear()
    assert authenticate(world, key) == first
    assert not world.database.calls


@pytest.mark.rule("FA-03")
@pytest.mark.parametrize("wrong", ["", "wrong", "\0", "\ud800", "x" * 10_000])
def test_a_wrong_key_is_refused(world: World, key: str, wrong: str) -> None:
    authenticate(world, key)
    assert refusal(world, wrong).description == "client authentication failed"
    refusal(world, key + "x")


@pytest.mark.rule("FA-03")
def test_no_other_secret_gets_in(world: World) -> None:
    site = world.add_resource()
    client = world.add_client().secret
    assert client is not None
    for secret in (site.introspection_secret, client):
        refusal(world, secret.value)


def test_each_key_is_its_own_gateways(world: World, key: str) -> None:
    world.add_resource("wiki")
    wiki = world.add_gateway("inner", "wiki", session_cookies="allow").key.value
    for value, name, resource in ((key, "edge", "jira-main"), (wiki, "inner", "wiki")):
        found = authenticate(world, value)
        assert (found.gateway.name, found.resource.name) == (name, resource)


def test_a_key_under_an_old_pepper_still_gets_in(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.add_resource()
    with monkeypatch.context() as patch:
        patch.setattr(type(world.digester), "current_pepper", "pepper-1")
        key = world.add_gateway().key.value
    assert world.database.state.gateways["edge"].keys[0].pepper_id == "pepper-1"
    authenticate(world, key)
    world.database.calls.clear()
    authenticate(world, key)
    assert not world.database.calls


@pytest.mark.rule("CA-06")
def test_after_a_rotation_both_keys_get_in_until_the_overlap_ends(world: World, key: str) -> None:
    authenticate(world, key)
    fresh = world.gateways.rotate_key("edge", ADMIN, overlap_seconds=HOUR).value
    for value in (key, fresh, key):
        authenticate(world, value)
    world.clock.advance(HOUR)
    refusal(world, key)
    authenticate(world, fresh)


def test_a_key_that_another_node_made_a_moment_ago_gets_in_before_the_change_is_known(
    world: World, key: str
) -> None:
    authenticate(world, key)
    seen, now = world.worker.view.seq, world.clock.monotonic()
    fresh = world.gateways.rotate_key("edge", ADMIN, overlap_seconds=HOUR)
    world.clock.set_monotonic(now)
    authenticate(world, fresh.value)
    assert world.worker.view.seq == seen


@pytest.mark.parametrize("end", ["rotate", "remove"])
def test_a_key_that_was_ended_is_refused_at_once(world: World, key: str, end: str) -> None:
    authenticate(world, key)
    if end == "rotate":
        world.gateways.rotate_key("edge", ADMIN, overlap_seconds=0)
    else:
        world.gateways.remove("edge", ADMIN)
    refusal(world, key)


def test_a_changed_gateway_is_seen_at_once(world: World, key: str) -> None:
    assert authenticate(world, key).gateway.session_cookies is SessionCookies.BLOCK
    world.gateways.update("edge", ADMIN, session_cookies="observe")
    assert authenticate(world, key).gateway.session_cookies is SessionCookies.OBSERVE


@pytest.mark.parametrize(
    ("end", "status"), [("disable", ResourceStatus.DISABLED), ("delete", ResourceStatus.DELETED)]
)
def test_a_gateway_gets_in_whatever_became_of_its_resource(
    world: World, key: str, end: str, status: ResourceStatus
) -> None:
    """The decision says why nothing passes; a caller must not see a refused gateway instead."""
    authenticate(world, key)
    getattr(world.resources, end)("jira-main", ADMIN)
    assert authenticate(world, key).resource.status is status


def test_a_gateway_without_a_resource_is_refused(world: World, key: str) -> None:
    del world.database.state.resources["jira-main"]
    assert refusal(world, key).detail == "gateway edge has no resource"


def test_a_key_that_nobody_has_costs_one_read_and_is_not_remembered(world: World, key: str) -> None:
    authenticate(world, key)
    for _ in range(2):
        world.database.calls.clear()
        refusal(world, "nobody's")
        assert world.database.calls["reading"] == world.database.calls["gateways.by_key"] == 1


def test_a_use_is_noted(world: World, key: str) -> None:
    authenticate(world, key)
    authenticate(world, key)
    refusal(world, "wrong")
    assert world.worker.uses.flush(world.database) == 1
    (stored,) = world.database.state.gateways["edge"].keys
    assert stored.last_used_at == world.clock.now()


@pytest.mark.rule("AU-03")
def test_a_refusal_is_on_record_without_the_key(world: World, key: str) -> None:
    world.gateways.rotate_key("edge", ADMIN, overlap_seconds=0)
    world.database.audit.clear()
    refusal(world, "canary-key")
    refusal(world, key)
    unknown, expired = world.database.audit
    for event in (unknown, expired):
        assert event.action == "gateway.authentication_failed"
        assert (event.object_kind, event.object_id) == ("gateway", "")
        assert (event.request_id, event.peer) == ("r-7", "198.51.100.7")
        assert "canary-key" not in repr(event)
        assert key not in repr(event)
    assert unknown.reason == "no gateway has this key"
    assert expired.reason == "the key of gateway edge has expired"


@pytest.mark.rule("IN-08")
def test_where_keys_are_guessed_only_the_right_one_gets_in(world: World, key: str) -> None:
    for number in range(LIMITS.per_caller):
        refusal(world, f"guess-{number}")
    assert [event.action for event in world.database.audit][-1] == "gateway.throttled"
    writes = world.database.calls["writing"]
    with pytest.raises(Throttled):
        authenticate(world, "guess")
    assert world.database.calls["writing"] == writes
    authenticate(world, key)
    world.worker = Worker(world)
    authenticate(world, key)
    assert refusal(world, "guess").error == "invalid_client"


@pytest.mark.rule("IN-08")
def test_in_a_blocked_network_the_right_key_gets_in_and_no_other(world: World, key: str) -> None:
    world.block_network()
    writes = world.database.calls["writing"]
    with pytest.raises(Throttled):
        authenticate(world, "guess")
    assert world.database.calls["writing"] == writes
    authenticate(world, key)


def test_guessed_keys_block_nobody_elsewhere(world: World, key: str) -> None:
    for number in range(LIMITS.per_caller):
        refusal(world, f"guess-{number}")
    with pytest.raises(InvalidClient):
        authenticate(world, "guess", peer="203.0.113.9")


def test_without_a_lease_no_gateway_gets_in(world: World, key: str) -> None:
    authenticate(world, key)
    world.clock.advance(LEASE_SECONDS)
    world.database.down = True
    with pytest.raises(StorageUnavailable):
        authenticate(world, key)


def test_what_was_read_before_a_change_is_not_remembered_after_it(world: World, key: str) -> None:
    """The reader holds an old snapshot while the key is ended and the change applied."""

    def ended_and_applied() -> None:
        world.gateways.remove("edge", ADMIN)
        world.worker.view.poll()

    world.worker.view.poll()
    world.database.while_reading = ended_and_applied
    authenticate(world, key)
    refusal(world, key)


def test_when_the_sequence_is_lost_every_key_is_forgotten(world: World, key: str) -> None:
    authenticate(world, key)
    world.database.state.seq = 0
    world.worker.view.poll()
    world.database.calls.clear()
    authenticate(world, key)
    assert world.database.calls["gateways.by_key"] == 1


def test_a_change_of_something_else_leaves_the_keys_alone(world: World, key: str) -> None:
    authenticate(world, key)
    world.add_client("edge")
    world.worker.view.poll()
    world.database.calls.clear()
    authenticate(world, key)
    assert not world.database.calls


def test_memory_is_bounded_and_the_oldest_goes_first(
    world: World, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remembering, "MOST_REMEMBERED", 2)
    keys = [key, *(world.add_gateway(name).key.value for name in ("two", "three"))]
    for value in (*keys, *keys[1:]):
        authenticate(world, value)
    for value, reads in ((keys[1], 0), (keys[2], 0), (keys[0], 1)):
        world.database.calls.clear()
        authenticate(world, value)
        assert world.database.calls["gateways.by_key"] == reads


def test_a_key_that_was_right_before_is_known_by_its_digest_alone(world: World, key: str) -> None:
    authenticate(world, key)
    refusal(world, key + "x")
    remembered = world.worker.gateway_authentication._digests
    assert len(remembered) == 1
    assert key not in repr(remembered)
