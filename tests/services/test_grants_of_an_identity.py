"""What an identity allowed ends with it, though no live session tells any more who allowed it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from authserver.domain.authority import ChangeKind
from authserver.domain.grants import GrantEnd, GrantOrigin
from authserver.storage.sweeping import Sweeper
from tests.services.upstream_office import DAY, UpstreamOffice
from tests.services.world import ADMIN

if TYPE_CHECKING:
    from authserver.domain.sessions import Session
    from authserver.storage.database import SqlDatabase


@pytest.fixture
def office(database: SqlDatabase) -> UpstreamOffice:
    office = UpstreamOffice(database)
    office.add_provider("okta")
    office.add_provider("entra")
    return office


def for_a_device(office: UpstreamOffice, session: Session) -> str:
    """Something that was allowed to a device in a session, which its grant does not name."""
    grant = replace(
        office.exchanged_of(session.subject),
        origin=GrantOrigin.DEVICE,
        acr=session.acr,
        amr=session.amr,
        expires_at=office.now + 90 * DAY,
    )
    with office.database.writing() as stores:
        stores.grants.add(grant)
    return grant.grant_id


def sleep_over_it(office: UpstreamOffice) -> None:
    """Every session ends by itself, and is cleared away."""
    office.clock.advance(3 * DAY)
    Sweeper(office.database, office.clock).sweep()  # type: ignore[arg-type]  # it is one of SQL


@pytest.mark.rule("FE-12")
def test_a_device_that_an_unlinked_identity_let_in_is_out(office: UpstreamOffice) -> None:
    user = office.local_user("ada.local")
    local = office.sign_in(user)
    before = for_a_device(office, local)
    office.link(local)
    by_password, by_identity = (
        for_a_device(office, each) for each in (local, office.arrive("ada", "entra"))
    )
    office.identities.unlink("entra", "ada", ADMIN)
    assert office.end_of(by_identity) == GrantEnd.IDENTITY_UNLINKED
    assert office.end_of(by_password) == office.end_of(before) == ""


@pytest.mark.rule("FE-12")
def test_grants_of_sessions_that_are_long_over_end_with_the_identity(
    office: UpstreamOffice,
) -> None:
    user = office.local_user("ada.local")
    local = office.sign_in(user)
    office.link(local)
    by_password, by_identity = (
        office.grant(each) for each in (local, office.arrive("ada", "entra"))
    )
    sleep_over_it(office)
    office.identities.unlink("entra", "ada", ADMIN)
    assert office.end_of(by_identity) == GrantEnd.IDENTITY_UNLINKED
    assert office.end_of(by_password) == ""


@pytest.mark.rule("FE-12")
def test_so_they_do_with_the_provider_of_somebody_who_has_another(office: UpstreamOffice) -> None:
    ada = office.arrive("ada")
    office.link(ada)
    long_over, device = office.grant(ada), for_a_device(office, ada)
    sleep_over_it(office)
    there = office.grant(office.arrive("ada", "entra"))
    office.stop("okta")
    assert office.end_of(long_over) == office.end_of(device) == GrantEnd.PROVIDER_STOPPED
    assert office.end_of(there) == ""


def test_what_was_allowed_before_an_identity_came_is_not_its_own(office: UpstreamOffice) -> None:
    ada = office.arrive("ada")
    earlier = for_a_device(office, ada)
    office.clock.advance(60)
    office.link(office.arrive("ada"))
    later = for_a_device(office, office.arrive("ada", "entra"))
    office.identities.unlink("entra", "ada", ADMIN)
    assert office.end_of(earlier) == ""
    assert office.end_of(later) == GrantEnd.IDENTITY_UNLINKED


@pytest.mark.rule("FE-12")
def test_a_provider_that_signs_nobody_in_is_no_other_way(office: UpstreamOffice) -> None:
    ada = office.arrive("ada")
    office.link(ada)
    there = office.grant(office.arrive("ada", "entra"))
    with office.database.writing() as stores:
        provider = stores.providers.get("entra")
        assert provider is not None
        stores.providers.save(replace(provider, accepts_login=False))
    office.identities.unlink("okta", "ada", ADMIN)
    assert office.end_of(there) == GrantEnd.IDENTITY_UNLINKED
    assert ada.subject in {each.value for each in office.changes(ChangeKind.SUBJECT)}
