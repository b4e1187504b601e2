"""Users whom no provider has vouched for in a long time rest until they sign in again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.authority import ChangeKind
from authserver.domain.providers import ProviderStatus
from tests.memory_database import MemoryDatabase
from tests.services.upstream_office import DAY, UpstreamOffice
from tests.services.world import ADMIN

if TYPE_CHECKING:
    from authserver.domain.audit import AuditEvent


@pytest.fixture
def database() -> MemoryDatabase:
    return MemoryDatabase()


@pytest.fixture
def office(database: MemoryDatabase) -> UpstreamOffice:
    office = UpstreamOffice(database)
    office.add_provider("okta")
    office.add_provider("entra")
    return office


def events(database: MemoryDatabase, action: str) -> list[AuditEvent]:
    return [each for each in database.audit if each.action == action]


def test_a_user_rests_when_the_providers_time_is_over_and_not_before(
    office: UpstreamOffice, database: MemoryDatabase
) -> None:
    ada = office.arrive()
    allowed = office.grant(ada)
    office.clock.advance(30 * DAY)
    assert office.living.put_to_sleep_due() == 0
    assert not office.is_asleep(ada.subject)
    office.clock.advance(1)
    before = office.now
    assert office.living.put_to_sleep_due() == 1
    assert office.is_asleep(ada.subject)
    # What was allowed is not over: it rests.
    assert office.end_of(allowed) == ""
    (denial,) = office.changes(ChangeKind.SUBJECT)
    assert (denial.value, denial.issued_until) == (ada.subject, before)
    assert ada.subject in {each.value for each in office.changes(ChangeKind.USER)}
    (asleep,) = events(database, "identity.asleep")
    assert asleep.object_id == ada.subject
    assert asleep.details["provider"] == "okta"
    # Once is enough.
    assert office.living.put_to_sleep_due() == 0


def test_notice_is_given_once_and_a_week_before(
    office: UpstreamOffice, database: MemoryDatabase
) -> None:
    ada = office.arrive()
    began = office.now
    office.clock.advance(23 * DAY)
    office.living.put_to_sleep_due()
    assert events(database, "identity.warned") == []
    office.clock.advance(1)
    for _ in range(2):
        office.living.put_to_sleep_due()
    (warned,) = events(database, "identity.warned")
    assert warned.object_id == ada.subject
    assert warned.details == {"provider": "okta", "asleep_at": began + 30 * DAY}
    assert office.identity().warned_at == office.now


def test_where_the_time_is_short_notice_comes_at_half_of_it(
    office: UpstreamOffice, database: MemoryDatabase
) -> None:
    office.add_provider("strict", living_seconds=int(2 * DAY))
    office.arrive("ada", "strict")
    office.clock.advance(DAY + 1)
    office.living.put_to_sleep_due()
    assert len(events(database, "identity.warned")) == 1


def test_a_sign_in_at_the_provider_wakes_the_user(
    office: UpstreamOffice, database: MemoryDatabase
) -> None:
    ada = office.arrive()
    office.clock.advance(31 * DAY)
    office.living.put_to_sleep_due()
    again = office.arrive()
    assert again.subject == ada.subject
    assert not office.is_asleep(ada.subject)
    assert len(events(database, "identity.awake")) == 1
    office.clock.advance(29 * DAY)
    assert office.living.put_to_sleep_due() == 0


def test_a_sign_in_with_a_local_password_wakes_the_user_too(office: UpstreamOffice) -> None:
    user = office.local_user("ada.local")
    office.link(office.sign_in(user))
    office.clock.advance(31 * DAY)
    office.living.put_to_sleep_due()
    assert office.is_asleep(user.subject)
    office.sign_in(user)
    assert not office.is_asleep(user.subject)
    office.clock.advance(29 * DAY)
    office.sign_in(user)
    # It was seen again, though not by the provider.
    office.clock.advance(2 * DAY)
    assert office.living.put_to_sleep_due() == 0


def test_one_identity_that_is_awake_keeps_the_user_awake(office: UpstreamOffice) -> None:
    office.add_provider("forever", living_seconds=0)
    ada = office.arrive()
    office.link(ada, provider="forever")
    office.clock.advance(31 * DAY)
    office.living.put_to_sleep_due()
    assert office.identity().asleep_since is not None
    assert not office.is_asleep(ada.subject)
    # What this identity alone gives is looked at anew all the same.
    assert ada.subject in {each.value for each in office.changes(ChangeKind.USER)}
    assert office.changes(ChangeKind.SUBJECT) == []
    assert office.living.rests_at(ada.subject) is None


def test_a_stopped_providers_identity_keeps_nobody_awake_and_puts_nobody_to_sleep(
    office: UpstreamOffice,
) -> None:
    ada = office.arrive()
    office.link(ada)
    office.clock.advance(31 * DAY)
    office.stop("entra")
    office.living.put_to_sleep_due()
    assert office.is_asleep(ada.subject)
    office.stop("okta")
    assert not office.is_asleep(ada.subject)


def test_a_user_without_identities_never_rests(office: UpstreamOffice) -> None:
    user = office.local_user("ada.local")
    office.sign_in(user)
    office.clock.advance(1000 * DAY)
    assert office.living.put_to_sleep_due() == 0
    assert not office.is_asleep(user.subject)
    assert office.living.rests_at(user.subject) is None


def test_a_session_that_outlasts_the_providers_time_ends(office: UpstreamOffice) -> None:
    office.add_provider("strict", living_seconds=600)
    ada = office.arrive("ada", "strict")
    bound = office.grant(ada, bound=True)
    office.clock.advance(601)
    assert office.is_live(ada)
    office.living.put_to_sleep_due()
    assert not office.is_live(ada)
    assert office.end_of(bound)


def test_whoever_signs_in_meanwhile_is_not_put_to_sleep(
    office: UpstreamOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = office.arrive()
    office.clock.advance(31 * DAY)

    def sign_in_first() -> bool:
        monkeypatch.undo()
        office.arrive()
        return True

    assert office.living.put_to_sleep_due(sign_in_first) == 0
    assert not office.is_asleep(ada.subject)


def test_nothing_is_done_without_the_lease(office: UpstreamOffice) -> None:
    ada = office.arrive()
    office.clock.advance(31 * DAY)
    assert office.living.put_to_sleep_due(lambda: False) == 0
    assert not office.is_asleep(ada.subject)


def test_more_people_than_fit_into_one_batch_rest_together(office: UpstreamOffice) -> None:
    for number in range(230):
        office.arrive(f"person-{number}")
    office.clock.advance(31 * DAY)
    assert office.living.put_to_sleep_due() == 230


def test_when_a_user_will_rest_is_known(office: UpstreamOffice) -> None:
    ada = office.arrive()
    assert office.living.rests_at(ada.subject) == office.now + 30 * DAY


def test_a_removed_users_identity_is_free_again(office: UpstreamOffice) -> None:
    ada = office.arrive()
    office.users.delete(ada.subject, ADMIN)
    office.clock.advance(1)
    again = office.arrive()
    assert again.subject != ada.subject


def test_an_identity_at_a_removed_provider_counts_no_more(office: UpstreamOffice) -> None:
    ada = office.arrive()
    office.clock.advance(31 * DAY)
    office.living.put_to_sleep_due()
    office.stop("okta", ProviderStatus.REMOVED)
    assert not office.is_asleep(ada.subject)
