"""Servers with a user and an app, and fifty callers who all ask at the same moment."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from sqlalchemy import text

from tests.instances import Instance
from tests.people.cast import VERIFIER, add_app, add_user
from tests.rfc.codes import Codes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.databases import PostgresDatabases
    from tests.instances import Site
    from tests.people.cast import App

CALLERS: Final = 50
TOKEN: Final = "/oauth2/token"
REVOKE: Final = "/oauth2/revoke"
INVALID_GRANT: Final = (400, "invalid_grant")

Form = Mapping[str, str]
Request = tuple[str, Form]


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of a server."""

    status: int
    body: Mapping[str, Any]

    @property
    def is_good(self) -> bool:
        """Whether it is a success."""
        return self.status == 200

    @property
    def error(self) -> tuple[int, str]:
        """Status and code of a refusal."""
        return self.status, str(self.body.get("error"))


class Callers:
    """Connections to all servers in turn, one for each caller."""

    def __init__(self, servers: Sequence[Instance], authorization: str) -> None:
        self._headers = {
            "Authorization": authorization,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        self._connections = [
            HTTPConnection("localhost", servers[number % len(servers)].port, timeout=60)
            for number in range(CALLERS)
        ]
        self._pool = ThreadPoolExecutor(CALLERS)

    def close(self) -> None:
        """Let the connections go."""
        self._pool.shutdown()
        for connection in self._connections:
            connection.close()

    def at_once(self, requests: Sequence[Request]) -> list[Reply]:
        """Send each request on a connection of its own, all together; the answers in order."""
        barrier = threading.Barrier(len(requests))

        def send(connection: HTTPConnection, request: Request) -> Reply:
            path, form = request
            body = urlencode(form)
            # Anew: the server lets those go that were idle while another test ran.
            connection.close()
            connection.connect()
            barrier.wait(timeout=60)
            connection.request("POST", path, body, self._headers)
            answer = connection.getresponse()
            return Reply(answer.status, json.loads(answer.read()))

        return list(self._pool.map(send, self._connections, requests))

    def ask(self, request: Request) -> Reply:
        """One request alone."""
        return self.at_once([request])[0]


@dataclass(frozen=True, slots=True)
class Deployment:
    """What servers keep their data in: databases of a cluster, or each its own SQLite file."""

    databases: PostgresDatabases | None

    @contextmanager
    def url(self) -> Iterator[str]:
        """The URL of an empty database, empty for SQLite."""
        if self.databases is None:
            yield ""
            return
        name = self.databases.take()
        try:
            yield self.databases.cluster.url(name)
        finally:
            self.databases.give_back(name)


@dataclass(frozen=True, slots=True)
class Family:
    """One deployment: two processes behind one or two sockets, a site, an app and its user."""

    servers: tuple[Instance, ...]
    site: Site
    app: App
    codes: Codes
    callers: Callers

    def redeeming(self, code: str) -> Request:
        """The app's request with a code."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.app.redirect_uri,
            "code_verifier": VERIFIER,
        }
        return TOKEN, form

    def refreshing(self, refresh_token: str) -> Request:
        """The app's request with a refresh token."""
        return TOKEN, {"grant_type": "refresh_token", "refresh_token": refresh_token}

    def revoking(self, token: str) -> Request:
        """The app's request to take a token back."""
        return REVOKE, {"token": token}

    def tokens(self) -> Mapping[str, Any]:
        """The tokens of a fresh code."""
        reply = self.callers.ask(self.redeeming(self.codes.code(self.app)))
        assert reply.is_good, reply
        return reply.body

    def is_active(self, access_token: str) -> bool:
        """Whether any server takes the token for good."""
        answers = [server.introspect(self.site, access_token) for server in self.servers]
        return any(answer["active"] for answer in answers)

    def is_refreshable(self, refresh_token: str) -> bool:
        """Whether a refresh token still yields anything."""
        reply = self.callers.ask(self.refreshing(refresh_token))
        assert reply.is_good or reply.error == INVALID_GRANT, reply
        return reply.is_good

    def leaves(self) -> int:
        """How many refresh tokens in the whole database were not superseded."""
        return self._ask("SELECT count(*) FROM refresh_tokens WHERE superseded_at IS NULL")

    def age(self, seconds: float) -> None:
        """Make every superseded token so much older."""
        with self.codes.container.database.engine.begin() as connection:
            connection.execute(
                text("UPDATE refresh_tokens SET superseded_at = superseded_at - :seconds"),
                {"seconds": seconds},
            )

    def forget(self) -> None:
        """Delete every refresh token, so that the next round counts its own alone."""
        with self.codes.container.database.engine.begin() as connection:
            connection.execute(text("DELETE FROM refresh_tokens"))

    def _ask(self, question: str) -> int:
        with self.codes.container.database.connection_for_reading() as connection:
            return int(connection.execute(text(question)).scalar_one())


@contextmanager
def family(folder: Path, deployment: Deployment, extra: Mapping[str, str]) -> Iterator[Family]:
    """Two servers on PostgreSQL, or one server with two workers on SQLite."""
    with deployment.url() as url, ExitStack() as running:
        servers = [Instance(folder / "server-1", _settings(url, extra)).initialise()]
        first = servers[0]
        if url:
            shared = {
                "AUTHSERVER_ISSUER": first.url,
                "AUTHSERVER_KEYS_DIRECTORY": str(first.folder / "keys"),
            }
            second = Instance(folder / "server-2", {**_settings(url, extra), **shared})
            servers.append(second.initialise())
        site = first.register_site("jira-main", "jira-dc", "https://jira.example.com")
        for server in servers:
            running.callback(server.stop)
            server.start()
        container = running.enter_context(first.container())
        ada = add_user(container, "ada")
        app = add_app(container, site, "racer", "https://app.example.com/callback")
        assert app.authorization is not None
        callers = Callers(servers, app.authorization)
        running.callback(callers.close)
        yield Family(tuple(servers), site, app, Codes(container, ada.subject), callers)


def _settings(url: str, extra: Mapping[str, str]) -> dict[str, str]:
    if not url:
        return dict(extra)
    return {**extra, "AUTHSERVER_DATABASE_URL": url, "AUTHSERVER_SERVER_WORKERS": "1"}
