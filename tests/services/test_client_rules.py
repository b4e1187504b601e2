"""What a client may look like: every field is checked, every refusal names it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.clients import ClientAuthMethod
from authserver.domain.errors import InvalidField
from authserver.services.client_rules import MOST_RESOURCES, ClientRules
from authserver.services.clients import ClientDraft, ClientUpdate
from tests.services.collaborators import ListedPublicKeys
from tests.services.world import ADMIN, World

if TYPE_CHECKING:
    from authserver.domain.clients import Client

JWKS = {"keys": [{"kid": "k1"}]}


@pytest.fixture
def world(world: World) -> World:
    world.add_resource()
    world.add_resource("cloud", kind="jira-cloud")
    return world


def refused(world: World, **stated: Any) -> InvalidField:
    """The refusal of a new client; nothing was stored."""
    with pytest.raises(InvalidField) as refusal:
        world.add_client(**stated)
    assert not world.database.state.clients
    return refusal.value


def update_refused(world: World, **stated: Any) -> InvalidField:
    """The refusal of an update; nothing was changed."""
    before = world.database.state.clients
    with pytest.raises(InvalidField) as refusal:
        world.clients.update("ci-reader", ClientUpdate(**stated), ADMIN)
    assert world.database.state.clients == before
    return refusal.value


def updated(world: World, **stated: Any) -> Client:
    return world.clients.update("ci-reader", ClientUpdate(**stated), ADMIN)


def test_texts_are_kept_without_the_blanks_around_them(world: World) -> None:
    client = world.add_client(name="  CI reader ", contact=" ci@example.com ").client
    assert (client.name, client.contact) == ("CI reader", "ci@example.com")


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, "a\nb", "a\x1b[2J", "a\u202eb", "\ud800"])
def test_an_odd_name_is_refused(world: World, name: str) -> None:
    assert refused(world, name=name).field == "name"
    world.add_client()
    assert update_refused(world, name=name).field == "name"


@pytest.mark.parametrize("contact", ["x" * 201, "a\nb"])
def test_an_odd_contact_is_refused(world: World, contact: str) -> None:
    assert refused(world, contact=contact).field == "contact"
    world.add_client()
    assert update_refused(world, contact=contact).field == "contact"


def test_a_contact_can_be_taken_away_again(world: World) -> None:
    world.add_client(contact="ci@example.com")
    assert updated(world, contact="").contact == ""


@pytest.mark.rule("CA-07")
@pytest.mark.parametrize("method", ["", "client_secret_jwt", "CLIENT_SECRET_BASIC", "None"])
def test_another_method_is_refused_and_the_allowed_ones_are_named(
    world: World, method: str
) -> None:
    refusal = refused(world, auth_method=method)
    assert refusal.field == "auth_method"
    for allowed in ("client_secret_basic", "client_secret_post", "private_key_jwt", "none"):
        assert allowed in refusal.allowed


@pytest.mark.rule("TK-04")
@pytest.mark.parametrize("grant_type", ["password", "implicit", "", "device_code"])
def test_grants_that_this_server_does_not_speak_are_refused(world: World, grant_type: str) -> None:
    assert refused(world, grant_types=[grant_type]).field == "grant_types"
    world.add_client()
    assert update_refused(world, grant_types=[grant_type]).field == "grant_types"


def test_a_client_may_be_left_without_grants(world: World) -> None:
    world.add_client()
    assert updated(world, grant_types=[]).grant_types == frozenset()
    assert updated(world, grant_types=["client_credentials"]).grant_types


def test_client_credentials_needs_a_client_that_authenticates(world: World) -> None:
    """No such client can be registered; one from another time is not given the grant either."""
    client = world.add_client().client
    object.__setattr__(client, "auth_method", ClientAuthMethod.NONE)
    with world.database.reading() as stores, pytest.raises(InvalidField) as refusal:
        world.rules.updated(stores, client, ClientUpdate(grant_types=["client_credentials"]))
    assert refusal.value.field == "grant_types"


@pytest.mark.rule("TK-11")
@pytest.mark.parametrize("seconds", [29, 0, -600, 1801, 10**9])
def test_a_token_life_out_of_range_is_refused(world: World, seconds: int) -> None:
    refusal = refused(world, access_token_seconds=seconds)
    assert (refusal.field, refusal.allowed) == ("access_token_seconds", "30 to 1800")
    world.add_client()
    assert update_refused(world, access_token_seconds=seconds).field == "access_token_seconds"


@pytest.mark.parametrize("seconds", [30, 1800])
def test_a_token_life_within_range_is_taken(world: World, seconds: int) -> None:
    assert world.add_client(access_token_seconds=seconds).client.access_token_seconds == seconds
    assert updated(world, access_token_seconds=60).access_token_seconds == 60


def test_an_unknown_resource_is_refused_and_the_known_ones_are_named(world: World) -> None:
    refusal = refused(world, resources=["jira-main", "nowhere"])
    assert refusal.field == "resources"
    assert "cloud, jira-main" in refusal.allowed
    assert "nowhere" not in str(refusal)


def test_where_there_is_no_resource_yet_the_refusal_says_so() -> None:
    assert "none yet" in refused(World()).allowed


def test_a_deleted_resource_is_like_an_unknown_one_and_a_disabled_one_is_not(
    world: World,
) -> None:
    world.resources.delete("cloud", ADMIN)
    assert "cloud" not in refused(world, resources=["cloud"]).allowed
    world.resources.disable("jira-main", ADMIN)
    assert world.add_client(resources=["jira-main"]).client.resources == {"jira-main"}


def test_resources_are_bounded(world: World) -> None:
    refusal = refused(world, resources=["jira-main"] * (MOST_RESOURCES + 1))
    assert (refusal.field, refusal.allowed) == ("resources", "at most 100")
    assert world.add_client(resources=["jira-main"] * MOST_RESOURCES).client.resources


def test_an_unknown_scope_is_refused_by_name_with_what_is_close_to_it(world: World) -> None:
    refusal = refused(world, scopes=["read:jira"], resources=["cloud", "jira-main"])
    assert refusal.field == "scopes"
    assert "read:jira is not a scope of jira-cloud, jira-dc" in refusal.allowed
    assert "close to it: read:jira-work, read:jql:jira" in refusal.allowed


def test_a_scope_of_another_product_is_refused(world: World) -> None:
    refusal = refused(world, scopes=["read:jira-work"], resources=["jira-main"])
    assert "close to it" not in refusal.allowed


@pytest.mark.parametrize("scope", ["x" * 101, "a\nb", "\x1b[2J", "\ud800"])
def test_a_hostile_scope_is_refused_and_not_repeated(world: World, scope: str) -> None:
    assert scope not in str(refused(world, scopes=[scope]))


def test_scopes_without_a_resource_are_refused(world: World) -> None:
    refusal = refused(world, scopes=["READ"], resources=[])
    assert (refusal.field, refusal.allowed) == (
        "scopes",
        "only together with a resource they are for",
    )


def test_scopes_and_resources_are_judged_together(world: World) -> None:
    world.add_client()
    assert update_refused(world, resources=["cloud"]).field == "scopes"
    assert update_refused(world, resources=[]).field == "scopes"
    assert update_refused(world, scopes=["read:jira-work"]).field == "scopes"
    client = updated(world, resources=["cloud"], scopes=["read:jira-work"])
    assert (client.resources, client.scopes) == (
        frozenset({"cloud"}),
        frozenset({"read:jira-work"}),
    )
    assert updated(world, resources=[], scopes=[]).resources == frozenset()


def test_a_site_may_be_added_without_stating_the_scopes_again(world: World) -> None:
    world.add_client()
    client = updated(world, resources=["jira-main", "cloud"])
    assert client.scopes == {"READ", "WRITE"}


def test_scopes_and_resources_may_come_and_go_one_by_one(world: World) -> None:
    world.add_client()
    assert updated(world, add_scopes=["ADMIN", "READ"]).scopes == {"ADMIN", "READ", "WRITE"}
    assert updated(world, remove_scopes=["READ", "ADMIN"]).scopes == {"WRITE"}
    client = updated(world, add_resources=["cloud"], add_scopes=["read:jira-work"])
    assert client.resources == {"cloud", "jira-main"}
    client = updated(world, remove_resources=["jira-main"], remove_scopes=["WRITE"])
    assert (client.resources, client.scopes) == (
        frozenset({"cloud"}),
        frozenset({"read:jira-work"}),
    )
    client = updated(world, scopes=["write:jira-work"], add_scopes=["read:jql:jira"])
    assert client.scopes == {"write:jira-work", "read:jql:jira"}


@pytest.mark.parametrize("field", ["scopes", "resources"])
def test_only_what_is_there_can_go(world: World, field: str) -> None:
    world.add_client()
    refusal = update_refused(world, **{f"remove_{field}": ["nothing-of-its"]})
    assert refusal.field == f"remove_{field}"
    assert ("READ, WRITE" if field == "scopes" else "jira-main") in refusal.allowed
    updated(world, scopes=[], resources=[])
    assert "none" in update_refused(world, **{f"remove_{field}": ["READ"]}).allowed


def test_what_comes_is_checked_like_what_is_stated(world: World) -> None:
    world.add_client()
    assert update_refused(world, add_scopes=["read:jira-work"]).field == "scopes"
    assert update_refused(world, add_resources=["nowhere"]).field == "resources"
    assert update_refused(world, remove_resources=["jira-main"]).field == "scopes"


def test_a_site_that_was_deleted_since_does_not_stand_in_the_way(world: World) -> None:
    world.add_client(resources=["jira-main", "cloud"])
    world.resources.delete("cloud", ADMIN)
    client = updated(world, scopes=["READ"])
    assert (client.resources, client.scopes) == (
        frozenset({"jira-main"}),
        frozenset({"READ"}),
    )


def test_what_is_not_about_permissions_does_not_touch_them(world: World) -> None:
    world.add_client(resources=["jira-main"])
    world.resources.delete("jira-main", ADMIN)
    client = updated(world, name="New")
    assert (client.resources, client.scopes) == (
        frozenset({"jira-main"}),
        frozenset({"READ", "WRITE"}),
    )


def test_a_client_that_signs_needs_its_keys(world: World) -> None:
    refusal = refused(world, auth_method="private_key_jwt")
    assert (refusal.field, "required with private_key_jwt" in refusal.allowed) == ("jwks", True)
    assert refused(world, auth_method="private_key_jwt", jwks="no keys").field == "jwks"
    client = world.add_client(auth_method="private_key_jwt", jwks=JWKS).client
    assert client.jwks == ({"kid": "k1"},)


def test_the_keys_of_a_client_can_be_replaced(world: World) -> None:
    world.add_client(auth_method="private_key_jwt", jwks=JWKS)
    assert updated(world, name="New").jwks == ({"kid": "k1"},)
    assert updated(world, jwks={"keys": [{"kid": "k2"}]}).jwks == ({"kid": "k2"},)


def test_keys_are_only_for_clients_that_sign(world: World) -> None:
    assert refused(world, jwks=JWKS).field == "jwks"
    world.add_client()
    assert update_refused(world, jwks=JWKS).field == "jwks"


def test_the_hard_limit_of_token_life_holds_whatever_is_configured(world: World) -> None:
    rules = ClientRules(
        scopes_of_kind={},
        suggest=lambda _name, _known: (),
        public_keys=ListedPublicKeys(),
        longest_seconds=10**6,
    )
    draft = ClientDraft(name="x", access_token_seconds=3601)
    with world.database.reading() as stores, pytest.raises(InvalidField, match="30 to 3600"):
        rules.checked(stores, draft, "ci-reader", 0.0)
