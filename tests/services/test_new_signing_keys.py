"""New signing keys take long to make: nobody waits for them, and they are not older than known."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from authserver.domain.keys import KeyState, KeyTimes
from authserver.services.signing_keys import SigningKeys
from tests.services.collaborators import NumberedKeys
from tests.services.world import ADMIN, World

if TYPE_CHECKING:
    from collections.abc import Callable

    from authserver.domain.keys import SigningAlgorithm, SigningKey

TIMES = KeyTimes(announce=900, use=7200, keep=3900, jwks_max_age=600)


class SlowMaker(NumberedKeys):
    """Looks, while a key is being made, whether others could write."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world
        self.held_up: list[bool] = []

    def make(self, algorithm: SigningAlgorithm, now: float) -> SigningKey:
        self.held_up.append(self._world.database.is_written)
        self._world.clock.advance(1.0)
        return super().make(algorithm, now)


@pytest.fixture
def maker(world: World) -> SlowMaker:
    return SlowMaker(world)


@pytest.fixture
def keys(world: World, maker: SlowMaker) -> SigningKeys:
    """Both rings, one active key and one next key each, all of them due."""
    keys = SigningKeys(administration=world.administration, key_maker=maker, times=TIMES)
    keys.maintain("worker-1", ADMIN)
    world.clock.advance(TIMES.use)
    return keys


@pytest.mark.parametrize("act", ["maintain", "rotate", "revoke"])
def test_nobody_waits_while_a_key_is_being_made(
    keys: SigningKeys, maker: SlowMaker, act: str
) -> None:
    acts: dict[str, Callable[[], object]] = {
        "maintain": lambda: keys.maintain("worker-1", ADMIN),
        "rotate": lambda: keys.rotate(None, ADMIN),
        "revoke": lambda: keys.revoke("es256-1", ADMIN),
    }
    before = len(maker.held_up)
    assert before == 4
    acts[act]()
    assert len(maker.held_up) > before
    assert not any(maker.held_up)
    assert sum(key.state is KeyState.NEXT for key in keys.list()) == 2


def test_a_key_is_announced_from_its_publication_on_not_from_its_making(
    world: World, keys: SigningKeys
) -> None:
    keys.maintain("worker-1", ADMIN)
    made = [key for key in keys.list() if key.state is KeyState.NEXT]
    assert {key.created_at for key in made} == {world.clock.now()}


def test_a_key_that_was_made_for_nothing_is_not_kept(
    world: World, keys: SigningKeys, maker: SlowMaker
) -> None:
    """While this worker made its keys, another one published others."""
    ours, theirs = (
        maker.make,
        SigningKeys(administration=world.administration, key_maker=NumberedOthers(), times=TIMES),
    )

    def make(algorithm: SigningAlgorithm, now: float) -> SigningKey:
        theirs.maintain("worker-1", ADMIN)
        return ours(algorithm, now)

    maker.make = make  # type: ignore[method-assign]  # one instance, for one question
    assert keys.maintain("worker-1", ADMIN) == 0
    waiting = {key.kid for key in keys.list() if key.state is KeyState.NEXT}
    assert waiting == {"other-es256-1", "other-rs256-2"}


class NumberedOthers(NumberedKeys):
    """Another worker's keys."""

    def make(self, algorithm: SigningAlgorithm, now: float) -> SigningKey:
        key = super().make(algorithm, now)
        return replace(key, kid=f"other-{key.kid}")
