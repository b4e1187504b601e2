"""Resource administration: sites are named, checked, rotated, ended; each act recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.errors import (
    AlreadyExists,
    Conflict,
    InvalidField,
    NotFound,
    StorageUnavailable,
)
from authserver.domain.resources import CredentialPurpose, ResourceStatus
from tests.services.collaborators import CountingDigester
from tests.services.world import ADMIN, World

if TYPE_CHECKING:
    from collections.abc import Callable

    from authserver.domain.resources import ProtectedResource

DAY = 86_400.0


def stored(world: World, name: str = "jira-main") -> ProtectedResource:
    return world.database.state.resources[name]


def refused(world: World, **stated: Any) -> InvalidField:
    """The refusal of a new resource; nothing was stored."""
    with pytest.raises(InvalidField) as refusal:
        world.add_resource(**stated)
    assert not world.database.state.resources
    return refusal.value


def live(world: World) -> int:
    found = stored(world).live_credentials(CredentialPurpose.INTROSPECTION, world.clock.now())
    return len(found)


@pytest.mark.rule("CA-06")
def test_the_secret_of_a_new_site_is_in_the_answer_and_stored_as_a_digest(world: World) -> None:
    created = world.add_resource()
    (introspection,) = stored(world).credentials
    assert introspection.purpose is CredentialPurpose.INTROSPECTION
    value = created.introspection_secret.value
    assert introspection.secret.digest == CountingDigester().digest(
        "resource_secret", value, "pepper-2"
    )
    assert value.startswith("asv_rs_")
    assert value not in repr(world.database.state)
    assert value not in repr(created)


def test_a_site_is_named_by_where_it_answers_unless_told_otherwise(world: World) -> None:
    world.add_resource("plain", url="https://Jira.Example.COM/")
    world.add_resource("deep", url="https://wiki.example.com", context_path="/confluence/")
    world.add_resource("own", identifier="https://own.example.com/api/")
    names = {name: stored(world, name).identifier for name in ("plain", "deep", "own")}
    assert names == {
        "plain": "https://jira.example.com",
        "deep": "https://wiki.example.com/confluence",
        "own": "https://own.example.com/api",
    }
    assert stored(world, "deep").context_path == "/confluence"
    assert stored(world, "own").url == "https://own.example.com"


@pytest.mark.parametrize("name", ["", "-a", "a-", "A", "a_b", "a b", "ä", "x" * 64, "a\n"])
def test_an_odd_name_is_refused(world: World, name: str) -> None:
    assert refused(world, name=name).field == "name"


def test_the_name_of_the_default_policy_document_is_refused(world: World) -> None:
    assert refused(world, name="default").field == "name"


@pytest.mark.parametrize("name", ["a", "1", "a-1", "x" * 63])
def test_a_plain_name_is_taken(world: World, name: str) -> None:
    assert world.add_resource(name, url="https://a.example.com").resource.name == name


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "jira"),
        ("kind", ""),
        ("signing_algorithm", "HS256"),
        ("signing_algorithm", "none"),
        ("url", "ftp://jira.example.com"),
        ("context_path", "jira"),
        ("identifier", "urn:jira"),
        ("identifier", "https://jira.example.com?x=1"),
    ],
)
def test_a_wrong_field_is_refused_by_name_with_what_is_allowed(
    world: World, field: str, value: str
) -> None:
    refusal = refused(world, **{field: value})
    assert refusal.field == field
    assert refusal.allowed


def test_the_kinds_are_named(world: World) -> None:
    assert refused(world, kind="jira").allowed == (
        "one of jira-dc, jira-cloud, confluence-dc, confluence-cloud"
    )


@pytest.mark.parametrize("deleted", [0, 1])
def test_a_taken_name_or_identifier_is_refused_also_after_its_end(
    world: World, deleted: int
) -> None:
    world.add_resource()
    if deleted:
        world.resources.delete("jira-main", ADMIN)
    with pytest.raises(AlreadyExists, match="jira-main"):
        world.add_resource(url="https://other.example.com")
    with pytest.raises(AlreadyExists, match=r"https://jira-main\.example\.com"):
        world.add_resource("other", identifier="https://jira-main.example.com")


def test_lists_show_all_but_deleted_sites_by_name(world: World) -> None:
    for name in ("zebra", "apple", "gone"):
        world.add_resource(name)
    world.resources.disable("zebra", ADMIN)
    world.resources.delete("gone", ADMIN)
    assert [resource.name for resource in world.resources.list()] == ["apple", "zebra"]


@pytest.mark.parametrize("verb", ["get", "update", "disable", "enable", "delete"])
@pytest.mark.parametrize("deleted", [0, 1])
def test_what_does_not_exist_or_was_deleted_cannot_be_acted_on(
    world: World, verb: str, deleted: int
) -> None:
    if deleted:
        world.add_resource()
        world.resources.delete("jira-main", ADMIN)
    with pytest.raises(NotFound):
        getattr(world.resources, verb)("jira-main", *([] if verb == "get" else [ADMIN]))
    with pytest.raises(NotFound):
        world.resources.rotate_credential("jira-main", "introspection", ADMIN)


def test_an_update_changes_what_it_states_and_nothing_else(world: World) -> None:
    world.add_resource()
    before = stored(world)
    after = world.resources.update("jira-main", ADMIN, url="https://New.example.com/")
    assert after == stored(world)
    assert after.url == "https://new.example.com"
    assert (after.identifier, after.context_path) == (before.identifier, before.context_path)
    assert after.credentials == before.credentials
    world.resources.update("jira-main", ADMIN, context_path="/jira", signing_algorithm="RS256")
    assert (stored(world).context_path, stored(world).signing_algorithm) == ("/jira", "RS256")


@pytest.mark.parametrize(
    "stated", [{"url": "nowhere"}, {"context_path": ".."}, {"signing_algorithm": "none"}]
)
def test_a_wrong_update_changes_nothing(world: World, stated: dict[str, str]) -> None:
    world.add_resource()
    before = stored(world)
    with pytest.raises(InvalidField) as refusal:
        world.resources.update("jira-main", ADMIN, **stated)
    assert refusal.value.field in stated
    assert stored(world) == before


def test_a_rotation_ends_the_old_credentials_of_the_site_only(world: World) -> None:
    world.add_resource()
    world.add_resource("other")
    world.add_gateway()
    fresh = world.resources.rotate_credential(
        "jira-main", "introspection", ADMIN, overlap_seconds=60
    )
    assert fresh.value.startswith("asv_rs_")
    assert live(world) == 2
    world.clock.advance(60)
    assert live(world) == 1
    assert stored(world, "other").credentials[0].secret.expires_at is None
    assert world.database.state.gateways["edge"].keys[0].expires_at is None


def test_a_rotation_without_overlap_ends_the_old_credential_now(world: World) -> None:
    world.add_resource()
    world.resources.rotate_credential("jira-main", "introspection", ADMIN, overlap_seconds=0)
    assert live(world) == 1


def test_a_site_has_one_credential_in_use_and_its_successor_no_more(world: World) -> None:
    world.add_resource()
    world.resources.rotate_credential("jira-main", "introspection", ADMIN, overlap_seconds=DAY)
    before = world.database.state
    with pytest.raises(Conflict, match="2 live introspection credentials, the most there may be"):
        world.resources.rotate_credential("jira-main", "introspection", ADMIN, overlap_seconds=DAY)
    assert world.database.state is before
    # A leak never waits.
    world.resources.rotate_credential("jira-main", "introspection", ADMIN, overlap_seconds=0)
    assert live(world) == 1
    world.resources.rotate_credential("jira-main", "introspection", ADMIN, overlap_seconds=DAY)
    world.clock.advance(DAY)
    world.resources.rotate_credential("jira-main", "introspection", ADMIN, overlap_seconds=DAY)


def test_a_deleted_sites_credentials_have_ended(world: World) -> None:
    world.add_resource()
    world.resources.rotate_credential("jira-main", "introspection", ADMIN, overlap_seconds=DAY)
    world.resources.disable("jira-main", ADMIN)
    assert live(world) == 2
    world.resources.delete("jira-main", ADMIN)
    assert live(world) == 0


@pytest.mark.parametrize(
    ("purpose", "overlap", "field"),
    [
        ("introspect", 0.0, "purpose"),
        ("gateway", 0.0, "purpose"),
        ("", 0.0, "purpose"),
        ("introspection", -1.0, "overlap"),
        ("introspection", 367 * DAY, "overlap"),
        ("introspection", float("nan"), "overlap"),
    ],
)
def test_a_wrong_rotation_is_refused_by_name(
    world: World, purpose: str, overlap: float, field: str
) -> None:
    world.add_resource()
    before = stored(world)
    with pytest.raises(InvalidField) as refusal:
        world.resources.rotate_credential("jira-main", purpose, ADMIN, overlap_seconds=overlap)
    assert refusal.value.field == field
    assert stored(world) == before


def test_a_site_is_disabled_enabled_and_deleted(world: World) -> None:
    world.add_resource()
    assert world.resources.disable("jira-main", ADMIN).status is ResourceStatus.DISABLED
    assert world.resources.enable("jira-main", ADMIN).status is ResourceStatus.ENABLED
    world.resources.delete("jira-main", ADMIN)
    assert stored(world).status is ResourceStatus.DELETED


@pytest.mark.parametrize("broken", ["audit.add", "authority.advance", "commit"])
@pytest.mark.parametrize("verb", ["create", "update", "rotate", "disable", "delete"])
def test_an_act_that_cannot_be_recorded_or_told_does_not_happen(
    world: World, verb: str, broken: str
) -> None:
    world.add_resource()
    before = world.database.state
    world.database.failing.add(broken)
    acts: dict[str, Callable[[], object]] = {
        "create": lambda: world.add_resource("other"),
        "update": lambda: world.resources.update("jira-main", ADMIN, context_path="/jira"),
        "rotate": lambda: world.resources.rotate_credential("jira-main", "introspection", ADMIN),
        "disable": lambda: world.resources.disable("jira-main", ADMIN),
        "delete": lambda: world.resources.delete("jira-main", ADMIN),
    }
    with pytest.raises(StorageUnavailable):
        acts[verb]()
    assert world.database.state is before
