"""Clients that fail too often: they wait, and nobody else does."""

from __future__ import annotations

from collections import Counter

import pytest

from authserver.domain.clients import ClientAuthMethod
from authserver.domain.credentials import PresentedCredentials
from authserver.domain.errors import Throttled
from tests.services.collaborators import IMPORTED, hash_of
from tests.services.world import ADMIN, LIMITS, Worker, World, basic, post


@pytest.fixture
def world(world: World) -> World:
    world.add_resource()
    return world


def test_a_client_id_alone_is_throttled_like_a_wrong_secret(world: World) -> None:
    for _ in range(LIMITS.per_caller):
        world.refusal(PresentedCredentials(ClientAuthMethod.NONE, "ci-reader"))
    with pytest.raises(Throttled):
        world.authenticate(PresentedCredentials(ClientAuthMethod.NONE, "ci-reader"))


@pytest.mark.rule("TK-12")
def test_the_noisy_source_gets_429_and_the_genuine_client_gets_in(
    world: World, secret: str
) -> None:
    for _ in range(LIMITS.per_caller):
        world.refusal(basic("ci-reader", "guess"))
    with pytest.raises(Throttled):
        world.authenticate(basic("ci-reader", secret))
    world.authenticate(basic("ci-reader", secret), peer="203.0.113.9")
    world.clock.advance(LIMITS.window_seconds)
    world.authenticate(basic("ci-reader", secret))


@pytest.mark.rule("TK-12")
def test_a_right_secret_passes_though_its_network_is_blocked(world: World, secret: str) -> None:
    world.block_network()
    for worker in (world.worker, Worker(world)):
        world.worker = worker
        world.authenticate(basic("ci-reader", secret))
    fresh = world.clients.rotate_secret("ci-reader", ADMIN)
    world.authenticate(basic("ci-reader", fresh.value))


@pytest.mark.rule("TK-12")
def test_whoever_fails_in_a_blocked_network_is_throttled_without_a_write(
    world: World, secret: str
) -> None:
    world.clients.disable(world.add_client("stopped").client.client_id, ADMIN)
    world.block_network()
    world.database.calls.clear()
    for presented in (
        basic("ci-reader", "guess"),
        post("ci-reader", secret),
        PresentedCredentials(ClientAuthMethod.NONE, "ci-reader"),
        basic("stopped", "guess"),
    ):
        with pytest.raises(Throttled):
            world.authenticate(presented)
    assert not world.database.calls["writing"]
    with pytest.raises(Throttled):
        world.authenticate(basic("ci-reader", secret))
    world.authenticate(basic("ci-reader", secret), peer="203.0.113.9")


@pytest.mark.rule("TK-12")
@pytest.mark.rule("CA-03")
def test_a_blocked_network_learns_nothing_about_names_and_costs_no_slow_hash(
    world: World, secret: str
) -> None:
    world.add_client("brought", bcrypt_hash=hash_of(IMPORTED).decode())
    world.block_network()
    seen = []
    for client_id, wrong in (("ci-reader", "x"), ("nobody-knows", "x"), ("brought", IMPORTED)):
        world.worker = Worker(world)
        # It learns of the block with a failure of its own.
        world.refusal(basic("guess-again", "guess"))
        world.database.calls.clear()
        world.digester.calls.clear()
        world.passwords.compared.clear()
        with pytest.raises(Throttled) as refused:
            world.authenticate(basic(client_id, wrong))
        assert not world.passwords.compared
        seen.append(
            (
                str(refused.value),
                refused.value.description,
                refused.value.retry_after_seconds,
                Counter(world.database.calls),
                len(world.digester.calls),
            )
        )
    assert seen[0] == seen[1] == seen[2]


def test_successes_do_not_count_as_failures(world: World, secret: str) -> None:
    for _ in range(LIMITS.per_network * 2):
        world.authenticate(basic("ci-reader", secret))
    assert not world.database.state.failures
