"""Up to where PostgreSQL's records are complete."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from tests.audit_events import event
from tests.audits import Trail, trail_on

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def trail(postgresql_url: str) -> Iterator[Trail]:
    with trail_on(postgresql_url) as trail:
        yield trail


def horizon(trail: Trail, wait: float = 0.01) -> int | None:
    with trail.database.writing() as stores:
        return stores.audit.chain.horizon(wait)


def test_without_records_it_is_zero(trail: Trail) -> None:
    assert horizon(trail) == 0


def test_it_is_unknown_while_somebody_writes(trail: Trail) -> None:
    trail.add(1)
    with trail.database.writing() as stores:
        stores.audit.add(event(2))
        stores.audit.write()
        assert horizon(trail) is None
        trail.add(3)
        assert horizon(trail) is None
    assert horizon(trail) == 3


def test_a_number_that_was_drawn_and_given_up_is_no_gap(trail: Trail) -> None:
    trail.add(1)
    with pytest.raises(ZeroDivisionError), trail.database.writing() as stores:  # noqa: PT012 - one act
        stores.audit.add(event(2))
        stores.audit.write()
        raise ZeroDivisionError
    trail.add(3)
    assert horizon(trail) == 3
    assert trail.rows("SELECT id FROM audit_records ORDER BY id") == [(1,), (3,)]


def test_finding_it_out_lets_writers_go_on(trail: Trail) -> None:
    """A writer that comes while the sealer waits is held up no longer than the sealer's wait."""
    waiting = threading.Event()
    with trail.database.writing() as stores:
        stores.audit.add(event(1))
        stores.audit.write()

        def ask() -> None:
            waiting.set()
            assert horizon(trail, 0.2) is None

        asker = threading.Thread(target=ask)
        asker.start()
        waiting.wait()
        trail.add(2)
        asker.join()
    assert horizon(trail) == 2


def test_giving_up_leaves_the_transaction_usable(trail: Trail) -> None:
    with trail.database.writing() as writer:
        writer.audit.add(event(1))
        writer.audit.write()
        with trail.database.connection_for_writing() as connection:
            before = connection.execute(text("SHOW lock_timeout")).scalar_one()
        with trail.database.writing() as stores:
            assert stores.audit.chain.horizon(0.01) is None
            assert stores.audit.chain.last_seal() is None
        with trail.database.connection_for_writing() as connection:
            assert connection.execute(text("SHOW lock_timeout")).scalar_one() == before


def test_sqlite_has_one_writer_and_always_knows(sqlite_url: str) -> None:
    with trail_on(sqlite_url) as trail:
        trail.add(1, 2)
        assert horizon(trail) == 2
