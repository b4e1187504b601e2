"""Secrets brought from elsewhere as bcrypt hashes: expensive once, then like all others."""

from __future__ import annotations

import pytest

from authserver.domain.authority import Change, ChangeKind
from authserver.domain.stored_secrets import DigestKind
from tests.services.collaborators import IMPORTED, hash_of
from tests.services.world import ADMIN, World, basic


@pytest.fixture
def world(world: World) -> World:
    world.add_resource()
    return world


def test_an_imported_secret_is_stored_as_a_digest_at_its_first_success(world: World) -> None:
    world.add_client(bcrypt_hash=hash_of(IMPORTED).decode())
    world.authenticate(basic("ci-reader", IMPORTED))
    stored = world.database.state.clients["ci-reader"].secrets
    assert [(each.kind, each.pepper_id) for each in stored] == [(DigestKind.KEYED, "pepper-2")]
    assert world.database.state.changes[-1].change == Change(ChangeKind.CLIENT, "ci-reader", 0.0)
    world.passwords.compared.clear()
    world.worker.view.poll()
    world.authenticate(basic("ci-reader", IMPORTED))
    assert world.passwords.compared == []


def test_an_imported_secret_that_was_wrong_stays_as_it_was(world: World) -> None:
    world.add_client(bcrypt_hash=hash_of(IMPORTED).decode())
    world.refusal(basic("ci-reader", "wrong"))
    stored = world.database.state.clients["ci-reader"].secrets
    assert [(each.kind, each.digest) for each in stored] == [(DigestKind.BCRYPT, hash_of(IMPORTED))]


def test_an_imported_secret_of_a_disabled_client_is_not_replaced(world: World) -> None:
    world.add_client(bcrypt_hash=hash_of(IMPORTED).decode())
    world.clients.disable("ci-reader", ADMIN)
    world.refusal(basic("ci-reader", IMPORTED))
    assert world.database.state.clients["ci-reader"].secrets[0].kind is DigestKind.BCRYPT


def test_an_import_that_was_ended_while_it_was_checked_stays_ended(world: World) -> None:
    """bcrypt takes a quarter of a second: time enough for an administrator."""
    world.add_client(bcrypt_hash=hash_of(IMPORTED).decode())

    def slowly(secret: str, hashed: bytes) -> bool:
        world.clients.rotate_secret("ci-reader", ADMIN, overlap_seconds=0)
        return hash_of(secret) == hashed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(world.passwords, "matches_imported", slowly)
        world.authenticate(basic("ci-reader", IMPORTED))
    world.worker.view.poll()
    world.refusal(basic("ci-reader", IMPORTED))


def test_an_import_that_is_gone_when_it_was_checked_changes_nothing(world: World) -> None:
    world.add_client(bcrypt_hash=hash_of(IMPORTED).decode())
    before = world.database.state.seq

    def slowly(secret: str, hashed: bytes) -> bool:
        del world.database.state.clients["ci-reader"]
        return hash_of(secret) == hashed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(world.passwords, "matches_imported", slowly)
        world.authenticate(basic("ci-reader", IMPORTED))
    assert world.database.state.seq == before
