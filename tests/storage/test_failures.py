"""Failed credentials are counted by key and window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.storage.examples import NOW
from tests.storage.racing import race

if TYPE_CHECKING:
    from authserver.storage.database import SqlDatabase


def test_each_key_is_counted_in_its_window(database: SqlDatabase) -> None:
    with database.writing() as stores:
        assert stores.failures.add(["a", "b"], NOW, NOW + 60) == {"a": 1, "b": 1}
        assert stores.failures.add(["b", "b"], NOW, NOW + 60) == {"b": 2}
        assert stores.failures.add(["b"], NOW + 60, NOW + 120) == {"b": 1}
    with database.reading() as stores:
        assert stores.failures.counts(["a", "b", "c"], NOW) == {"a": 1, "b": 2}
        assert stores.failures.counts(["b"], NOW + 60) == {"b": 1}
        assert stores.failures.counts([], NOW) == {}


def test_no_failure_is_lost_in_a_race(database: SqlDatabase) -> None:
    keys = ["one", "two", "three"]

    def fail(number: int) -> None:
        order = keys if number % 2 else list(reversed(keys))
        for _ in range(10):
            with database.writing() as stores:
                stores.failures.add(order, NOW, NOW + 60)

    race(6, fail)
    with database.reading() as stores:
        assert stores.failures.counts(keys, NOW) == dict.fromkeys(keys, 60)
