"""Clients that cannot keep a secret: let through by name, held to everything else."""

from __future__ import annotations

import pytest

from authserver.domain.clients import ClientAuthMethod
from authserver.domain.credentials import PresentedCredentials
from authserver.domain.errors import ProtocolRefusal, Throttled
from tests.services.granted import GrantDesk
from tests.services.world import ADMIN, LIMITS, Worker, World, basic, post


@pytest.fixture
def desk(world: World) -> GrantDesk:
    return GrantDesk(world)


def named(client_id: str) -> PresentedCredentials:
    return PresentedCredentials(ClientAuthMethod.NONE, client_id)


def test_a_public_client_is_let_through_by_its_name(desk: GrantDesk) -> None:
    assert desk.world.authenticate(named("spa")).client_id == "spa"


def test_a_public_client_that_is_known_costs_the_database_nothing(desk: GrantDesk) -> None:
    desk.world.authenticate(named("spa"))
    desk.world.database.calls.clear()
    desk.world.authenticate(named("spa"))
    assert not desk.world.database.calls


@pytest.mark.rule("CA-07")
def test_a_public_client_with_any_secret_is_refused(desk: GrantDesk) -> None:
    for presented in (basic("spa", "anything"), post("spa", "anything")):
        desk.world.refusal(presented)


@pytest.mark.rule("CA-07")
@pytest.mark.rule("CA-01")
def test_a_confidential_client_without_its_secret_is_refused(desk: GrantDesk) -> None:
    desk.world.refusal(named("app"))


@pytest.mark.rule("CA-03")
def test_unknown_confidential_and_disabled_clients_look_alike(desk: GrantDesk) -> None:
    desk.world.clients.disable("spa", ADMIN)
    refusals = []
    for number, client_id in enumerate(("nobody", "app", "spa")):
        with pytest.raises(ProtocolRefusal) as refused:
            desk.world.authenticate(named(client_id), f"203.0.113.{number}")
        refusals.append(refused.value)
    assert len({(each.error, each.description) for each in refusals}) == 1


def test_a_client_that_was_disabled_a_moment_ago_stays_out(desk: GrantDesk) -> None:
    other = Worker(desk.world)
    other.client_authentication.authenticate(named("spa"), desk.world.call())
    desk.world.clients.disable("spa", ADMIN)
    with pytest.raises(ProtocolRefusal):
        other.client_authentication.authenticate(named("spa"), desk.world.call())


def test_names_cannot_be_tried_for_ever(desk: GrantDesk) -> None:
    for _ in range(LIMITS.per_caller):
        desk.world.refusal(named("app"))
    with pytest.raises(Throttled):
        desk.world.authenticate(named("app"))


@pytest.mark.rule("TK-10")
def test_a_public_client_gets_no_token_for_itself(desk: GrantDesk) -> None:
    with pytest.raises(ProtocolRefusal) as refused:
        desk.world.worker.issuance.client_credentials(desk.spa, None, (), desk.world.call())
    assert refused.value.error == "unauthorized_client"
