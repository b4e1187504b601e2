"""Signing in where somebody else was signed in locks two users: in the order of everybody else."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from authserver.services.federated_arrivals import Landing
from tests.services.proofs import attempt_at, proof_of
from tests.services.test_provider_power import at_once
from tests.services.upstream_office import UpstreamOffice

if TYPE_CHECKING:
    from authserver.domain.sessions import Session
    from authserver.storage.database import SqlDatabase

ROUNDS = 12


@pytest.fixture
def office(postgresql_database: SqlDatabase) -> UpstreamOffice:
    office = UpstreamOffice(postgresql_database)
    office.add_provider("okta")
    office.add_provider("entra")
    return office


def arrive_after(office: UpstreamOffice, previous: Session, key: str, name: str) -> None:
    """Sign in at a provider in the browser of somebody else's session, which ends."""
    with office.database.reading() as stores:
        provider = stores.providers.get(name)
    assert provider is not None
    landing = Landing(previous=previous, cookie="", call=office.call(), user_agent="Firefox")
    proof, attempt = proof_of(key, office.now), attempt_at(name, office.now)
    office.arrivals.sign_in(provider, attempt, proof, landing)


def test_two_may_take_each_others_place_at_once(office: UpstreamOffice) -> None:
    for _ in range(ROUNDS):
        ada, bob = office.arrive("ada"), office.arrive("bob", "entra")
        failures = at_once(
            partial(arrive_after, office, ada, "bob", "entra"),
            partial(arrive_after, office, bob, "ada", "okta"),
        )
        assert failures == []
        assert not office.is_live(ada)
        assert not office.is_live(bob)
