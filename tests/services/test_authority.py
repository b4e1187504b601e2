"""The authority lease: how long memory may be believed, and what makes it worthless."""

from __future__ import annotations

import threading

import pytest

from authserver.domain.authority import ChangeKind
from authserver.domain.errors import StorageUnavailable
from authserver.services.authority import LEASE_SECONDS, AuthorityView
from authserver.services.commit_barrier import REVOKER_WAIT_SECONDS
from tests.doubles import EPOCH, FakeClock
from tests.services.office import TOKEN, Office


@pytest.fixture
def office() -> Office:
    return Office()


def test_within_the_lease_nothing_is_asked(office: Office) -> None:
    office.view.ensure_fresh()
    office.clock.advance(LEASE_SECONDS - 0.001)
    office.view.ensure_fresh()
    assert office.polls == 1


def test_a_poll_under_way_holds_nobody_up_while_the_lease_runs(office: Office) -> None:
    office.view.ensure_fresh()

    def ask_meanwhile() -> None:
        other = threading.Thread(target=office.view.ensure_fresh)
        other.start()
        other.join(timeout=5)
        assert not other.is_alive()

    office.database.while_reading = ask_meanwhile
    office.view.poll()


def test_at_exactly_the_end_of_the_lease_the_database_is_asked(office: Office) -> None:
    office.clock.set_monotonic(1000.0)
    office.view.ensure_fresh()
    office.clock.set_monotonic(1000.0 + LEASE_SECONDS)
    office.view.ensure_fresh()
    assert office.polls == 2


def test_the_lease_runs_from_the_start_of_the_poll_not_from_its_end(office: Office) -> None:
    def slow() -> None:
        office.clock.advance(LEASE_SECONDS)

    office.database.while_reading = slow
    office.view.poll()
    office.view.ensure_fresh()
    assert office.polls == 2


def test_a_jump_of_the_wall_clock_does_not_lengthen_the_lease(office: Office) -> None:
    office.view.ensure_fresh()
    office.clock.set_now(EPOCH - 86_400)
    office.clock.set_monotonic(office.clock.monotonic() + LEASE_SECONDS)
    office.view.ensure_fresh()
    assert office.polls == 2


def test_revokers_wait_longer_than_any_lease(office: Office) -> None:
    assert REVOKER_WAIT_SECONDS > LEASE_SECONDS


@pytest.mark.rule("IN-05")
def test_a_worker_whose_poller_stalled_never_answers_from_memory(office: Office) -> None:
    office.view.ensure_fresh()
    office.change(ChangeKind.TOKEN, "token-1")
    office.clock.advance(5.0)
    office.view.ensure_fresh()
    assert office.view.is_denied(TOKEN)


def test_a_worker_whose_poller_stalled_refuses_when_the_database_is_down(office: Office) -> None:
    office.view.ensure_fresh()
    office.database.down = True
    office.clock.advance(5.0)
    with pytest.raises(StorageUnavailable):
        office.view.ensure_fresh()


def test_without_a_database_memory_is_believed_until_the_lease_ends(office: Office) -> None:
    office.view.ensure_fresh()
    office.database.down = True
    with pytest.raises(StorageUnavailable):
        office.view.poll()
    office.view.ensure_fresh()
    office.clock.advance(LEASE_SECONDS)
    with pytest.raises(StorageUnavailable):
        office.view.ensure_fresh()


def test_before_the_first_poll_nothing_is_believed(office: Office) -> None:
    office.database.down = True
    with pytest.raises(StorageUnavailable):
        office.view.ensure_fresh()
    assert office.view.seq == -1


class Stuck:
    """A cache that cannot read what changed."""

    def __init__(self, office: Office) -> None:
        self.stuck = True
        office.view.on_change(self._forget, self.reload)

    def _forget(self, kind: ChangeKind, value: str) -> None:
        self.reload()

    def reload(self) -> None:
        if self.stuck:
            raise StorageUnavailable("the keys cannot be read")


