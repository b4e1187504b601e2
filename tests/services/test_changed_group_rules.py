"""A rule that comes or goes is felt at once by whoever signed in before."""

from __future__ import annotations

import pytest

from authserver.domain.authority import ChangeKind
from authserver.domain.group_rules import GroupEffect, SnapshotState
from authserver.services.administrators import may_administer
from tests.services.club import OIDC, Club
from tests.services.grouped import identity_of, rule, snapshot


@pytest.fixture
def club() -> Club:
    return Club()


def judge_anew(club: Club) -> int:
    with club.database.writing() as stores:
        return club.effects.rules_changed_in(stores, OIDC, club.world.call())


def without(club: Club, effect: GroupEffect) -> int:
    """How many it reaches that the rules with this effect go."""
    with club.database.writing() as stores:
        for each in stores.providers.rules("oidc"):
            if each.effect is effect:
                stores.providers.remove_rule("oidc", each.rule_id)
    return judge_anew(club)


def test_what_rested_on_a_rule_goes_with_it(club: Club) -> None:
    club.signs_in(snapshot("Ops"))
    assert without(club, GroupEffect.ADMINISTRATOR) == 1
    assert not club.identity().is_administrator
    assert club.groups == ["ops"]
    assert without(club, GroupEffect.LOCAL_GROUP) == 1
    assert club.groups == []
    assert [change.kind for change in club.told()].count(ChangeKind.SUBJECT) == 2


@pytest.mark.parametrize("state", [SnapshotState.TRUNCATED, SnapshotState.UNKNOWN])
def test_it_goes_though_the_provider_was_in_an_outage(club: Club, state: SnapshotState) -> None:
    club.signs_in(snapshot("Ops"))
    club.signs_in(snapshot(state=state, is_outage=True))
    assert without(club, GroupEffect.ADMINISTRATOR) == 1
    assert not club.identity().is_administrator
    assert club.groups == ["ops"]


def test_a_rule_that_comes_gives_to_whom_the_provider_last_named(club: Club) -> None:
    club.signs_in(snapshot("Quality"))
    club.add_rule(rule("Quality", GroupEffect.LOCAL_GROUP, "team"))
    assert judge_anew(club) == 1
    assert club.groups == ["team"]


def test_whom_a_rule_does_not_reach_hears_nothing_of_it(club: Club) -> None:
    club.signs_in(snapshot("Devs"))
    told = len(club.told())
    assert without(club, GroupEffect.ADMINISTRATOR) == 0
    assert len(club.told()) == told


def test_whose_groups_were_never_read_is_passed_over(club: Club) -> None:
    bob = club.user("bob")
    with club.database.writing() as stores:
        stores.identities.add(identity_of(bob.subject))
    assert judge_anew(club) == 0


def test_nobody_administers_by_a_rule_that_is_gone(club: Club) -> None:
    club.signs_in(snapshot("Ops"))
    with club.database.reading() as stores:
        assert may_administer(stores, club.ada)
    without(club, GroupEffect.ADMINISTRATOR)
    with club.database.reading() as stores:
        assert not may_administer(stores, club.ada)
