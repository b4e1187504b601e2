"""Gateway administration: gateways are named, checked, rotated, removed; each act recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.errors import (
    AlreadyExists,
    Conflict,
    InvalidField,
    NotFound,
    StorageUnavailable,
)
from authserver.domain.gateways import SessionCookies
from tests.services.collaborators import CountingDigester
from tests.services.world import ADMIN, World

if TYPE_CHECKING:
    from collections.abc import Callable

    from authserver.domain.gateways import Gateway

DAY = 86_400.0


@pytest.fixture
def world(world: World) -> World:
    world.add_resource()
    return world


def stored(world: World, name: str = "edge") -> Gateway:
    return world.database.state.gateways[name]


def live(world: World) -> int:
    return len(stored(world).live_keys(world.clock.now()))


@pytest.mark.rule("CA-06")
def test_the_key_of_a_new_gateway_is_in_the_answer_and_stored_as_a_digest(world: World) -> None:
    added = world.add_gateway()
    (key,) = stored(world).keys
    assert key == added.key.stored
    assert key.digest == CountingDigester().digest("gateway", added.key.value, "pepper-2")
    assert key.expires_at is None
    assert added.key.value.startswith("asv_gw_")
    assert added.key.value not in repr(world.database.state)
    assert added.key.value not in repr(added)


def test_a_gateway_blocks_session_cookies_unless_told_otherwise(world: World) -> None:
    assert world.add_gateway().gateway.session_cookies is SessionCookies.BLOCK
    for chosen in SessionCookies:
        name = f"edge-{chosen}"
        world.add_gateway(name, session_cookies=chosen.value)
        assert stored(world, name).session_cookies is chosen


@pytest.mark.parametrize("name", ["", "-a", "a-", "A", "a_b", "a b", "ä", "x" * 64, "a\n"])
def test_an_odd_name_is_refused(world: World, name: str) -> None:
    with pytest.raises(InvalidField, match=r"^name: 1 to 63 lower-case letters"):
        world.add_gateway(name)
    assert not world.database.state.gateways


def test_what_may_be_done_with_session_cookies_is_named(world: World) -> None:
    world.add_gateway()
    for act in (
        lambda: world.add_gateway("other", session_cookies="pass"),
        lambda: world.gateways.update("edge", ADMIN, session_cookies=""),
    ):
        with pytest.raises(InvalidField, match=r"^session_cookies: one of block, observe, allow$"):
            act()
    assert [each.name for each in world.gateways.list()] == ["edge"]


@pytest.mark.parametrize("resource", ["nowhere", "gone", "", "\0"])
def test_a_gateway_stands_in_front_of_a_resource_that_exists(world: World, resource: str) -> None:
    world.add_resource("gone")
    world.resources.delete("gone", ADMIN)
    with pytest.raises(NotFound, match="no resource named"):
        world.add_gateway("edge", resource)
    assert not world.database.state.gateways


def test_a_resource_may_have_several_gateways(world: World) -> None:
    world.add_gateway("edge-2")
    world.add_gateway("edge-1")
    assert [each.name for each in world.gateways.list()] == ["edge-1", "edge-2"]
    assert world.gateways.get("edge-2") == stored(world, "edge-2")


def test_a_name_is_taken_until_its_gateway_is_removed(world: World) -> None:
    old = world.add_gateway().key.stored
    with pytest.raises(AlreadyExists, match="gateway 'edge' already exists"):
        world.add_gateway()
    world.gateways.remove("edge", ADMIN)
    assert not world.gateways.list()
    world.add_gateway()
    assert old not in stored(world).keys


def test_a_gateway_outlives_its_resource_and_can_be_removed_then(world: World) -> None:
    world.add_gateway()
    world.resources.delete("jira-main", ADMIN)
    assert [each.name for each in world.gateways.list()] == ["edge"]
    world.gateways.remove("edge", ADMIN)
    assert not world.gateways.list()


@pytest.mark.parametrize("verb", ["get", "update", "rotate_key", "remove"])
def test_what_does_not_exist_cannot_be_acted_on(world: World, verb: str) -> None:
    stated = {"session_cookies": "allow"} if verb == "update" else {}
    with pytest.raises(NotFound, match="no gateway named 'edge'"):
        getattr(world.gateways, verb)("edge", *([] if verb == "get" else [ADMIN]), **stated)


def test_an_update_changes_what_it_states_and_nothing_else(world: World) -> None:
    world.add_gateway()
    before = stored(world)
    after = world.gateways.update("edge", ADMIN, session_cookies="allow")
    assert after == stored(world)
    assert after.session_cookies is SessionCookies.ALLOW
    assert (after.keys, after.resource, after.created_at) == (
        before.keys,
        before.resource,
        before.created_at,
    )


def test_a_rotation_ends_the_old_keys_after_the_overlap(world: World) -> None:
    world.add_gateway()
    fresh = world.gateways.rotate_key("edge", ADMIN, overlap_seconds=60)
    assert fresh.value.startswith("asv_gw_")
    assert live(world) == 2
    world.clock.advance(60)
    assert stored(world).live_keys(world.clock.now()) == (fresh.stored,)


def test_a_gateway_has_one_key_in_use_and_its_successor_no_more(world: World) -> None:
    world.add_gateway()
    world.gateways.rotate_key("edge", ADMIN)
    before = world.database.state
    with pytest.raises(Conflict, match="gateway edge has 2 live keys, the most there may be"):
        world.gateways.rotate_key("edge", ADMIN)
    assert world.database.state is before
    # A leak never waits.
    world.gateways.rotate_key("edge", ADMIN, overlap_seconds=0)
    assert live(world) == 1
    world.gateways.rotate_key("edge", ADMIN, overlap_seconds=DAY)
    world.clock.advance(DAY)
    world.gateways.rotate_key("edge", ADMIN, overlap_seconds=DAY)


@pytest.mark.parametrize("overlap", [-1.0, 367 * DAY, float("nan")])
def test_a_wrong_overlap_is_refused_by_name(world: World, overlap: float) -> None:
    world.add_gateway()
    before = stored(world)
    with pytest.raises(InvalidField, match=r"^overlap: 0 seconds to 366 days"):
        world.gateways.rotate_key("edge", ADMIN, overlap_seconds=overlap)
    assert stored(world) == before


@pytest.mark.parametrize("broken", ["audit.add", "authority.advance", "commit"])
@pytest.mark.parametrize("verb", ["add", "update", "rotate", "remove"])
def test_an_act_that_cannot_be_recorded_or_told_does_not_happen(
    world: World, verb: str, broken: str
) -> None:
    world.add_gateway()
    before = world.database.state
    world.database.failing.add(broken)
    acts: dict[str, Callable[[], object]] = {
        "add": lambda: world.add_gateway("other"),
        "update": lambda: world.gateways.update("edge", ADMIN, session_cookies="allow"),
        "rotate": lambda: world.gateways.rotate_key("edge", ADMIN),
        "remove": lambda: world.gateways.remove("edge", ADMIN),
    }
    with pytest.raises(StorageUnavailable):
        acts[verb]()
    assert world.database.state is before
