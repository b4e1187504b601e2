"""Revokers wait for every worker; meanwhile the server serves, and says so when too many wait."""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.instances import Instance
from tests.races.weakened import weakened

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import requests

    from tests.instances import Caller, Site

PATIENCE = 30.0
PLACES = 24
"""Of each of the two workers."""
# The wait begins when a file is there, so that the test decides how long revokers are at it.
UNTIL_TOLD = """
import pathlib
import time

import authserver.services.commit_barrier as commit_barrier

as_ever = commit_barrier.CommitBarrier.wait


def wait(self):
    with open({waiting!r}, "a") as file:
        file.write("+")
    with self._aside():
        while not pathlib.Path({told!r}).exists():
            time.sleep(0.01)
    as_ever(self)


commit_barrier.CommitBarrier.wait = wait
"""


class Waiting:
    """A server whose revokers wait until they are told to go on."""

    def __init__(self, folder: Path) -> None:
        self.told = folder / "told"
        self._waiting = folder / "waiting"
        code = UNTIL_TOLD.format(told=str(self.told), waiting=str(self._waiting))
        self.instance = Instance(
            folder / "server",
            {
                **weakened(folder / "weakened", code),
                "AUTHSERVER_SERVER_WAITING_THREADS": str(PLACES),
            },
        ).initialise()
        self.site: Site = self.instance.register_site(
            "jira-main", "jira-dc", "https://jira.example.com"
        )
        self.caller: Caller = self.instance.register_caller("revoker", self.site, "READ")

    def begin(self) -> None:
        """From now on revokers wait; nobody does yet."""
        self.told.unlink(missing_ok=True)
        self._waiting.write_text("")

    def tokens(self, count: int) -> list[str]:
        return [self.instance.token(self.caller) for _ in range(count)]

    def revoke(self, token: str) -> requests.Response:
        return self.instance.post(
            "/oauth2/revoke", {"token": token}, self.caller.authorization, seconds=PATIENCE
        )

    def is_active(self, token: str) -> bool:
        return bool(self.instance.introspect(self.site, token)["active"])

    def wait_for(self, revokers: int) -> None:
        """Until so many have committed and wait."""
        deadline = time.monotonic() + PATIENCE
        while len(self._waiting.read_text()) < revokers:
            assert time.monotonic() < deadline, "the revokers never got to wait"
            time.sleep(0.01)


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Waiting]:
    waiting = Waiting(tmp_path_factory.mktemp("waiting"))
    with waiting.instance.start():
        yield waiting


@pytest.fixture
def server(started: Waiting) -> Iterator[Waiting]:
    started.begin()
    yield started
    started.told.touch()


def answers(revocations: Sequence[Future[requests.Response]]) -> list[requests.Response]:
    return [each.result(PATIENCE) for each in revocations]


def test_while_twenty_revokers_wait_everybody_else_is_served(server: Waiting) -> None:
    tokens = server.tokens(20)
    with ThreadPoolExecutor(len(tokens)) as pool:
        revocations = [pool.submit(server.revoke, token) for token in tokens]
        server.wait_for(len(tokens))
        assert all(server.is_active(token) for token in server.tokens(10))
        assert not any(each.done() for each in revocations)
        server.told.touch()
        assert {answer.status_code for answer in answers(revocations)} == {200}
    assert not any(server.is_active(token) for token in tokens)


@pytest.mark.slow
def test_a_revoker_without_a_place_is_told_when_to_come_back_and_its_token_lives(
    server: Waiting,
) -> None:
    tokens = server.tokens(2 * PLACES + 2)
    # Connections go where they like: so many that one worker at least has more than its places.
    with ThreadPoolExecutor(len(tokens)) as pool:
        revocations = {token: pool.submit(server.revoke, token) for token in tokens}
        deadline = time.monotonic() + PATIENCE
        while not any(each.done() for each in revocations.values()):
            assert time.monotonic() < deadline, "nobody was sent away"
            time.sleep(0.01)
        server.told.touch()
        results = {token: each.result(PATIENCE) for token, each in revocations.items()}
    refused = {token for token, answer in results.items() if answer.status_code != 200}
    assert refused
    for token in refused:
        answer = results[token]
        assert answer.status_code == 503, answer.text
        assert int(answer.headers["Retry-After"]) >= 1
    assert {token for token in tokens if server.is_active(token)} == refused
