"""API tokens on real databases, made and changed by many at the same moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from authserver.domain.api_tokens import ApiTokenFilter, ApiTokenStatus
from authserver.domain.errors import Conflict
from authserver.services.api_token_drafts import Maker
from authserver.services.commit_barrier import CommitBarrier
from tests.databases import opened
from tests.services.token_office import DAY, TokenOffice
from tests.services.world import ADMIN, World
from tests.storage.racing import race

if TYPE_CHECKING:
    from collections.abc import Iterator

RUNNERS: Final = 6
MOST: Final = 3


@pytest.fixture(params=["sqlite", "postgresql"])
def office(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TokenOffice]:
    """The office on a real database."""
    with opened(request.getfixturevalue(f"{request.param}_url")) as database:
        monkeypatch.setattr("tests.services.world.MemoryDatabase", lambda: database)
        world = World()
        # Nobody is sent away for want of a place to wait.
        world.administration._barrier = CommitBarrier(world.clock, places=10 * RUNNERS)
        yield TokenOffice(world)


@pytest.mark.rule("AK-05")
def test_a_subject_has_only_as_many_tokens_as_there_may_be(office: TokenOffice) -> None:
    office.apply(f'[tokens]\nreason = "few"\nmax_count = {MOST}\n')

    def make(_: int) -> bool:
        try:
            office.own()
        except Conflict:
            return False
        return True

    assert sum(race(RUNNERS, make)) == MOST
    assert office.tokens.count(ApiTokenFilter(subject=office.ada.subject)) == MOST


def test_a_token_has_one_successor(office: TokenOffice) -> None:
    token = office.own().token
    maker = Maker(office.ada.subject)

    def rotate(_: int) -> bool:
        try:
            office.tokens.rotate(token.token_id, office.act, maker, overlap_seconds=DAY)
        except Conflict:
            return False
        return True

    assert sum(race(RUNNERS, rotate)) == 1
    assert office.tokens.count(ApiTokenFilter(lineage_id=token.lineage_id)) == 2


def test_acts_that_meet_wait_for_each_other_and_all_are_done(office: TokenOffice) -> None:
    tokens = [office.own().token for _ in range(RUNNERS)]
    maker = Maker(office.ada.subject)

    def act(number: int) -> None:
        token_id = tokens[number].token_id
        if number % 3 == 0:
            office.bulk.act(office.bulk.plan("owner=ada", ApiTokenStatus.REVOKED), ADMIN)
        elif number % 3 == 1:
            office.power.revoke(token_id, ADMIN)
        else:
            try:
                office.tokens.rotate(token_id, office.act, maker, overlap_seconds=DAY)
            except Conflict:
                return

    race(RUNNERS, act)
    office.bulk.act(office.bulk.plan("owner=ada", ApiTokenStatus.REVOKED), ADMIN)
    live = ApiTokenFilter(live_at=office.world.clock.now())
    assert office.tokens.count(live) == 0
