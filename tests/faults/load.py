"""Callers that go on whatever happens to the server, and remember every answer they got."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

import requests

if TYPE_CHECKING:
    from tests.instances import Caller, Instance, Site


@dataclass(slots=True)
class Answers:
    """What the callers saw. `tokens` were answered 200; `revoked` too, by `/oauth2/revoke`."""

    tokens: list[str] = field(default_factory=list)
    revoked: list[str] = field(default_factory=list)
    broken: int = 0
    """Connections that broke without an answer."""
    refused: dict[int, int] = field(default_factory=dict)
    """Other answers, by status."""
    retry_after: set[str | None] = field(default_factory=set)
    """What the header of that name said in the other answers."""


class Load:
    """Threads that ask for tokens; every tenth token is revoked again."""

    def __init__(self, instance: Instance, caller: Caller, site: Site, *, threads: int = 4) -> None:
        self._instance = instance
        self._caller = caller
        self._site = site
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self.answers = Answers()
        self._threads = [threading.Thread(target=self._work) for _ in range(threads)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def wait_for_tokens(self, more: int, seconds: float = 30.0) -> None:
        """Return when `more` further tokens have been answered."""
        target = len(self.answers.tokens) + more
        deadline = time.monotonic() + seconds
        while len(self.answers.tokens) < target:
            if time.monotonic() > deadline:
                raise AssertionError(f"no service for {seconds} s: {self.answers.refused}")
            time.sleep(0.01)

    def _work(self) -> None:
        session = requests.Session()
        session.headers["Authorization"] = self._caller.authorization
        count = 0
        while not self._stop.is_set():
            token = self._token(session)
            if token is None:
                continue
            count += 1
            if count % 10 == 0:
                self._revoke(session, token)

    def _token(self, session: requests.Session) -> str | None:
        answer = self._post(session, "/oauth2/token", {"grant_type": "client_credentials"})
        if answer is None:
            return None
        token = str(answer.json()["access_token"])
        with self._lock:
            self.answers.tokens.append(token)
        return token

    def _revoke(self, session: requests.Session, token: str) -> None:
        if self._post(session, "/oauth2/revoke", {"token": token}) is not None:
            with self._lock:
                self.answers.revoked.append(token)

    def _post(
        self, session: requests.Session, path: str, form: dict[str, str]
    ) -> requests.Response | None:
        try:
            answer = session.post(f"{self._instance.url}{path}", data=form, timeout=20)
        except requests.RequestException:
            with self._lock:
                self.answers.broken += 1
            time.sleep(0.02)
            return None
        if answer.status_code == requests.codes.ok:
            return answer
        with self._lock:
            seen = self.answers.refused
            seen[answer.status_code] = seen.get(answer.status_code, 0) + 1
            self.answers.retry_after.add(answer.headers.get("Retry-After"))
        return None
