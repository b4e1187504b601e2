"""Signing in at providers, and connecting accounts there, is on record (AU-03)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from authserver.domain.audit import Actor, ActorKind
from authserver.domain.providers import UserCreation
from authserver.services.administration import Act
from tests.federation.fake_people import FakePerson
from tests.federation.world import FederatedWorld
from tests.rfc.watch import Watch

if TYPE_CHECKING:
    from tests.people.world import PeopleWorld

ADMIN: Final = Act(Actor(ActorKind.ADMINISTRATOR, "alice"), "request-of-alice", "192.0.2.1")
PEER: Final = "198.51.100.7"


@pytest.mark.rule("AU-03")
def test_who_comes_for_the_first_time_and_leaves_for_good_is_recorded(world: PeopleWorld) -> None:
    federated = FederatedWorld(world)
    federated.provider()
    watch = Watch(world.installation)
    federated.sign_in()
    subject = federated.user("grace@example.com").subject
    actor = {"kind": "user", "id": subject}
    created, started = (
        record
        for record in watch.new()
        if record["action"] in {"identity.created", "session.started"}
    )
    for record in (created, started):
        known = (record["actor"], record["outcome"], record["peer"])
        assert known == (actor, "success", PEER)
    assert created["object"] == {"kind": "identity", "id": subject}
    assert created["details"] == {"provider": "acme", "shown": "grace@example.com"}
    assert started["details"]["provider"] == "acme"
    (identity,) = federated.identities("grace@example.com")
    federated.container.identities.unlink("acme", identity.subject_key, ADMIN)
    (unlinked,) = (each for each in watch.new() if each["action"] == "identity.unlinked")
    assert unlinked["actor"] == {"kind": "administrator", "id": "alice"}
    assert unlinked["object"] == {"kind": "identity", "id": subject}
    assert unlinked["details"] == {"provider": "acme", "shown": "grace@example.com"}
    # The name for ever at the provider is in no record.
    assert FakePerson().sub not in str(world.installation.records())


@pytest.mark.rule("AU-03")
def test_connecting_an_account_is_recorded(world: PeopleWorld) -> None:
    federated = FederatedWorld(world)
    federated.provider()
    browser = world.signed_in()
    watch = Watch(world.installation)
    browser.get("/account/identities")
    (url,) = [each for each in browser.click("connect-acme").links if "client_id=" in each]
    browser.get(federated.answer(url), cross_site=True)
    subject = world.ada.subject
    (record,) = (each for each in watch.new() if each["action"] == "identity.linked")
    known = (record["actor"], record["outcome"], record["peer"])
    assert known == ({"kind": "user", "id": subject}, "success", PEER)
    assert record["object"] == {"kind": "identity", "id": subject}
    assert record["details"] == {"provider": "acme", "shown": "grace@example.com"}


@pytest.mark.rule("AU-03")
def test_a_refused_sign_in_is_recorded_with_its_reason(world: PeopleWorld) -> None:
    federated = FederatedWorld(world)
    fake = federated.provider(creation=UserCreation.OFF)
    watch = Watch(world.installation)
    anonymous = {"kind": "anonymous", "id": ""}
    federated.sign_in()
    record = watch.one("sign_in.refused", actor=anonymous, outcome="refused", peer=PEER)
    assert record["object"] == {"kind": "provider", "id": "acme"}
    assert record["reason"] == "no-account"
    assert record["details"]["purpose"] == "sign-in"
    fake.claims["aud"] = "another"
    federated.sign_in(person=replace(fake.person, username="mallory"))
    record = watch.one("sign_in.refused", actor=anonymous, outcome="refused", peer=PEER)
    assert record["reason"] == "id-token-invalid"
    assert record["details"]["detail"] == "aud is not our client id alone"
    assert "mallory" not in str(record)
