"""With one protection less in the configuration, tricks succeed and the suite says so."""

from __future__ import annotations

import random  # noqa: TID251 - repeatable dice for test cases, nothing secret
from typing import TYPE_CHECKING

import pytest

from tests.gateway.tricks.dice import thrown_targets
from tests.gateway.tricks.every import FAMILIES
from tests.gateway.tricks.judging import all_findings, intrusions
from tests.gateway.tricks.playing import play
from tests.gateway.weakened import WEAKENINGS

if TYPE_CHECKING:
    from tests.gateway.yard import Yard


@pytest.mark.slow
@pytest.mark.rule("FA-14")
@pytest.mark.parametrize("name", WEAKENINGS, ids=list(WEAKENINGS))
def test_a_missing_protection_is_noticed(yard: Yard, name: str) -> None:
    weakening = WEAKENINGS[name]
    whole = yard.nginx.configuration
    try:
        yard.nginx.reload(weakening.of(whole))
        found = all_findings(play(yard, FAMILIES[weakening.family]()))
    finally:
        yard.nginx.reload(whole)
    assert any(weakening.notices in each for each in found), found[:20]


@pytest.mark.slow
@pytest.mark.rule("FA-04")
@pytest.mark.parametrize("name", ["no guard of pages", "no guard of other doors"])
def test_dice_find_a_missing_guard_too(yard: Yard, name: str) -> None:
    whole = yard.nginx.configuration
    try:
        yard.nginx.reload(WEAKENINGS[name].of(whole))
        played = play(yard, thrown_targets(random.Random(1), 300))
    finally:
        yard.nginx.reload(whole)
    found = [finding for each in played.observed for finding in intrusions(each)]
    assert any("no decision allowed" in each for each in found), found[:20]
