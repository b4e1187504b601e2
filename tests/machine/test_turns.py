"""Turns: few threads take requests, and for each that waits another one steps in."""

from __future__ import annotations

import threading
import time
from queue import SimpleQueue
from typing import TYPE_CHECKING, Self

import pytest

from authserver.machine.turns import Turns
from authserver.supervisor.turn_taking import taking_turns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Work = Callable[[], object]

PATIENCE = 10.0


class Request:
    """Something to do for a server's thread, and which thread did it."""

    def __init__(self, work: Work = int, *, streams: bool = False) -> None:
        self.work = work
        self.streams = streams
        self.begun = threading.Event()
        self.answered = threading.Event()
        self.thread = 0

    def wait(self) -> Self:
        assert self.answered.wait(PATIENCE), "nobody took the request"
        return self


class Server:
    """Threads that take requests from one queue, as the HTTP server's do."""

    def __init__(self, turns: Turns, threads: int) -> None:
        self.turns = turns
        self._queue: SimpleQueue[Request] = SimpleQueue()
        self._callback = taking_turns(self._wrap, self._application, turns)
        for _ in range(threads):
            threading.Thread(target=self._serve, daemon=True).start()

    def send(self, request: Request | None = None) -> Request:
        request = request or Request()
        self._queue.put(request)
        return request

    def settle(self, threads: int) -> None:
        """Until every thread has served, so that those without a turn stand by."""
        meeting = threading.Barrier(threads)
        for request in [self.send(Request(lambda: meeting.wait(PATIENCE))) for _ in range(threads)]:
            request.wait()

    def comes_to_one_thread(self) -> bool:
        """Whether, after a while, one thread takes every request."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if len({self.send().wait().thread for _ in range(50)}) == 1:
                return True
        return False

    def _serve(self) -> None:
        while True:
            request = self._queue.get()
            self._callback(None, request)

    def _wrap(
        self, application: Callable[[dict[str, object], object], Iterable[bytes]]
    ) -> Callable[[object, Request], None]:
        def run(_proto: object, request: Request) -> None:
            application({"request": request}, None)
            request.answered.set()

        return run

    @staticmethod
    def _application(environ: dict[str, object], _: object) -> Iterable[bytes]:
        request = environ["request"]
        assert isinstance(request, Request)
        request.thread = threading.get_ident()
        request.begun.set()
        request.work()
        return iter([b""]) if request.streams else [b""]


class Waiting:
    """Work that waits until it is told to end."""

    def __init__(self, turns: Turns | None) -> None:
        self._turns = turns
        self.ends = threading.Event()

    def __call__(self) -> None:
        if self._turns is None:
            assert self.ends.wait(PATIENCE)
            return
        with self._turns.aside():
            assert self.ends.wait(PATIENCE)


@pytest.fixture
def turns() -> Turns:
    return Turns(1)


@pytest.fixture
def server(turns: Turns) -> Iterator[Server]:
    server = Server(turns, 4)
    server.settle(4)
    yield server
    server.send().wait()  # whatever a test did, somebody still takes requests


def test_only_as_many_threads_take_requests_as_there_are_turns(server: Server) -> None:
    assert server.comes_to_one_thread()


def test_for_each_thread_that_waits_aside_another_one_steps_in(
    server: Server, turns: Turns
) -> None:
    waiting = [Waiting(turns) for _ in range(3)]
    held = [server.send(Request(each)) for each in waiting]
    assert all(request.begun.wait(PATIENCE) for request in held)
    threads = {server.send().wait().thread for _ in range(20)}
    assert len(threads) == 1
    assert threads.isdisjoint({request.thread for request in held})
    for each in waiting:
        each.ends.set()
    for request in held:
        request.wait()
    assert server.comes_to_one_thread()


def test_a_request_that_just_takes_long_holds_up_the_others_only_until_somebody_looks(
    server: Server,
) -> None:
    waiting = Waiting(None)
    held = server.send(Request(waiting))
    assert held.begun.wait(PATIENCE)
    assert server.send().wait().thread != held.thread
    waiting.ends.set()
    held.wait()


def test_a_thread_whose_answer_streams_does_not_stand_by(turns: Turns) -> None:
    server = Server(turns, 2)
    meeting = threading.Barrier(2)
    streaming = [
        server.send(Request(lambda: meeting.wait(PATIENCE), streams=True)) for _ in range(2)
    ]
    for request in streaming:
        request.wait()
    # Both threads have gone back to take requests: two that need each other are served.
    again = threading.Barrier(2)
    for request in [server.send(Request(lambda: again.wait(PATIENCE))) for _ in range(2)]:
        request.wait()


def test_a_thread_without_a_request_has_no_turn_to_give(server: Server, turns: Turns) -> None:
    with turns.aside():
        assert server.comes_to_one_thread()


def test_waits_within_waits_lose_no_turn(server: Server, turns: Turns) -> None:
    def nest() -> None:
        with turns.aside(), turns.aside():
            pass

    for _ in range(20):
        server.send(Request(nest)).wait()


def test_requests_of_every_kind_at_once_are_all_answered(turns: Turns) -> None:
    server = Server(turns, 8)

    def step_aside() -> None:
        with turns.aside():
            pass

    kinds: list[Work] = [int, step_aside, int, turns.look]
    requests = [server.send(Request(kinds[number % 4])) for number in range(4000)]
    for request in requests:
        request.wait()
    server.send().wait()


def test_a_request_that_raises_leaves_its_turn(turns: Turns) -> None:
    class Boom(Exception):
        pass

    def raising(_environ: dict[str, object], _start: object) -> Iterable[bytes]:
        raise Boom

    def wrap(
        application: Callable[[dict[str, object], object], Iterable[bytes]],
    ) -> Callable[[object, object], object]:
        return lambda _proto, _scope: application({}, None)

    callback = taking_turns(wrap, raising, turns)
    for _ in range(3):
        with pytest.raises(Boom):
            callback(None, None)
    assert turns._serving == 1
