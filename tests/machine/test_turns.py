"""Turns: only so many requests work at once, and who waits for something else lets others work."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from authserver.machine.responses import json_response
from authserver.machine.routes import Route
from authserver.machine.turns import Turns
from tests.machine.doors import Door

if TYPE_CHECKING:
    from collections.abc import Callable

    from authserver.machine.requests import Request
    from authserver.machine.responses import Response

PATIENCE = 10.0


class SlowBody:
    """A body whose end comes only when it is told to."""

    def __init__(self) -> None:
        self.is_read = threading.Event()
        self.ends = threading.Event()

    def read(self, size: int) -> bytes:
        self.is_read.set()
        assert self.ends.wait(PATIENCE)
        return b"x" * size


def door_of(turns: Turns, *endpoints: tuple[str, Callable[[Request], Response]]) -> Door:
    routes = [Route(path, {"GET": each, "POST": each}) for path, each in endpoints]
    return Door(routes, turns=turns)


def fine(_: Request) -> Response:
    return json_response({})


def test_a_body_that_comes_slowly_keeps_nobody_from_working() -> None:
    door = door_of(Turns(1), ("/oauth2/token", fine), ("/livez", fine))
    body = SlowBody()
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(
            door.knock, "POST", "/oauth2/token", changes={"wsgi.input": body, "CONTENT_LENGTH": "3"}
        )
        assert body.is_read.wait(PATIENCE)
        assert door.knock("GET", "/livez").status == 200
        body.ends.set()
        assert slow.result(PATIENCE).status == 200


def test_no_more_requests_work_at_once_than_there_are_turns() -> None:
    lock = threading.Lock()
    at_work = 0
    most = 0
    two_at_work = threading.Barrier(2, timeout=PATIENCE)

    def work(_: Request) -> Response:
        nonlocal at_work, most
        with lock:
            at_work += 1
            most = max(most, at_work)
        two_at_work.wait()
        with lock:
            at_work -= 1
        return json_response({})

    door = door_of(Turns(2), ("/oauth2/token", work))
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: door.knock("GET", "/oauth2/token"), range(8)))
    assert [answer.status for answer in answers] == [200] * 8
    assert most == 2


def test_who_steps_aside_lets_others_work_and_has_its_turn_again_afterwards() -> None:
    turns = Turns(1)
    waits, go_on = threading.Event(), threading.Event()
    came_back = []

    def wait(_: Request) -> Response:
        with turns.aside():
            waits.set()
            assert go_on.wait(PATIENCE)
        came_back.append(door_is_closed())
        return json_response({})

    def door_is_closed() -> bool:
        """Whether another thread would have to wait for a turn."""
        entered = threading.Event()

        def enter() -> None:
            with turns:
                entered.set()

        thread = threading.Thread(target=enter, daemon=True)
        thread.start()
        return not entered.wait(0.05)

    door = door_of(turns, ("/oauth2/revoke", wait), ("/livez", fine))
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(door.knock, "GET", "/oauth2/revoke")
        assert waits.wait(PATIENCE)
        assert door.knock("GET", "/livez").status == 200
        go_on.set()
        assert waiting.result(PATIENCE).status == 200
    assert came_back == [True]


def test_a_thread_without_a_turn_gives_none_away() -> None:
    turns = Turns(1)
    with turns, ThreadPoolExecutor(1) as pool:

        def step_aside() -> str:
            with turns.aside():
                return "at once"

        assert pool.submit(step_aside).result(PATIENCE) == "at once"
    with turns:
        pass


@pytest.mark.parametrize("error", [ValueError("a defect"), KeyboardInterrupt()])
def test_a_turn_comes_back_whatever_happens(error: BaseException) -> None:
    turns = Turns(1)

    def break_off() -> None:
        with turns:
            raise error

    with pytest.raises(type(error)):
        break_off()
    with turns:
        pass
