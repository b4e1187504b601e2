"""Exchanges at the same moment as stops: no exchanged grant is left behind by either."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.external_tokens import ExternalToken
from authserver.domain.grants import GrantFilter
from authserver.domain.providers import BearerRule, ProviderStatus
from authserver.services.exchange_standing import why_not
from tests.services.test_provider_power import at_once
from tests.services.upstream_office import UpstreamOffice
from tests.services.world import ADMIN

if TYPE_CHECKING:
    from collections.abc import Callable

    from authserver.domain.sessions import Session
    from authserver.storage.database import SqlDatabase

ROUNDS = 10
EXCHANGES = 4


@pytest.fixture
def office(database: SqlDatabase) -> UpstreamOffice:
    office = UpstreamOffice(database)
    office.add_provider("okta", bearer=BearerRule(for_exchange=True, clients={"theirs": ""}))
    office.add_provider("entra")
    return office


def token_of(office: UpstreamOffice) -> ExternalToken:
    return ExternalToken(
        provider="okta",
        issuer="https://okta.example.org",
        client_id="theirs",
        subject_key="ada",
        scopes=frozenset(),
        token_id="jti-1",
        session_id="",
        issued_at=office.now,
        expires_at=office.now + 600,
        groups=None,
        overage=False,
    )


def exchange(office: UpstreamOffice, session: Session) -> None:
    """The end of an exchange that found everything in order a moment ago."""
    grant = office.exchanged_of(session.subject)
    with office.database.writing() as stores:
        if not why_not(stores, token_of(office), grant):
            stores.grants.add(grant)


STOPS = {
    "provider": lambda office, _: office.stop("okta"),
    "identity": lambda office, _: office.identities.unlink("okta", "ada", ADMIN),
    "user": lambda office, session: office.users.disable(session.subject, ADMIN),
}
"""Ada can sign in at another provider, too, so that only what was exchanged has to end."""


@pytest.mark.rule("FE-12")
@pytest.mark.parametrize("stop", STOPS.values(), ids=list(STOPS))
def test_nothing_is_exchanged_that_outlives_the_stop(
    office: UpstreamOffice, stop: Callable[[UpstreamOffice, Session], object]
) -> None:
    session = office.arrive("ada")
    office.link(session)

    def keep_exchanging() -> None:
        for _ in range(ROUNDS):
            exchange(office, session)

    failures = at_once(*[keep_exchanging] * EXCHANGES, lambda: stop(office, session))
    assert failures == []
    assert office.grants.list(GrantFilter(subject=session.subject)) == []
    exchange(office, session)
    assert office.grants.list(GrantFilter(subject=session.subject)) == []


def test_before_any_stop_exchanges_succeed(office: UpstreamOffice) -> None:
    session = office.arrive("ada")
    exchange(office, session)
    assert len(office.grants.list(GrantFilter(subject=session.subject))) == 1
    office.stop("okta", ProviderStatus.REMOVED)
    assert office.grants.list(GrantFilter(subject=session.subject)) == []
