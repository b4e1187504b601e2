"""Policies meet what is made at the same moment, on the databases that there are."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

import pytest

from authserver.domain.errors import Conflict
from authserver.services.administration import Administration
from authserver.services.commit_barrier import CommitBarrier
from authserver.services.policies import Policies
from authserver.services.policy_references import StoredReferences
from authserver.services.token_policy import LONGEST_UNSAID, TokenPolicy
from tests.doubles import FakeClock
from tests.services.world import ADMIN
from tests.storage.api_token_examples import api_token
from tests.storage.examples import resource
from tests.storage.racing import race
from tests.storage.test_api_token_bulk import wait_for_a_lock

if TYPE_CHECKING:
    from authserver.storage.database import SqlDatabase

DAY: Final = 86_400.0
CAP: Final = '[tokens]\nmax_lifetime = "30d"\nreason = "Short lives"\n'
SECONDS: Final = 30


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def policies(database: SqlDatabase, clock: FakeClock) -> Policies:
    return Policies(
        administration=Administration(
            database=database, clock=clock, barrier=CommitBarrier(clock, places=8)
        ),
        references=lambda stores, _name: StoredReferences(stores, [], {}),
    )


@pytest.mark.parametrize("name", ["default", "jira-main"])
@pytest.mark.parametrize("before", ["", "[emails]\ndomains = []\nreason = 'x'\n"])
def test_a_token_that_is_made_while_the_cap_is_lowered_does_not_escape_it(
    database: SqlDatabase, clock: FakeClock, policies: Policies, name: str, before: str
) -> None:
    with database.writing() as stores:
        stores.resources.add(resource())
    if before:
        policies.apply(name, before, ADMIN)
    asked = threading.Event()

    def lower() -> list[str]:
        assert asked.wait(SECONDS)
        return list(policies.apply(name, CAP, ADMIN).shortened)

    with ThreadPoolExecutor(1) as pool:
        lowered = pool.submit(lower)
        with database.writing() as stores:
            longest = TokenPolicy.of(stores, ["jira-main"]).longest.value
            assert longest == LONGEST_UNSAID
            asked.set()
            # SQLite has one writer, and that is this one.
            if database.engine.dialect.name == "postgresql":
                wait_for_a_lock(database)
            now = clock.now()
            stores.api_tokens.add(api_token("t1", created_at=now, expires_at=now + longest))
        assert lowered.result(SECONDS) == ["t1"]
    with database.reading() as stores:
        token = stores.api_tokens.get("t1")
    assert token is not None
    assert token.expires_at == token.created_at + 30 * DAY


def test_of_administrators_who_saw_the_same_version_one_applies(policies: Policies) -> None:
    policies.apply("default", CAP, ADMIN)

    def apply(number: int) -> bool:
        try:
            policies.apply("default", f"# {number}\n", ADMIN, expect=1)
        except Conflict:
            return False
        return True

    assert sorted(race(4, apply)) == [False, False, False, True]
    assert [each.number for each in policies.versions("default")] == [2, 1]


def test_a_document_of_the_largest_size_is_kept_as_it_is(policies: Policies) -> None:
    text = CAP + "# ä" * 60_000
    policies.apply("default", text, ADMIN)
    assert policies.show("default").text == text
