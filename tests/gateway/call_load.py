"""Callers of every kind that go on whatever happens, and remember what became of each call."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING, Final, Self

import requests

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.gateway.bed import GatewayBed
    from tests.instances import Caller

SECONDS: Final = 30.0
PAUSE: Final = 0.05
"""Between rounds without a token: there may be no service, and that needs no thousand calls."""
ISSUE: Final = "/rest/api/2/issue/DEMO-1"
VERDICTS: Final = {"may": 200, "may-not": 403, "nobody": 401, "forged": 401, "revoked": 401}
"""Each kind of call, and what becomes of it when nothing is wrong."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call: its name, which the site gets to see, and its answer (status 0: none came)."""

    name: str
    kind: str
    token: str = field(repr=False)
    started: float
    status: int
    decision: str
    problem: str


class CallLoad:
    """Threads that call through a bed's nginx, each call on a connection of its own.

    A token is revoked after every `lives` rounds; calls with it go on as `revoked` from the
    moment of the answer. Nothing is revoked with `lives` 0.
    """

    def __init__(self, bed: GatewayBed, *, threads: int = 3, lives: int = 12) -> None:
        self.calls: list[Call] = []
        self.known_before = len(bed.standin.site.notes.all())
        self._bed = bed
        self._caller = bed.caller("READ")
        self._lives = lives
        self._first_tokens = [bed.token("READ") for _ in range(threads)]
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, args=(number,)) for number in range(threads)
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def wait_for(self, status: int, more: int, seconds: float = SECONDS) -> None:
        """Return when so many further calls have been answered with `status`."""
        since = len(self.calls)
        deadline = time.monotonic() + seconds
        while sum(call.status == status for call in self.calls[since:]) < more:
            assert time.monotonic() < deadline, self.calls[-5:]
            time.sleep(0.01)

    def _work(self, thread: int) -> None:
        token, dead, count = self._first_tokens[thread], "", 0
        while not self._stop.is_set():
            count += 1
            for place, (kind, value) in enumerate(self.round_of(thread, token, dead)):
                self._call(f"{thread}-{count}-{place}-{kind}", kind, value)
            if token and self._lives and count % self._lives == 0:
                dead = token if _revoked(self._bed, self._caller, token) else dead
                token = ""
            if not token:
                token = _fresh(self._bed, self._caller)
                self._stop.wait(PAUSE)

    def round_of(self, thread: int, token: str, dead: str) -> Iterator[tuple[str, str]]:
        """The calls of one round; without a token only those that need none.

        The forged token is one for each thread, however many others it gets: ever new ones look
        like guessing, and after 200 a minute they would be answered 429.
        """
        if token:
            forged = self._first_tokens[thread][:-4]
            yield from (("may", token), ("may-not", token), ("may", token), ("forged", forged))
        yield "nobody", ""
        if dead:
            yield "revoked", dead

    def _call(self, name: str, kind: str, token: str) -> None:
        started = time.monotonic()
        method = "PUT" if kind == "may-not" else "GET"
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        connection = HTTPConnection("localhost", self._bed.port, timeout=SECONDS)
        status, decision, problem = 0, "", ""
        try:
            connection.request(method, f"{ISSUE}?call={name}", headers=headers)
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, HTTPException) as error:
            problem = repr(error)
        else:
            status, decision = answer.status, answer.getheader("X-Decision-Id") or ""
            if status not in (200, 401, 403):
                problem = _wrong_refusal(status, answer.getheader("Retry-After"), body)
        finally:
            connection.close()
        self.calls.append(Call(name, kind, token, started, status, decision, problem))


def _wrong_refusal(status: int, retry_after: str | None, body: bytes) -> str:
    """What is wrong with a refusal that is none of the decision point's; empty: nothing."""
    try:
        error = json.loads(body)["error"]
    except (ValueError, KeyError):
        return f"{status} is not JSON with an error: {body[:80]!r}"
    if status != requests.codes.service_unavailable or error != "temporarily_unavailable":
        return f"{status} {error}"
    return "" if (retry_after or "").isdigit() else f"Retry-After: {retry_after}"


def _revoked(bed: GatewayBed, caller: Caller, token: str) -> bool:
    """Whether a revocation was answered; without an answer nobody knows."""
    try:
        form = {"token": token}
        return bed.server.post("/oauth2/revoke", form, caller.authorization, seconds=10).ok
    except requests.RequestException:
        return False


def _fresh(bed: GatewayBed, caller: Caller) -> str:
    """A new token; empty when there is no service."""
    form = {"grant_type": "client_credentials"}
    try:
        answer = bed.server.post("/oauth2/token", form, caller.authorization, seconds=10)
    except requests.RequestException:
        return ""
    return str(answer.json()["access_token"]) if answer.ok else ""
