"""Many calls of one person at the same moment ask a directory once, and hold nobody for long."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from authserver.domain.errors import StorageUnavailable
from authserver.domain.group_rules import SnapshotState
from authserver.domain.providers import ProviderKind
from authserver.services.directory_groups import DirectoryGroups, DirectoryPerson
from tests.doubles import EPOCH
from tests.services.directories import ListedDirectory
from tests.services.grouped import asks_directory

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from authserver.domain.group_rules import GroupSnapshot
    from authserver.domain.upstream_ports import UpstreamServer

GRACE = DirectoryPerson(user_id="00u1")
ADA = DirectoryPerson(user_id="00u2")
CALLS = 8
LONG = 30.0


class SlowDirectory(ListedDirectory):
    """Answers when it is let to."""

    def __init__(self) -> None:
        super().__init__()
        self.let = threading.Event()
        self.waiting = threading.Semaphore(0)
        """One for each thread that waits for another one's answer."""

    def _answer(self, *asked: object) -> Sequence[str]:
        self.asked.append(asked)
        assert self.let.wait(LONG)
        if self.failure is not None:
            raise self.failure
        return self.groups

    @contextmanager
    def aside(self) -> Iterator[None]:
        self.waiting.release()
        yield

    def groups_of_it(self) -> DirectoryGroups:
        server = cast("UpstreamServer", self)
        return DirectoryGroups(server=server, credentials=self, aside=self.aside)


def recall(
    groups: DirectoryGroups, person: DirectoryPerson = GRACE, *, seconds: float = LONG
) -> GroupSnapshot:
    provider = asks_directory(ProviderKind.OKTA)
    return groups.recall_or_ask(provider, person, now=EPOCH, seconds=seconds)


def test_calls_of_one_person_at_the_same_moment_ask_once() -> None:
    directory = SlowDirectory()
    groups = directory.groups_of_it()
    with ThreadPoolExecutor(CALLS) as pool:
        flying = [pool.submit(recall, groups) for _ in range(CALLS)]
        for _ in range(CALLS - 1):
            assert directory.waiting.acquire(timeout=LONG)
        directory.let.set()
        found = [each.result(LONG) for each in flying]
    assert len(directory.asked) == 1
    assert {each.state for each in found} == {SnapshotState.COMPLETE}
    assert recall(groups) == found[0]


def test_nobody_waits_for_another_persons_answer() -> None:
    directory = SlowDirectory()
    groups = directory.groups_of_it()
    with ThreadPoolExecutor(2) as pool:
        flying = [pool.submit(recall, groups, person) for person in (GRACE, ADA)]
        while len(directory.asked) < 2:
            pass
        directory.let.set()
        assert all(each.result(LONG).state is SnapshotState.COMPLETE for each in flying)


def test_whoever_waits_in_vain_sees_an_outage_that_nobody_remembers() -> None:
    directory = SlowDirectory()
    groups = directory.groups_of_it()
    with ThreadPoolExecutor(1) as pool:
        flying = pool.submit(recall, groups)
        while not directory.asked:
            pass
        late = recall(groups, seconds=0.01)
        assert (late.state, late.is_outage) == (SnapshotState.UNKNOWN, True)
        directory.let.set()
        assert flying.result(LONG).state is SnapshotState.COMPLETE
    assert recall(groups).state is SnapshotState.COMPLETE
    assert len(directory.asked) == 1


def test_a_flight_that_broke_down_leaves_nobody_waiting() -> None:
    directory = SlowDirectory()
    directory.let.set()
    directory.locked = StorageUnavailable("the database does not answer")
    groups = directory.groups_of_it()
    for _ in range(2):
        try:
            recall(groups)
        except StorageUnavailable:
            continue
        raise AssertionError("it was not asked")
    directory.locked = None
    assert recall(groups).state is SnapshotState.COMPLETE