def test_a_cache_that_cannot_reload_keeps_the_lease_from_being_renewed(office: Office) -> None:
    office.view.poll()
    cache = Stuck(office)
    office.change(ChangeKind.KEY, "es256-1")
    office.clock.advance(LEASE_SECONDS)
    for _ in range(2):
        with pytest.raises(StorageUnavailable):
            office.view.ensure_fresh()
    assert office.view.seq == 0
    cache.stuck = False
    office.view.ensure_fresh()
    assert office.view.seq == 1


def test_a_failing_reload_of_everything_ends_the_old_lease_at_once(office: Office) -> None:
    office.change(ChangeKind.CLIENT, "one")
    office.view.poll()
    Stuck(office)
    office.database.state.seq = 0
    with pytest.raises(StorageUnavailable):
        office.view.poll()
    with pytest.raises(StorageUnavailable):
        office.view.ensure_fresh()


class Queue:
    """A second request that arrives while the first one's poll is under way, and has to wait."""

    def __init__(self, office: Office) -> None:
        queue = self

        class Clock(FakeClock):
            """The second request arrived before the first one's poll began."""

            def monotonic(self) -> float:
                if threading.current_thread() is not queue.second:
                    return super().monotonic()
                queue.arrived.set()
                return 999.0

        self.arrived = threading.Event()
        self.second = threading.Thread(target=self.ask)
        self.view = AuthorityView(office.database, Clock(monotonic=1000.0))
        self.refused: list[str] = []

    def ask(self) -> None:
        try:
            self.view.ensure_fresh()
        except StorageUnavailable as error:
            self.refused.append(str(error))

    def arrive(self) -> None:
        self.second.start()
        assert self.arrived.wait(timeout=10)


def test_a_request_that_waited_for_a_poll_does_not_poll_again(office: Office) -> None:
    queue = Queue(office)
    office.database.while_reading = queue.arrive
    queue.ask()
    queue.second.join(timeout=10)
    assert (queue.refused, office.polls) == ([], 1)


def test_requests_that_waited_for_a_failed_poll_do_not_each_try_again(office: Office) -> None:
    """A database that hangs would otherwise cost the last one every other one's time-out."""
    queue = Queue(office)

    def hang() -> None:
        queue.arrive()
        raise StorageUnavailable("the database does not answer")

    office.database.while_reading = hang
    queue.ask()
    queue.second.join(timeout=10)
    assert (len(queue.refused), office.polls) == (2, 1)
    queue.view.ensure_fresh()


def test_the_poller_polls_until_it_is_stopped(office: Office) -> None:
    stop = threading.Event()
    office.view.on_change(lambda _kind, _value: stop.set(), lambda: None)
    office.view.poll()
    office.change(ChangeKind.CLIENT, "one")
    poller = threading.Thread(target=office.view.run, args=(stop,), kwargs={"poll_seconds": 0.001})
    poller.start()
    poller.join(timeout=10)
    assert not poller.is_alive()
    assert office.view.seq == 1


def test_an_outage_is_logged_when_it_begins_and_when_it_ends(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    class Stop(threading.Event):
        """Ends the outage after three polls and everything after five."""

        turns = 0

        def wait(self, timeout: float | None = None) -> bool:
            self.turns += 1
            office.database.down = self.turns <= 3
            return self.turns > 5

    office.view.run(Stop())
    told = [record.message for record in caplog.records]
    assert len(told) == 2
    assert "does not answer" in told[0]
    assert "answers again" in told[1]


def test_the_poller_outlives_what_nobody_expected(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    stop = threading.Event()
    turns: list[str] = []

    def stumble_twice(_kind: ChangeKind, value: str) -> None:
        turns.append(value)
        if len(turns) < 3:
            raise ValueError("a row that nobody understands")
        stop.set()

    office.view.on_change(stumble_twice, lambda: None)
    office.view.poll()
    office.change(ChangeKind.CLIENT, "one")
    poller = threading.Thread(target=office.view.run, args=(stop,), kwargs={"poll_seconds": 0.001})
    poller.start()
    poller.join(timeout=10)
    assert not poller.is_alive()
    assert (turns, office.view.seq) == (["one"] * 3, 1)
    assert [record.message for record in caplog.records if record.exc_info] == [
        "authority: the poll failed"
    ]
