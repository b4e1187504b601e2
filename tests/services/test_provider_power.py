"""A stopped provider, and an identity that is unlinked, take along what came by them."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING

import pytest

from authserver.domain.authority import ChangeKind
from authserver.domain.grants import GrantEnd
from authserver.domain.providers import ProviderStatus
from authserver.domain.upstream_ports import UpstreamFailure
from authserver.domain.upstream_sign_ins import SignInProblem
from tests.memory_database import MemoryDatabase
from tests.services.upstream_office import UpstreamOffice
from tests.services.world import ADMIN

if TYPE_CHECKING:
    from collections.abc import Callable

    from authserver.domain.sessions import Session
    from authserver.storage.database import SqlDatabase

ROUNDS = 10


@pytest.fixture
def office(database: SqlDatabase) -> UpstreamOffice:
    office = UpstreamOffice(database)
    office.add_provider("okta")
    office.add_provider("entra")
    return office


def at_once(*deeds: Callable[[], object]) -> list[Exception]:
    """What went wrong when all were done at the same time."""
    start = threading.Barrier(len(deeds))
    failures: list[Exception] = []

    def do(deed: Callable[[], object]) -> None:
        start.wait(30)
        try:
            deed()
        except Exception as failure:  # noqa: BLE001 - it is looked at below
            failures.append(failure)

    crew = [threading.Thread(target=do, args=(deed,)) for deed in deeds]
    for each in crew:
        each.start()
    for each in crew:
        each.join(60)
    return failures


@pytest.mark.rule("FE-12")
def test_a_stopped_provider_takes_its_sessions_and_its_peoples_grants(
    office: UpstreamOffice,
) -> None:
    ada, bob = office.arrive("ada"), office.arrive("bob", "entra")
    bound, offline = office.grant(ada, bound=True), office.grant(ada)
    others = office.grant(bob)
    stopped_at = office.now
    assert office.stop("okta") == 1
    assert not office.is_live(ada)
    assert office.end_of(bound) == GrantEnd.LOGOUT
    assert office.end_of(offline) == GrantEnd.PROVIDER_STOPPED
    denial = next(each for each in office.changes(ChangeKind.SUBJECT) if each.value == ada.subject)
    assert denial.issued_until == stopped_at
    assert office.is_live(bob)
    assert office.end_of(others) == ""


@pytest.mark.rule("FE-12")
def test_grants_outlive_their_session_but_not_the_provider_of_their_user(
    office: UpstreamOffice,
) -> None:
    ada = office.arrive("ada")
    offline = office.grant(ada)
    office.sessions.end(ada.session_id, ADMIN)
    assert office.end_of(offline) == ""
    office.stop("okta", ProviderStatus.REMOVED)
    assert office.end_of(offline) == GrantEnd.PROVIDER_STOPPED


def test_who_has_another_provider_loses_only_what_came_by_the_stopped_one(
    office: UpstreamOffice,
) -> None:
    ada = office.arrive("ada")
    office.link(ada)
    other = office.arrive("ada", "entra")
    assert other.subject == ada.subject
    here, there = office.grant(ada), office.grant(other)
    office.stop("okta")
    assert not office.is_live(ada)
    assert office.end_of(here) == GrantEnd.PROVIDER_STOPPED
    assert office.is_live(other)
    assert office.end_of(there) == ""
    assert ada.subject not in {each.value for each in office.changes(ChangeKind.SUBJECT)}
    # And when that is stopped as well, nothing is left.
    office.stop("entra")
    assert office.end_of(there) == GrantEnd.PROVIDER_STOPPED


def test_the_record_of_an_ended_session_names_the_provider() -> None:
    database = MemoryDatabase()
    office = UpstreamOffice(database)
    office.add_provider("okta")
    ada = office.arrive("ada")
    office.stop("okta")
    ended = [each for each in database.audit if each.action == "session.ended"]
    assert [(each.object_id, each.details["upstream"]) for each in ended] == [
        (ada.session_id, "okta")
    ]


@pytest.mark.rule("FE-12")
def test_an_unlinked_identity_takes_what_came_by_it_and_leaves_the_rest(
    office: UpstreamOffice,
) -> None:
    ada = office.arrive("ada")
    office.link(ada)
    other = office.arrive("ada", "entra")
    here, there = office.grant(ada), office.grant(other)
    office.identities.unlink("entra", "ada", ADMIN)
    assert not office.is_live(other)
    assert office.end_of(there) == GrantEnd.IDENTITY_UNLINKED
    assert office.is_live(ada)
    assert office.end_of(here) == ""
    assert ada.subject in {each.value for each in office.changes(ChangeKind.USER)}


@pytest.mark.rule("FE-12")
def test_whoever_loses_the_last_way_to_sign_in_loses_everything(office: UpstreamOffice) -> None:
    ada = office.arrive("ada")
    offline = office.grant(ada)
    office.sessions.end(ada.session_id, ADMIN)
    again = office.arrive("ada")
    office.identities.unlink("okta", "ada", ADMIN)
    assert not office.is_live(again)
    assert office.end_of(offline) == GrantEnd.IDENTITY_UNLINKED
    assert ada.subject in {each.value for each in office.changes(ChangeKind.SUBJECT)}


def test_a_local_user_keeps_what_a_password_began(office: UpstreamOffice) -> None:
    user = office.local_user("ada.local")
    local = office.sign_in(user)
    office.link(local)
    kept = office.grant(local)
    office.identities.unlink("entra", "ada", ADMIN)
    assert office.is_live(local)
    assert office.end_of(kept) == ""


@pytest.mark.rule("FE-12")
def test_nobody_is_signed_in_by_a_provider_that_is_stopped_at_the_same_moment(
    office: UpstreamOffice,
) -> None:
    for number in range(ROUNDS):
        name = f"provider-{number}"
        office.add_provider(name)
        begun = [office.arrive(f"{number}-0", name)]
        arrivals = [
            partial(_arrive, office, begun, f"{number}-{each}", name, office.now)
            for each in range(3)
        ]
        failures = at_once(partial(office.stop, name), *arrivals)
        assert {_problem(each) for each in failures} <= {SignInProblem.PROVIDER_STOPPED}
        assert len(begun) + len(failures) == 4
        assert not any(office.is_live(each) for each in begun)


@pytest.mark.rule("FE-12")
def test_nobody_is_signed_in_who_is_disabled_at_the_same_moment(office: UpstreamOffice) -> None:
    for number in range(ROUNDS):
        key = f"ada-{number}"
        begun = [office.arrive(key)]
        stop = partial(office.users.disable, begun[0].subject, ADMIN)
        failures = at_once(stop, *[partial(_arrive, office, begun, key, "okta", office.now)] * 3)
        assert {_problem(each) for each in failures} <= {SignInProblem.ACCOUNT_STOPPED}
        assert not any(office.is_live(each) for each in begun)


@pytest.mark.rule("FE-12")
def test_an_identity_that_is_unlinked_meanwhile_signs_nobody_in(office: UpstreamOffice) -> None:
    for number in range(ROUNDS):
        key = f"ada-{number}"
        begun = [office.arrive(key)]
        unlink = partial(office.identities.unlink, "okta", key, ADMIN)
        failures = at_once(unlink, *[partial(_arrive, office, begun, key, "okta", office.now)] * 3)
        assert {_problem(each) for each in failures} <= {SignInProblem.NO_ACCOUNT}
        assert not any(office.is_live(each) for each in begun)


def test_providers_that_are_stopped_together_leave_nobody_to_the_other(
    office: UpstreamOffice,
) -> None:
    for number in range(ROUNDS):
        names = [f"one-{number}", f"two-{number}"]
        for name in names:
            office.add_provider(name)
        ada = office.arrive("ada", names[0])
        office.link(ada, "ada", names[1])
        offline = office.grant(ada)
        failures = at_once(*[partial(office.stop, name) for name in names])
        assert failures == []
        assert office.end_of(offline) == GrantEnd.PROVIDER_STOPPED


def _arrive(
    office: UpstreamOffice, begun: list[Session], key: str, provider: str, begun_at: float
) -> None:
    begun.append(office.arrive(key, provider, begun_at=begun_at))


def _problem(failure: Exception) -> object:
    return failure.problem if isinstance(failure, UpstreamFailure) else failure


@pytest.mark.rule("FE-12")
def test_what_was_exchanged_ends_with_the_provider_and_with_the_identity(
    office: UpstreamOffice,
) -> None:
    ada = office.arrive("ada")
    office.link(ada)
    local = office.sign_in(office.local_user("carol"))
    theirs, other = office.exchanged(ada.subject), office.exchanged(local.subject)
    # Ada has another way to sign in, and what she allowed stays.
    allowed = office.grant(office.arrive("ada", "entra"))
    office.stop("okta")
    assert office.end_of(theirs) == GrantEnd.PROVIDER_STOPPED
    again = office.exchanged(ada.subject)
    office.link(local, "carol")
    office.identities.unlink("entra", "carol", ADMIN)
    assert office.end_of(other) == GrantEnd.IDENTITY_UNLINKED
    assert (office.end_of(again), office.end_of(allowed)) == ("", "")
