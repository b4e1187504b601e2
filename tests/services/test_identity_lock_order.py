"""Who locks several identities does so in one order: nobody's act fails because of another's."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from authserver.domain.upstream_ports import UpstreamFailure
from tests.services.test_provider_power import at_once
from tests.services.upstream_office import UpstreamOffice
from tests.services.world import ADMIN

if TYPE_CHECKING:
    from authserver.domain.users import User
    from authserver.storage.database import SqlDatabase

ROUNDS = 12


@pytest.fixture
def office(postgresql_database: SqlDatabase) -> UpstreamOffice:
    office = UpstreamOffice(postgresql_database)
    office.add_provider("okta")
    office.add_provider("entra")
    return office


def connected(office: UpstreamOffice) -> User:
    """A user with a password and two identities."""
    user = office.local_user("ada")
    session = office.sign_in(user)
    office.link(session, provider="entra")
    office.link(session, provider="okta")
    return user


def test_somebody_may_sign_in_at_two_providers_at_once(office: UpstreamOffice) -> None:
    connected(office)
    for _ in range(ROUNDS):
        assert not at_once(office.arrive, partial(office.arrive, provider="entra"))


def test_nobody_who_signs_in_keeps_an_administrator_from_stopping_them(
    office: UpstreamOffice,
) -> None:
    subject = connected(office).subject
    for _ in range(ROUNDS):
        failures = at_once(office.arrive, partial(office.users.disable, subject, ADMIN))
        # Whoever was stopped first does not get in; nothing else goes wrong.
        assert all(isinstance(each, UpstreamFailure) for each in failures), failures
        office.users.enable(subject, ADMIN)


def test_a_provider_and_one_of_its_users_may_be_stopped_at_once(office: UpstreamOffice) -> None:
    subject = connected(office).subject
    for _ in range(ROUNDS):
        stop = partial(office.stop, "okta")
        assert not at_once(stop, partial(office.users.disable, subject, ADMIN))
        office.users.enable(subject, ADMIN)


def test_an_identity_may_be_unlinked_while_its_user_signs_in_by_another(
    office: UpstreamOffice,
) -> None:
    connected(office)
    for _ in range(ROUNDS):
        unlink = partial(office.identities.unlink, "okta", "ada", ADMIN)
        assert not at_once(partial(office.arrive, provider="entra"), unlink)
        office.link(office.arrive(provider="entra"), provider="okta")
