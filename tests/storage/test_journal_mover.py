"""From journals into the database, each record once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.storage import journal_files
from authserver.storage.journal import FileJournal
from authserver.storage.journal_mover import DAMAGED, Moved
from authserver.storage.journal_records import line
from tests.audit_events import event
from tests.audits import Trail, trail_on
from tests.doubles import EPOCH, FakeEntropy
from tests.storage.orphans import lines, moved_numbers, orphan, reports

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def trail(database_url: str) -> Iterator[Trail]:
    with trail_on(database_url) as trail:
        yield trail


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "journals"


def test_without_journals_there_is_nothing_to_do(trail: Trail, directory: Path) -> None:
    assert trail.mover(directory).run_once() == Moved(0, 0, 0, 0)


def test_a_living_workers_records_are_moved_as_they_come(trail: Trail, directory: Path) -> None:
    journal = FileJournal(directory, "node", FakeEntropy())
    mover = trail.mover(directory)
    journal.append(event(1))
    assert mover.run_once() == Moved(1, 0, 0, 0)
    assert mover.run_once() == Moved(0, 0, 0, 0)
    journal.append(event(2))
    journal.append(event(3))
    assert mover.run_once() == Moved(2, 0, 0, 0)
    assert moved_numbers(trail) == [1, 2, 3]
    assert len(journal_files.listed(directory)) == 1, "its owner lives"
    journal.close()
    assert mover.run_once() == Moved(0, 0, 0, 1)
    assert journal_files.listed(directory) == []


def test_a_record_arrives_as_it_was_appended(trail: Trail, directory: Path) -> None:
    orphan(directory, lines(5) + lines(6))
    trail.mover(directory).run_once()
    first, second = trail.records()
    said = event(5)
    assert (first.at, first.action, first.outcome) == (said.at, said.action, "success")
    assert (first.actor_kind, first.actor) == ("client", said.actor.identifier)
    assert (first.client_id, first.resource, first.peer) == (said.client_id, "jira", said.peer)
    assert (first.token_id, first.request_id) == (said.token_id, said.request_id)
    assert first.details == {"number": 5, "scopes": ["read:jira-work"]}
    assert first.recorded_at == EPOCH
    assert (first.journal, first.journal_offset) == (1, 0)
    assert (second.journal, second.journal_offset) == (1, len(lines(5)))


def test_a_long_journal_is_moved_in_many_transactions(trail: Trail, directory: Path) -> None:
    orphan(directory, lines(*range(1000)))
    assert trail.mover(directory, piece_bytes=1).run_once() == Moved(1000, 0, 0, 1)
    assert moved_numbers(trail) == list(range(1000))


def test_what_was_moved_is_not_moved_again(trail: Trail, directory: Path) -> None:
    path = orphan(directory, lines(1, 2))
    content = path.read_bytes()
    trail.mover(directory).run_once()
    path.write_bytes(content)  # as a backup would bring it back
    assert trail.mover(directory).run_once() == Moved(0, 0, 0, 1)
    assert moved_numbers(trail) == [1, 2]
    assert not path.exists()


def test_an_empty_orphan_leaves_no_trace(trail: Trail, directory: Path) -> None:
    orphan(directory, b"")
    assert trail.mover(directory).run_once() == Moved(0, 0, 0, 1)
    assert trail.rows("SELECT count(*) FROM audit_journals") == [(0,)]
    assert journal_files.listed(directory) == []


@pytest.mark.parametrize("torn", [lines(3)[:-1], lines(3)[:5], b"\x00" * 300_000, b" "])
def test_the_torn_end_of_an_orphan_is_recorded_and_dropped(
    trail: Trail, directory: Path, torn: bytes
) -> None:
    orphan(directory, lines(1, 2) + torn)
    assert trail.mover(directory).run_once() == Moved(2, 0, 1, 1)
    assert moved_numbers(trail) == [1, 2]
    assert reports(trail) == [("audit.journal_torn", len(lines(1, 2)), len(torn))]
    assert journal_files.listed(directory) == []


def test_the_unfinished_line_of_a_living_worker_is_waited_for(
    trail: Trail, directory: Path
) -> None:
    journal = FileJournal(directory, "node", FakeEntropy())
    journal.append(event(1))
    (path,) = journal_files.listed(directory)
    half, rest = lines(2)[:20], lines(2)[20:]
    mover = trail.mover(directory)
    with path.open("ab") as writer:
        writer.write(half)
        writer.flush()
        assert mover.run_once().records == 1
        assert mover.run_once() == Moved(0, 0, 0, 0)
        writer.write(rest)
    assert mover.run_once() == Moved(1, 0, 0, 0)
    assert moved_numbers(trail) == [1, 2]
    journal.close()


DAMAGE = {
    "flipped": lines(2).replace(b"robot", b"rebot"),
    "zeros": b"\x00" * 500 + b"\n",
    "overlong": b"x" * 200_000 + b"\n",
    "no event": line(b'{"hello":"world"}'),
}


@pytest.mark.rule("AU-05")
@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_damage_in_the_middle_is_reported_and_the_journal_kept(
    trail: Trail, directory: Path, damage: bytes
) -> None:
    path = orphan(directory, lines(1) + damage + lines(3))
    content = path.read_bytes()
    assert trail.mover(directory).run_once() == Moved(2, 1, 0, 1)
    assert moved_numbers(trail) == [1, 3]
    ((action, offset, _),) = reports(trail)
    assert (action, offset) == ("audit.journal_damaged", len(lines(1)))
    assert (directory / DAMAGED / path.name).read_bytes() == content
    assert journal_files.listed(directory) == []


def test_a_damaged_journal_of_a_living_worker_is_kept_when_it_ends(
    trail: Trail, directory: Path
) -> None:
    journal = FileJournal(directory, "node", FakeEntropy())
    journal.append(event(1))
    (path,) = journal_files.listed(directory)
    with path.open("ab") as writer:
        writer.write(b"garbage\n")
    assert trail.mover(directory).run_once() == Moved(1, 1, 0, 0)
    journal.append(event(2))
    journal.close()
    assert trail.mover(directory).run_once() == Moved(1, 0, 0, 1)
    assert (directory / DAMAGED / path.name).exists()


def test_a_journal_that_a_power_cut_shortened_is_over(trail: Trail, directory: Path) -> None:
    path = orphan(directory, lines(1, 2))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(journal_files, "lock", lambda _: False)
        trail.mover(directory).run_once()
    path.write_bytes(lines(1))
    assert trail.mover(directory).run_once() == Moved(0, 0, 0, 1)
    assert moved_numbers(trail) == [1, 2]
