"""Clients that sign (`private_key_jwt`): whose assertion it is, and that it is good once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from authserver.domain.clients import ClientAuthMethod
from authserver.domain.credentials import PresentedCredentials, VerifiedAssertion
from authserver.domain.errors import StorageUnavailable, Throttled
from tests.services.world import ADMIN, LIMITS, Worker, World, basic, post

if TYPE_CHECKING:
    from authserver.domain.clients import Client


@pytest.fixture
def world(world: World) -> World:
    world.add_resource()
    return world


def by_assertion(text: str, client_id: str = "") -> PresentedCredentials:
    return PresentedCredentials(ClientAuthMethod.PRIVATE_KEY_JWT, client_id, assertion=text)


@pytest.fixture
def signer(world: World) -> str:
    """A client that signs; the assertion `good` is its own and verifies."""
    world.add_client("signer", auth_method="private_key_jwt", jwks={"keys": [{"kid": "k1"}]})
    world.assertions.claims["good"] = "signer"
    world.assertions.verified["good"] = VerifiedAssertion("signer", "jti-1", 1_800_000_060.0)
    return "signer"


@pytest.mark.parametrize("client_id", ["", "signer"])
def test_a_verified_assertion_lets_in(world: World, signer: str, client_id: str) -> None:
    assert world.authenticate(by_assertion("good", client_id)).client_id == signer
    assert world.database.state.assertions == {("signer", "jti-1"): 1_800_000_060.0}


@pytest.mark.rule("CA-08")
def test_an_assertion_is_good_once_on_all_workers(world: World, signer: str) -> None:
    world.authenticate(by_assertion("good"))
    for worker in (world.worker, Worker(world)):
        world.worker = worker
        assert world.refusal(by_assertion("good")).detail == "the assertion was used before"


def test_an_assertion_that_cannot_be_spent_lets_nobody_in(world: World, signer: str) -> None:
    world.worker.view.poll()
    world.database.failing.add("assertions.spend")
    with pytest.raises(StorageUnavailable):
        world.authenticate(by_assertion("good"))


def test_an_assertion_that_does_not_verify_is_not_spent(world: World, signer: str) -> None:
    world.assertions.verified.clear()
    assert world.refusal(by_assertion("good")).detail == "the assertion does not verify"
    assert not world.database.state.assertions


@pytest.mark.parametrize(
    ("text", "client_id", "detail"),
    [
        ("malformed", "", "no such client"),
        ("malformed", "signer", "client_id and the assertion differ"),
        ("good", "ci-reader", "client_id and the assertion differ"),
        ("good", "nobody-knows", "no such client"),
        ("of-ci-reader", "", "registered for client_secret_basic"),
    ],
)
def test_an_assertion_of_somebody_else_is_refused(
    world: World, signer: str, text: str, client_id: str, detail: str
) -> None:
    world.add_client("ci-reader")
    world.assertions.claims["of-ci-reader"] = "ci-reader"
    assert world.refusal(by_assertion(text, client_id)).detail == detail


@pytest.mark.rule("CA-03")
@pytest.mark.parametrize("client_id", ["signer", "ci-reader", "nobody-knows"])
def test_a_bad_assertion_costs_the_database_the_same_whoever_it_names(
    world: World, signer: str, client_id: str
) -> None:
    world.add_client("ci-reader")
    world.worker.view.poll()
    for known in (signer, "ci-reader"):
        world.worker.directory.clients.get(known)
    world.assertions.claims["bad"] = client_id
    before = world.database.calls.copy()
    world.refusal(by_assertion("bad"))
    asked = {kind: world.database.calls[kind] - before[kind] for kind in ("reading", "writing")}
    assert asked == {"reading": 1, "writing": 1}


def test_a_key_registered_on_another_node_a_moment_ago_counts(
    world: World, signer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.worker.view.poll()
    before = world.worker.directory.clients.get(signer)
    assert before is not None
    with world.database.writing() as stores:
        stores.clients.save(replace(before, jwks=({"kid": "k2"},)))
    verify = world.assertions.verify

    def by_second_key(text: str, client: Client, now: float) -> VerifiedAssertion | None:
        return verify(text, client, now) if client.jwks[0]["kid"] == "k2" else None

    monkeypatch.setattr(world.assertions, "verify", by_second_key)
    assert world.authenticate(by_assertion("good")).client_id == signer


def test_a_disabled_client_cannot_sign_itself_in(world: World, signer: str) -> None:
    world.clients.disable(signer, ADMIN)
    assert world.refusal(by_assertion("good")).detail == "the client is disabled"


@pytest.mark.rule("CA-02")
def test_a_client_that_signs_cannot_use_a_secret(world: World, signer: str) -> None:
    for presented in (basic(signer, ""), basic(signer, "good"), post(signer, "good")):
        world.refusal(presented)


def test_assertions_are_throttled_by_the_client_they_name(world: World, signer: str) -> None:
    world.assertions.claims["bad"] = signer
    for _ in range(LIMITS.per_caller):
        world.refusal(by_assertion("bad"))
    with pytest.raises(Throttled):
        world.authenticate(by_assertion("good"))
    assert world.authenticate(by_assertion("good"), peer="203.0.113.9").client_id == signer


@pytest.mark.rule("TK-12")
def test_in_a_blocked_network_a_good_assertion_passes_and_no_other(
    world: World, signer: str
) -> None:
    world.block_network()
    world.assertions.claims["bad"] = signer
    writes = world.database.calls["writing"]
    with pytest.raises(Throttled):
        world.authenticate(by_assertion("bad"))
    assert world.database.calls["writing"] == writes
    assert world.authenticate(by_assertion("good")).client_id == signer
    with pytest.raises(Throttled):
        world.authenticate(by_assertion("good"))
