"""Workers look at users again whose provider says something new of them at a sign-in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from authserver.domain.groups import Group
from authserver.domain.policy_documents import PolicyVersion
from authserver.services.authority import AuthorityView
from authserver.services.commit_barrier import REVOKER_WAIT_SECONDS
from authserver.services.federated_arrivals import Landing
from authserver.services.people_view import PeopleView, Person
from authserver.services.provider_view import ProviderView
from tests.services.grouped import rule
from tests.services.proofs import attempt_at, proof_of
from tests.services.upstream_office import DAY, UpstreamOffice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.ports import Database


class Door:
    """Where ada comes in by her provider, and a worker that remembers her."""

    def __init__(self, database: Database) -> None:
        self.office = UpstreamOffice(database)
        self.provider = self.office.add_provider("okta", living_seconds=30 * DAY)
        self.view = AuthorityView(database, self.office.clock)
        self.people = PeopleView(database, self.view, ProviderView(database, self.view))
        self.subject = self.arrive("ada@example.com")

    def arrive(self, email: str, groups: Sequence[str] = ()) -> str:
        """The subject of whoever came."""
        now = self.office.now
        proof = proof_of("ada", now, groups=groups)
        proof = replace(proof, person=replace(proof.person, email=email, email_verified=True))
        landing = Landing(previous=None, cookie="", call=self.office.call(), user_agent="Firefox")
        attempt = attempt_at("okta", now)
        return self.office.arrivals.sign_in(self.provider, attempt, proof, landing).session.subject

    def ada(self) -> Person:
        self.view.poll()
        person = self.people.person(self.subject)
        assert person is not None
        return person


@pytest.fixture
def door(database: Database) -> Door:
    return Door(database)


def test_an_address_that_a_provider_took_away_counts_nowhere(door: Door) -> None:
    assert door.ada().email_domain == "example.com"
    door.arrive("ada@elsewhere.example")
    assert door.ada().user.data.email == "ada@elsewhere.example"
    assert door.ada().email_domain == "elsewhere.example"


def test_a_sign_in_with_another_address_ends_when_no_worker_knows_the_old_one(door: Door) -> None:
    before = sum(door.office.clock.slept)
    door.arrive("ada@example.com")
    assert sum(door.office.clock.slept) == before
    door.arrive("ada@elsewhere.example")
    assert sum(door.office.clock.slept) == pytest.approx(before + REVOKER_WAIT_SECONDS)


@pytest.mark.parametrize(("named", "waited"), [("team", REVOKER_WAIT_SECONDS), ("others", 0.0)])
def test_a_sign_in_that_joins_a_group_ends_when_what_policy_denies_that_is_denied_everywhere(
    door: Door, named: str, waited: float
) -> None:
    text = f'[[deny]]\nname = "n"\ngroups = ["{named}"]\nreason = "r"\n'
    with door.office.database.writing() as stores:
        stores.groups.add(Group("team", "", frozenset(), door.office.now))
        stores.providers.add_rule(rule("Devs", value="team", provider="okta"))
        stores.policies.add(PolicyVersion("default", 1, text, door.office.now, "ada", ""))
    assert door.ada().groups == frozenset()
    slept = sum(door.office.clock.slept)
    door.arrive("ada@example.com", ["Devs"])
    assert door.ada().groups == {"team"}
    assert sum(door.office.clock.slept) == pytest.approx(slept + waited)
    # It is in it already.
    slept = sum(door.office.clock.slept)
    door.arrive("ada@example.com", ["Devs"])
    assert sum(door.office.clock.slept) == slept


def test_who_was_asleep_speaks_again_after_a_sign_in(door: Door) -> None:
    door.office.clock.advance(31 * DAY)
    door.office.living.put_to_sleep_due()
    assert not door.ada().may_speak
    door.arrive("ada@example.com")
    assert door.ada().may_speak
