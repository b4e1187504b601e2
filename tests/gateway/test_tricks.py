"""Hundreds of ways around the decision, byte by byte through nginx: none leads to the site.

`python -m tests.gateway.tricks` prints what became of each; so does `pytest -s` on this file.
"""

from __future__ import annotations

import random  # noqa: TID251 - repeatable dice for test cases, nothing secret
import sys
from functools import cache
from typing import TYPE_CHECKING

import pytest

from tests.gateway.tricks.bending import bent_connections
from tests.gateway.tricks.dice import thrown_targets
from tests.gateway.tricks.every import FAMILIES
from tests.gateway.tricks.judging import all_findings, intrusions
from tests.gateway.tricks.playing import Round, play
from tests.gateway.tricks.table import table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.gateway.tricks.trick import Trick
    from tests.gateway.yard import Yard


def held(yard: Yard, family: str) -> Round:
    """Play the tricks of a family; none of them may succeed."""
    played = play(yard, FAMILIES[family]())
    sys.stdout.write(f"\n{table(played.observed)}")
    found = all_findings(played)
    assert found == [], f"{len(found)} findings:\n" + "\n".join(found[:50])
    return played


@pytest.mark.rule("FA-04")
@pytest.mark.rule("FA-05")
def test_a_path_is_read_in_one_way_or_refused(yard: Yard) -> None:
    held(yard, "paths")


@pytest.mark.rule("FA-06")
@pytest.mark.rule("HT-06")
def test_a_call_has_the_method_of_its_request_line(yard: Yard) -> None:
    held(yard, "methods")


@pytest.mark.rule("FA-01")
@pytest.mark.rule("FA-09")
@pytest.mark.rule("FA-12")
def test_a_call_has_one_good_credential_and_it_stays_behind(yard: Yard) -> None:
    held(yard, "credentials")


@pytest.mark.rule("FA-07")
@pytest.mark.rule("FA-08")
@pytest.mark.rule("HT-02")
def test_no_header_makes_somebody_else_of_the_caller(yard: Yard) -> None:
    held(yard, "headers")


@pytest.mark.rule("FA-15")
@pytest.mark.rule("HT-03")
def test_a_call_ends_where_everybody_sees_its_end(yard: Yard) -> None:
    played = held(yard, "framing")
    for observed in played.observed:
        allowed = [each for each in observed.decisions if each.action == "call.allowed"]
        assert len(observed.notes) <= len(allowed), observed.trick.name


@pytest.mark.rule("FA-04")
@pytest.mark.rule("FA-07")
@pytest.mark.rule("FA-10")
@pytest.mark.rule("FA-15")
def test_no_page_leads_into_the_api(yard: Yard) -> None:
    held(yard, "pages")


def check_thrown(yard: Yard, seed: int, tricks: Iterable[Trick]) -> int:
    """Play what dice made; whatever arrives was decided as what it is there. How much arrived."""
    played = play(yard, tricks)
    found = [
        f"seed {seed}, {each.trick.name} at {each.stand.name}: {finding}"
        for each in played.observed
        for finding in intrusions(each)
    ]
    found += [f"from nobody: {note.line}" for note in played.nameless]
    found += [
        f"seed {seed}, {each.trick.name} at {each.stand.name}: {each.statuses}"
        for each in played.observed
        if not {500, 502, 503, 504}.isdisjoint(each.statuses)
    ]
    assert found == []
    return sum(len(each.notes) for each in played.observed)


@pytest.mark.rule("FA-04")
@pytest.mark.rule("FA-05")
@pytest.mark.parametrize("seed", range(2))
def test_no_target_made_by_dice_gets_around_the_decision(yard: Yard, seed: int) -> None:
    assert check_thrown(yard, seed, thrown_targets(random.Random(seed), 200)) > 20


@pytest.mark.slow
@pytest.mark.rule("FA-04")
@pytest.mark.parametrize("seed", range(100, 110))
def test_no_target_made_by_dice_does_however_often_they_are_thrown(yard: Yard, seed: int) -> None:
    assert check_thrown(yard, seed, thrown_targets(random.Random(seed), 1000)) > 100


@pytest.mark.rule("FA-15")
@pytest.mark.rule("HT-03")
def test_no_connection_bent_by_dice_smuggles_a_call(yard: Yard) -> None:
    assert check_thrown(yard, 0, bent_connections(random.Random(0), 150)) > 50


@pytest.mark.slow
@pytest.mark.rule("FA-15")
@pytest.mark.rule("HT-03")
@pytest.mark.parametrize("seed", range(100, 103))
def test_no_connection_does_however_often_it_is_bent(yard: Yard, seed: int) -> None:
    assert check_thrown(yard, seed, bent_connections(random.Random(seed), 1000)) > 500


@cache
def names() -> list[str]:
    """The names of all tricks."""
    return [trick.name for family in FAMILIES.values() for trick in family()]


def test_there_are_many_tricks_and_each_has_a_name_of_its_own() -> None:
    assert len(names()) > 400
    assert sorted(names()) == sorted(set(names()))
