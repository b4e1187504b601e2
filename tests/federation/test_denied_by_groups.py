"""Whoever the groups keep out keeps nothing that they gave before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.group_rules import GroupEffect
from tests.federation.grouping import GRACE, Club
from tests.federation.world import problem

if TYPE_CHECKING:
    from tests.federation.world import FederatedWorld


@pytest.fixture
def club(federated: FederatedWorld) -> Club:
    club = Club(federated)
    club.provider()
    club.rule("Ops", GroupEffect.LOCAL_GROUP, "ops")
    club.rule("Banned", GroupEffect.DENY)
    return club


def groups_of(club: Club) -> tuple[str, ...]:
    """The local groups of grace."""
    with club.federated.container.database.reading() as stores:
        return tuple(stores.groups.of(club.federated.user(GRACE).subject))


@pytest.mark.rule("FE-09")
def test_a_denied_person_loses_what_other_groups_gave(club: Club) -> None:
    assert club.comes("Ops").path == "/account"
    assert groups_of(club) == ("ops",)
    page = club.comes("Banned")
    assert (page.status, problem(page)) == (403, "denied-by-group")
    assert groups_of(club) == ()


@pytest.mark.rule("FE-09")
def test_whoever_has_too_many_groups_to_tell_is_refused_and_loses_them(club: Club) -> None:
    assert club.comes("Ops").path == "/account"
    fake = club.federated.fakes["acme"]
    fake.overage = True
    page = club.comes("Ops")
    assert (page.status, problem(page)) == (403, "groups-unusable")
    assert groups_of(club) == ()
    # Nobody was asked at the address that the token names.
    assert club.federated.http.strangers == []
    fake.overage = False
    assert club.comes("Ops").path == "/account"
    assert groups_of(club) == ("ops",)


def test_a_stranger_who_is_denied_leaves_nothing_behind(club: Club) -> None:
    assert problem(club.comes("Banned")) == "denied-by-group"
    with club.federated.container.database.reading() as stores:
        assert stores.users.get_by_username(GRACE) is None
