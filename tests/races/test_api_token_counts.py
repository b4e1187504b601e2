"""Many make API tokens for one user at the same moment: there are as many as there may be.

Creation locks the owner, the sites and the policy documents, and each of these makes the others
wait. Here only the lock on the owner is left, and then not even that: the negative control.
"""

from __future__ import annotations

from dataclasses import replace
from threading import Event
from typing import TYPE_CHECKING, Any, Final

import pytest

from authserver.domain.api_tokens import ApiTokenFilter
from authserver.domain.errors import Conflict
from authserver.storage.api_tokens import ApiTokenRows
from authserver.storage.policies import PolicyRows
from authserver.storage.resources import ResourceRows
from authserver.storage.users import UserRows
from tests.databases import opened
from tests.services.token_office import TokenOffice
from tests.services.world import World
from tests.storage.racing import race

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from authserver.storage.store import Store

pytestmark = pytest.mark.slow
RUNNERS: Final = 6
MOST: Final = 3
ROUNDS: Final = 5
COUNTING_SECONDS: Final = 0.05
"""How long whoever has counted does nothing: so that they meet who would not always."""


def _unlocked(look: Callable[..., Any]) -> Callable[..., Any]:
    def plain(store: Store, *asked: Any) -> Any:
        held = store._transaction
        store._transaction = replace(held, writing=False)
        try:
            return look(store, *asked)
        finally:
            store._transaction = held

    return plain


def _slowly(count: Callable[..., Any]) -> Callable[..., Any]:
    def slow(store: Store, *asked: Any) -> Any:
        found = count(store, *asked)
        Event().wait(COUNTING_SECONDS)
        return found

    return slow


@pytest.fixture
def office(postgresql_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[TokenOffice]:
    """The office on a database with several writers, who wait for nobody but at the owner."""
    for rows, name in ((ResourceRows, "get"), (PolicyRows, "current")):
        monkeypatch.setattr(rows, name, _unlocked(getattr(rows, name)))
    slow = _slowly(ApiTokenRows.count_lineages)
    monkeypatch.setattr(ApiTokenRows, "count_lineages", slow)
    with opened(postgresql_url) as database:
        monkeypatch.setattr("tests.services.world.MemoryDatabase", lambda: database)
        office = TokenOffice(World())
        office.apply(f'[tokens]\nreason = "few"\nmax_count = {MOST}\n')
        yield office


def made_at_once(office: TokenOffice, username: str) -> int:
    """How many tokens a new user has once everybody has made one."""
    owner = office.add_user(username)

    def make(_: int) -> None:
        try:
            office.for_ada(user=username)
        except Conflict:
            return

    race(RUNNERS, make)
    return office.tokens.count(ApiTokenFilter(subject=owner.subject))


@pytest.mark.rule("AK-05")
def test_the_lock_on_the_owner_alone_keeps_the_limit(office: TokenOffice) -> None:
    made = [made_at_once(office, f"user{number}") for number in range(ROUNDS)]
    assert made == [MOST] * ROUNDS


def test_control_without_the_lock_on_the_owner_there_are_more(
    office: TokenOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("get", "get_by_username"):
        monkeypatch.setattr(UserRows, name, _unlocked(getattr(UserRows, name)))
    made = [made_at_once(office, f"user{number}") for number in range(ROUNDS)]
    assert max(made) > MOST
