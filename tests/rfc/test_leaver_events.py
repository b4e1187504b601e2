"""That somebody is about to rest, rests, and is back is on record (AU-03)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from tests.federation.world import FederatedWorld
from tests.rfc.watch import Watch

if TYPE_CHECKING:
    from tests.people.world import PeopleWorld

DAY: Final = 86_400
SYSTEM: Final = {"kind": "system", "id": "leavers"}


@pytest.fixture
def federated(world: PeopleWorld) -> FederatedWorld:
    return FederatedWorld(world)


@pytest.mark.rule("AU-03")
def test_what_becomes_of_leavers_is_recorded(federated: FederatedWorld) -> None:
    federated.provider(living_seconds=30 * DAY)
    browser = federated.people.browser()
    page = federated.sign_in(browser)
    (identity,) = federated.identities(page.texts["own-username"])
    object_of = {"kind": "identity", "id": identity.subject}
    clock, living = federated.people.clock, federated.container.living
    began = clock.now()
    clock.advance(25 * DAY)
    watch = Watch(federated.people.installation)
    living.put_to_sleep_due()
    warned = watch.one("identity.warned", actor=SYSTEM, object=object_of, outcome="success")
    assert warned["details"] == {"provider": "acme", "asleep_at": began + 30 * DAY}
    clock.advance(5 * DAY + 1)
    watch.new()
    living.put_to_sleep_due()
    records = watch.new()
    # The session ran out long ago, and nobody had said so.
    asleep = next(each for each in records if each["action"] == "identity.asleep")
    assert (asleep["actor"], asleep["object"]) == (SYSTEM, object_of)
    assert asleep["details"] == {"provider": "acme", "last_checked_at": began}
    ended = [each for each in records if each["action"] == "session.ended"]
    assert [each["actor"] for each in ended] == [SYSTEM]
    slept_at = clock.now()
    clock.advance(DAY)
    watch.new()
    federated.sign_in(federated.people.browser())
    (awake,) = [each for each in watch.new() if each["action"] == "identity.awake"]
    assert awake["actor"] == {"kind": "user", "id": identity.subject}
    assert awake["object"] == object_of
    assert awake["details"] == {"provider": "acme", "asleep_since": slept_at}


@pytest.mark.rule("AU-03")
def test_the_end_of_a_session_by_its_provider_is_recorded(federated: FederatedWorld) -> None:
    fake = federated.provider()
    page = federated.sign_in(federated.people.browser())
    (identity,) = federated.identities(page.texts["own-username"])
    watch = Watch(federated.people.installation)
    answer = federated.people.lane.post(
        "/oauth2/backchannel-logout/acme", {"logout_token": fake.logout_token()}, peer="192.0.2.9"
    )
    assert answer.status == 200
    (record,) = watch.new()
    assert record["action"] == "session.ended"
    assert record["actor"] == {"kind": "system", "id": "provider:acme"}
    assert record["details"] == {"subject": identity.subject, "upstream": "acme"}
    assert record["peer"] == "192.0.2.9"
    assert record["request_id"] == answer.headers["x-request-id"]
