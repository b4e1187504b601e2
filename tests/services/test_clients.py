"""Client administration: registered, changed, rotated, ended; each act checked and recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.clients import Client, ClientStatus
from authserver.domain.errors import (
    AlreadyExists,
    Conflict,
    DomainError,
    InvalidField,
    NotFound,
    StorageUnavailable,
)
from authserver.domain.stored_secrets import DigestKind
from authserver.services.clients import MOST_LIVE_SECRETS, ClientDraft, ClientUpdate
from tests.services.collaborators import CountingDigester, hash_of
from tests.services.world import ADMIN, World

if TYPE_CHECKING:
    from collections.abc import Callable

DAY = 86_400.0


@pytest.fixture
def world(world: World) -> World:
    world.add_resource()
    return world


def stored(world: World, client_id: str = "ci-reader") -> Client:
    return world.database.state.clients[client_id]


def live(world: World, client_id: str = "ci-reader") -> int:
    return sum(each.is_live(world.clock.now()) for each in stored(world, client_id).secrets)


@pytest.mark.rule("CA-06")
def test_the_secret_of_a_new_client_is_in_the_answer_and_stored_as_a_digest(world: World) -> None:
    created = world.add_client()
    assert created.secret is not None
    value = created.secret.value
    (kept,) = stored(world).secrets
    assert kept.digest == CountingDigester().digest("client_secret", value, "pepper-2")
    assert kept.kind is DigestKind.KEYED
    assert kept.hint == value[-4:]
    assert kept.expires_at is None
    assert value not in repr(world.database.state)
    assert value not in repr(created)


def test_a_client_without_a_stated_id_gets_one(world: World) -> None:
    first = world.clients.create(ClientDraft(name="one"), ADMIN).client
    second = world.clients.create(ClientDraft(name="two"), ADMIN).client
    assert first.client_id != second.client_id
    assert world.clients.get(first.client_id).name == "one"


def test_a_new_client_is_enabled_and_has_what_was_stated_and_nothing_else(world: World) -> None:
    client = world.clients.create(ClientDraft(name="plain", client_id="plain"), ADMIN).client
    assert client.status is ClientStatus.ENABLED
    assert (client.scopes, client.resources) == (frozenset(), frozenset())
    assert client.grant_types == {"client_credentials"}
    assert client.created_at == world.clock.now()


@pytest.mark.parametrize("client_id", ["ab", "x" * 101, "-ab", "a b", "a/b", "ä-client", "a\nb\n"])
def test_an_odd_client_id_is_refused_and_what_is_allowed_is_named(
    world: World, client_id: str
) -> None:
    with pytest.raises(InvalidField) as refusal:
        world.add_client(client_id)
    assert refusal.value.field == "client_id"
    assert "3 to 100 characters" in refusal.value.allowed


@pytest.mark.parametrize("deleted", [0, 1])
def test_a_taken_id_is_refused_also_after_its_end(world: World, deleted: int) -> None:
    world.add_client()
    if deleted:
        world.clients.delete("ci-reader", ADMIN)
    with pytest.raises(AlreadyExists):
        world.add_client()


def test_a_secret_may_be_given_an_end(world: World) -> None:
    world.add_client(secret_expires_in=90 * DAY)
    assert stored(world).secrets[0].expires_at == world.clock.now() + 90 * DAY


@pytest.mark.parametrize("seconds", [0.0, -1.0, 11 * 366 * DAY, float("nan"), float("inf")])
def test_an_end_of_a_secret_out_of_range_is_refused(world: World, seconds: float) -> None:
    for stated in ({}, {"bcrypt_hash": hash_of("x").decode()}):
        with pytest.raises(InvalidField) as refusal:
            world.add_client(secret_expires_in=seconds, **stated)
        assert refusal.value.field == "secret_expires_in"


def test_an_imported_secret_is_kept_as_it_is_and_may_have_an_end(world: World) -> None:
    created = world.add_client(bcrypt_hash=hash_of("x").decode(), secret_expires_in=DAY)
    assert created.secret is None
    (kept,) = stored(world).secrets
    assert (kept.kind, kept.digest) == (DigestKind.BCRYPT, hash_of("x"))
    assert kept.expires_at == world.clock.now() + DAY


@pytest.mark.parametrize("text", ["secret", "$2b$12$short", "$2b$" + "ü" * 28, "\ud800" * 60])
def test_what_is_no_bcrypt_hash_is_not_imported_and_not_repeated(world: World, text: str) -> None:
    with pytest.raises(InvalidField) as refusal:
        world.add_client(bcrypt_hash=text)
    assert refusal.value.field == "bcrypt_hash"
    assert text not in str(refusal.value)


@pytest.mark.parametrize(
    ("field", "value"), [("bcrypt_hash", hash_of("x").decode()), ("secret_expires_in", DAY)]
)
def test_a_client_that_signs_has_no_secret_to_import_or_to_end(
    world: World, field: str, value: Any
) -> None:
    jwks = {"keys": [{"kid": "k1"}]}
    with pytest.raises(InvalidField) as refusal:
        world.add_client(auth_method="private_key_jwt", jwks=jwks, **{field: value})
    assert refusal.value.field == field


def test_a_client_that_signs_gets_no_secret(world: World) -> None:
    created = world.add_client(auth_method="private_key_jwt", jwks={"keys": [{"kid": "k1"}]})
    assert created.secret is None
    assert stored(world).secrets == ()
    with pytest.raises(Conflict, match="private_key_jwt"):
        world.clients.rotate_secret("ci-reader", ADMIN)


def test_lists_show_all_but_deleted_clients_by_id(world: World) -> None:
    for client_id in ("zebra", "apple", "gone-now"):
        world.add_client(client_id)
    world.clients.disable("zebra", ADMIN)
    world.clients.delete("gone-now", ADMIN)
    assert [client.client_id for client in world.clients.list()] == ["apple", "zebra"]


@pytest.mark.parametrize("verb", ["get", "update", "rotate_secret", "disable", "enable", "delete"])
@pytest.mark.parametrize("deleted", [0, 1])
def test_what_does_not_exist_or_was_deleted_cannot_be_acted_on(
    world: World, verb: str, deleted: int
) -> None:
    if deleted:
        world.add_client()
        world.clients.delete("ci-reader", ADMIN)
    seq, audit = world.database.state.seq, len(world.database.audit)
    arguments = {"get": (), "update": (ClientUpdate(), ADMIN)}.get(verb, (ADMIN,))
    with pytest.raises(NotFound):
        getattr(world.clients, verb)("ci-reader", *arguments)
    assert (world.database.state.seq, len(world.database.audit)) == (seq, audit)


def test_an_update_changes_what_it_states_and_nothing_else(world: World) -> None:
    world.add_client(contact="ci@example.com")
    before = stored(world)
    after = world.clients.update("ci-reader", ClientUpdate(name="New name"), ADMIN)
    assert after == stored(world)
    assert after.name == "New name"
    assert (after.scopes, after.resources) == (before.scopes, before.resources)
    assert (after.contact, after.secrets) == (before.contact, before.secrets)


def test_a_rotation_ends_the_old_secrets_after_the_overlap(world: World) -> None:
    world.add_client()
    fresh = world.clients.rotate_secret("ci-reader", ADMIN, overlap_seconds=3600)
    rotated_at = world.clock.now()
    assert live(world) == 2
    world.clock.advance(3600)
    assert live(world) == 1
    old, new = stored(world).secrets
    assert old.expires_at == pytest.approx(rotated_at + 3600, abs=1)
    assert (new.secret_id, new.expires_at) == (fresh.stored.secret_id, None)


def test_a_rotation_never_prolongs_a_secret(world: World) -> None:
    world.add_client(secret_expires_in=60.0)
    ends = stored(world).secrets[0].expires_at
    world.clients.rotate_secret("ci-reader", ADMIN, overlap_seconds=3600)
    assert stored(world).secrets[0].expires_at == ends


def test_a_rotation_without_overlap_ends_the_old_secret_now(world: World) -> None:
    world.add_client()
    world.clients.rotate_secret("ci-reader", ADMIN, overlap_seconds=0, expires_in=DAY)
    assert live(world) == 1


@pytest.mark.parametrize("overlap", [-1.0, 367 * DAY, float("nan"), float("inf")])
def test_an_overlap_out_of_range_is_refused(world: World, overlap: float) -> None:
    world.add_client()
    with pytest.raises(InvalidField) as refusal:
        world.clients.rotate_secret("ci-reader", ADMIN, overlap_seconds=overlap)
    assert refusal.value.field == "overlap"


@pytest.mark.parametrize("overlap", [0.0, 366 * DAY])
def test_an_overlap_at_the_limits_is_taken(world: World, overlap: float) -> None:
    world.add_client()
    world.clients.rotate_secret("ci-reader", ADMIN, overlap_seconds=overlap)
    world.add_resource("other")
    world.resources.rotate_credential("other", "introspection", ADMIN, overlap_seconds=overlap)
    world.add_gateway("edge", "other")
    world.gateways.rotate_key("edge", ADMIN, overlap_seconds=overlap)


def test_an_end_out_of_range_is_refused_before_anything_is_rotated(world: World) -> None:
    world.add_client()
    before = stored(world)
    with pytest.raises(InvalidField) as refusal:
        world.clients.rotate_secret("ci-reader", ADMIN, expires_in=-1)
    assert refusal.value.field == "expires_in"
    assert stored(world) == before


def test_live_secrets_are_bounded_and_the_refusal_says_what_helps(world: World) -> None:
    world.add_client()
    for _ in range(MOST_LIVE_SECRETS - 1):
        world.clients.rotate_secret("ci-reader", ADMIN)
    with pytest.raises(Conflict, match="overlap 0"):
        world.clients.rotate_secret("ci-reader", ADMIN)
    world.clients.rotate_secret("ci-reader", ADMIN, overlap_seconds=0)
    assert live(world) == 1


def test_secrets_that_ended_do_not_count_as_live(world: World) -> None:
    world.add_client()
    for _ in range(MOST_LIVE_SECRETS * 2):
        world.clients.rotate_secret("ci-reader", ADMIN, overlap_seconds=60)
        world.clock.advance(60)
    assert live(world) == 1


def test_deleting_a_client_ends_its_secrets(world: World) -> None:
    world.add_client()
    world.clients.delete("ci-reader", ADMIN)
    assert live(world) == 0
    assert stored(world).status is ClientStatus.DELETED


@pytest.mark.parametrize("broken", ["audit.add", "authority.advance", "commit"])
@pytest.mark.parametrize("verb", ["create", "update", "rotate_secret", "disable", "delete"])
def test_an_act_that_cannot_be_recorded_or_told_does_not_happen(
    world: World, verb: str, broken: str
) -> None:
    world.add_client()
    before = world.database.state
    world.database.failing.add(broken)
    acts: dict[str, Callable[[], object]] = {
        "create": lambda: world.add_client("other"),
        "update": lambda: world.clients.update("ci-reader", ClientUpdate(name="x"), ADMIN),
        "rotate_secret": lambda: world.clients.rotate_secret("ci-reader", ADMIN),
        "disable": lambda: world.clients.disable("ci-reader", ADMIN),
        "delete": lambda: world.clients.delete("ci-reader", ADMIN),
    }
    with pytest.raises(StorageUnavailable):
        acts[verb]()
    assert world.database.state is before


def test_a_refused_act_waits_for_nobody(world: World) -> None:
    world.clock.slept.clear()
    with pytest.raises(DomainError):
        world.clients.disable("nobody-knows", ADMIN)
    assert world.clock.slept == []
