"""Fresh secrets: the value exists once, what is stored cannot be turned back into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.errors import InvalidField
from authserver.domain.stored_secrets import DigestKind
from tests.services.collaborators import CountingDigester, hash_of

if TYPE_CHECKING:
    from tests.services.world import World


def test_a_fresh_secret_is_stored_as_a_digest_for_its_purpose(world: World) -> None:
    fresh = world.fresh_secrets.make("cs", "client_secret", 60.0)
    stored = fresh.stored
    assert stored.kind is DigestKind.KEYED
    assert stored.pepper_id == "pepper-2"
    assert stored.digest == CountingDigester().digest("client_secret", fresh.value, "pepper-2")
    assert stored.digest != CountingDigester().digest("gateway", fresh.value, "pepper-2")
    assert stored.created_at == world.clock.now()
    assert stored.expires_at == world.clock.now() + 60
    assert stored.last_used_at is None
    assert fresh.value.endswith(stored.hint)
    assert len(stored.hint) == 4


def test_no_two_secrets_are_alike(world: World) -> None:
    made = [world.fresh_secrets.make("cs", "client_secret", None) for _ in range(20)]
    assert len({fresh.value for fresh in made}) == 20
    assert len({fresh.stored.secret_id for fresh in made}) == 20


@pytest.mark.rule("AD-06")
def test_neither_value_nor_digest_shows_in_representations(world: World) -> None:
    fresh = world.fresh_secrets.make("cs", "client_secret", None)
    assert fresh.value not in repr(fresh)
    assert repr(fresh.stored.digest) not in repr(fresh)


def test_a_secret_without_an_end_has_none(world: World) -> None:
    assert world.fresh_secrets.make("cs", "client_secret", None).stored.expires_at is None
    assert world.fresh_secrets.imported(hash_of("x").decode(), None).expires_at is None


@pytest.mark.parametrize("seconds", [0.0, -1.0, 10 * 366 * 86_400 + 1, float("nan")])
def test_an_end_out_of_range_is_refused_under_the_callers_name(
    world: World, seconds: float
) -> None:
    for field in ("expires_in", "secret_expires_in"):
        with pytest.raises(InvalidField) as refusal:
            world.fresh_secrets.make("cs", "client_secret", seconds, field=field)
        assert refusal.value.field == field


def test_the_longest_life_is_ten_years(world: World) -> None:
    longest = 10 * 366 * 86_400
    stored = world.fresh_secrets.make("cs", "client_secret", longest).stored
    assert stored.expires_at == world.clock.now() + longest


def test_an_imported_hash_is_kept_as_it_is(world: World) -> None:
    stored = world.fresh_secrets.imported(hash_of("x").decode(), 60.0)
    assert (stored.kind, stored.digest) == (DigestKind.BCRYPT, hash_of("x"))
    assert (stored.pepper_id, stored.hint) == ("", "")
    assert stored.expires_at == world.clock.now() + 60
