"""Many callers at once, at two workers on PostgreSQL: one creation for a key, no lost change."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

import pytest

from authserver.domain.resources import ADMINISTRATION_PATH
from authserver.services.administration import Act
from authserver.services.repeated_creations import RepeatedCreations
from authserver.storage.issuers import remember_issuer
from tests.web.admin_api.rest import Rest
from tests.web.admin_api.test_clients import CI

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.conftest import MakeWorld
    from tests.machine.doors import Answer

CALLERS: Final = 8
ROUNDS: Final = 10


class Racers:
    """Callers who send what they have to say at the same time, half of them to each worker."""

    def __init__(self, rest: Rest) -> None:
        self.rest = rest
        installation = rest.world.installation
        self.lanes = [installation.lane, installation.start_worker().lane]

    def all_at_once(
        self, method: str, path: str, said: list[Any], headers: Mapping[str, str]
    ) -> list[Answer]:
        sent = {
            "Authorization": f"Bearer {self.rest.token}",
            "Content-Type": "application/json",
            **headers,
        }

        def one(number: int) -> Answer:
            return self.lanes[number % 2].knock(
                method,
                ADMINISTRATION_PATH + path,
                json.dumps(said[number]).encode(),
                headers=sent,
                peer=f"192.0.2.{number}",
            )

        with ThreadPoolExecutor(CALLERS) as pool:
            return list(pool.map(one, range(CALLERS)))


@pytest.fixture
def racers(make_world: MakeWorld, postgresql_url: str) -> Racers:
    """Two workers on one PostgreSQL database."""
    world = make_world(AUTHSERVER_DATABASE_URL=postgresql_url)
    container = world.container
    remember_issuer(container.database, container.settings.issuer, container.clock.now())
    container.signing_keys.maintain(container.holder, container.operator)
    world.installation.poll()
    rest = Rest(world)
    rest.made("/clients", CI)
    return Racers(rest)


def secrets_made(racers: Racers, number: int) -> int:
    """How many secrets a client gets from those who ask with one key."""
    path = "/clients/ci-1/secrets"
    before = len(racers.rest.get(path)["items"])
    said = [{"overlap_seconds": 0}] * CALLERS
    headers = {"Idempotency-Key": f"key-number-{number}"}
    answers = racers.all_at_once("POST", path, said, headers)
    made = {each.body for each in answers if each.status == 201}
    assert {each.status for each in answers} <= {201, 409}
    assert all(each.headers["retry-after"] for each in answers if each.status == 409)
    after = len(racers.rest.get(path)["items"]) - before
    assert len(made) == after
    return after


def changes_made(racers: Racers) -> int:
    """How many of those change a client who all have read the same of it."""
    tag = racers.rest.tag("/clients/ci-1")
    said = [{"contact": f"caller {number} of {tag}"} for number in range(CALLERS)]
    answers = racers.all_at_once("PATCH", "/clients/ci-1", said, {"If-Match": tag})
    assert {each.status for each in answers} <= {200, 412}
    return sum(each.status == 200 for each in answers)


@pytest.mark.slow
def test_one_thing_is_made_however_many_ask_for_it_with_one_key(racers: Racers) -> None:
    assert [secrets_made(racers, number) for number in range(ROUNDS)] == [1] * ROUNDS


@pytest.mark.slow
def test_one_change_is_made_of_those_that_know_the_same_state(racers: Racers) -> None:
    assert [changes_made(racers) for _ in range(ROUNDS)] == [1] * ROUNDS


@pytest.mark.slow
def test_without_the_claim_more_than_one_is_made(
    racers: Racers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RepeatedCreations, "claim", lambda *_: None)
    monkeypatch.setattr(RepeatedCreations, "keep", lambda *_: None)
    assert max(secrets_made(racers, number) for number in range(ROUNDS)) > 1


@pytest.mark.slow
def test_without_the_comparison_changes_are_lost(
    racers: Racers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Act, "expect", lambda *_: None)
    assert max(changes_made(racers) for _ in range(ROUNDS)) > 1
