"""Groups give and take local groups, administration and scopes, on record and everywhere."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Final

import pytest

from authserver.domain.audit import Actor, ActorKind, Outcome
from authserver.domain.authority import ChangeKind
from authserver.domain.group_rules import (
    GROUPS_MAX,
    GroupEffect,
    GroupSnapshot,
    SnapshotState,
)
from authserver.domain.tokens import latest_end
from tests.doubles import EPOCH
from tests.services.club import Club
from tests.services.grouped import identity_of, rule, snapshot
from tests.services.world import details

COMPLETE, OVERAGE, TRUNCATED, UNKNOWN = SnapshotState
READ: Final = frozenset({"READ"})
BOTH: Final = frozenset({"READ", "WRITE"})
EMPTY: Final = {
    "complete": snapshot(),
    "overage": snapshot(state=OVERAGE),
    "missing": snapshot(state=UNKNOWN),
    "truncated": snapshot(state=TRUNCATED),
    "outage": snapshot(state=UNKNOWN, is_outage=True),
}
TAKING: Final = ("complete", "overage", "missing")
KEEPING: Final = ("truncated", "outage")


@pytest.fixture
def club() -> Club:
    return Club()


def test_groups_of_the_provider_give_groups_administration_and_scopes(club: Club) -> None:
    known = snapshot("Ops", "Devs", "Strangers")
    given = club.signs_in(known)
    assert club.groups == ["ops", "team"]
    assert (given.is_administrator, given.ceiling) == (True, BOTH)
    assert given.snapshot == known


@pytest.mark.rule("FE-09")
@pytest.mark.parametrize("case", TAKING)
def test_what_was_given_is_gone_at_the_sign_in_that_does_not_show_it(club: Club, case: str) -> None:
    club.signs_in(snapshot("Ops", "Devs"))
    given = club.signs_in(EMPTY[case])
    assert club.groups == []
    assert (given.is_administrator, given.ceiling) == (False, frozenset())
    assert given.snapshot == EMPTY[case]


@pytest.mark.parametrize("case", KEEPING)
def test_an_outage_and_a_list_cut_off_take_nothing_away(club: Club, case: str) -> None:
    club.signs_in(snapshot("Devs"))
    known = len(club.told())
    given = club.signs_in(EMPTY[case])
    assert club.groups == ["team"]
    assert (given.is_administrator, given.ceiling) == (False, READ)
    more = club.signs_in(replace(EMPTY[case], values=("Ops",)))
    assert club.groups == ["ops", "team"]
    assert (more.is_administrator, more.ceiling) == (True, BOTH)
    kinds = [change.kind for change in club.told()[known:]]
    assert ChangeKind.SUBJECT not in kinds


@pytest.mark.parametrize("case", KEEPING)
def test_an_outage_keeps_nothing_whose_rule_an_administrator_removed(club: Club, case: str) -> None:
    club.signs_in(snapshot("Ops", "Devs"))
    with club.database.writing() as stores:
        for each in stores.providers.rules("oidc"):
            if each.external == "Ops":
                stores.providers.remove_rule("oidc", each.rule_id)
    given = club.signs_in(EMPTY[case])
    assert club.groups == ["team"]
    assert (given.is_administrator, given.ceiling) == (False, READ)


@pytest.mark.rule("FE-10")
def test_a_group_of_another_provider_with_the_same_name_gives_nothing(club: Club) -> None:
    with club.database.writing() as stores:
        stores.identities.add(identity_of(club.ada.subject, "other"))
    given = club.signs_in(snapshot("Ops", "Devs"), provider="other")
    assert not given.is_administrator
    assert given.ceiling is None
    assert club.groups == []


@pytest.mark.rule("FE-10")
@pytest.mark.parametrize("name", ["administrators", "admin", "Ops", "ADMINISTRATOR", "*", ""])
def test_without_a_rule_that_says_so_no_group_makes_an_administrator(club: Club, name: str) -> None:
    with club.database.writing() as stores:
        stores.identities.add(identity_of(club.ada.subject, "other"))
        stores.providers.add_rule(rule("x", GroupEffect.LOCAL_GROUP, "team", "other"))
    assert not club.signs_in(snapshot(name), provider="other").is_administrator


def test_groups_that_several_providers_give_are_taken_one_by_one(club: Club) -> None:
    with club.database.writing() as stores:
        stores.identities.add(identity_of(club.ada.subject, "other"))
        stores.providers.add_rule(rule("Folk", GroupEffect.LOCAL_GROUP, "team", "other"))
    club.signs_in(snapshot("Devs"))
    club.signs_in(snapshot("Folk"), provider="other")
    club.signs_in(snapshot())
    assert club.groups == ["team"]
    club.signs_in(snapshot(), provider="other")
    assert club.groups == []


def test_a_group_that_an_administrator_gave_stays(club: Club) -> None:
    with club.database.writing() as stores:
        stores.groups.join("team", club.ada.subject)
    club.signs_in(snapshot("Devs"))
    club.signs_in(snapshot())
    assert club.groups == ["team"]


def test_a_rule_whose_group_is_gone_gives_nothing_and_makes_no_noise(club: Club) -> None:
    club.add_rule(rule("Devs", GroupEffect.LOCAL_GROUP, "nowhere"))
    club.signs_in(snapshot("Devs"))
    assert club.groups == ["team"]
    club.signs_in(snapshot("Devs"))
    assert len(club.records()) == 1


def test_the_flag_that_an_administrator_set_is_never_touched(club: Club) -> None:
    root = replace(club.ada, is_administrator=True)
    with club.database.writing() as stores:
        stores.users.save(root)
    for known in (snapshot("Ops"), *EMPTY.values()):
        club.signs_in(known)
        with club.database.reading() as stores:
            assert stores.users.get(root.subject) == root


def test_a_change_is_on_record_with_what_was_before(club: Club) -> None:
    club.signs_in(snapshot("Ops"))
    club.signs_in(replace(EMPTY["overage"], detail="too many"))
    given, taken = club.records()
    assert given.actor == taken.actor == Actor(ActorKind.SYSTEM, "provider:oidc")
    assert (taken.object_kind, taken.object_id) == ("identity", club.ada.subject)
    assert (taken.outcome, taken.peer, taken.request_id) == (
        Outcome.SUCCESS,
        "198.51.100.7",
        "r-7",
    )
    had = {
        "state": "complete",
        "groups": ["ops"],
        "is_administrator": True,
        "ceiling": ["READ", "WRITE"],
    }
    assert details(given) == {
        "provider": "oidc",
        "before": {"state": "", "groups": [], "is_administrator": False, "ceiling": None},
        "after": had,
        "source": "id token",
        "count": 1,
    }
    assert details(taken) == {
        "provider": "oidc",
        "before": had,
        "after": {"state": "overage", "groups": [], "is_administrator": False, "ceiling": []},
        "source": "id token",
        "count": 0,
        "detail": "too many",
        "is_outage": False,
    }


def test_what_does_not_change_is_neither_recorded_nor_told_to_anybody(club: Club) -> None:
    club.signs_in(snapshot("Devs"))
    told, recorded = len(club.told()), len(club.records())
    later = replace(snapshot("Devs", "Strangers"), fetched_at=EPOCH + 60)
    assert club.signs_in(later).snapshot == later
    assert (len(club.told()), len(club.records())) == (told, recorded)


def test_what_changes_is_told_to_every_worker(club: Club) -> None:
    club.signs_in(snapshot("Devs"))
    (change,) = club.told()
    assert (change.kind, change.value) == (ChangeKind.USER, club.ada.subject)


def test_whoever_loses_something_loses_the_tokens_of_before(club: Club) -> None:
    club.signs_in(snapshot("Ops", "Devs"))
    club.clock.advance(100)
    club.signs_in(snapshot("Devs"))
    *_, user, denial = club.told()
    now = club.clock.now()
    assert (user.kind, denial.kind) == (ChangeKind.USER, ChangeKind.SUBJECT)
    assert (denial.value, denial.issued_until) == (club.ada.subject, now)
    assert denial.expires_at == latest_end(now)


def test_the_first_ceiling_of_all_takes_no_token(club: Club) -> None:
    club.signs_in(snapshot())
    assert [change.kind for change in club.told()] == [ChangeKind.USER]


def test_ten_thousand_groups_are_applied_in_bounded_time(club: Club) -> None:
    many = GroupSnapshot(
        (*(f"{number:036d}" for number in range(GROUPS_MAX - 1)), "Ops"),
        COMPLETE,
        "graph",
        EPOCH,
    )
    began = time.thread_time()
    assert club.signs_in(many).is_administrator
    assert time.thread_time() - began < 1
    (record,) = club.records()
    assert details(record)["count"] == GROUPS_MAX
    assert len(json.dumps(details(record))) < 1000
