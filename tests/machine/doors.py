"""A shell with stub endpoints behind the real gate, and a way to knock at it without a server."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from prometheus_client import CollectorRegistry

from authserver.machine.gate import form_rules, read_form
from authserver.machine.metrics import ShellMetrics
from authserver.machine.operations import livez
from authserver.machine.peers import TrustedProxies
from authserver.machine.responses import JSON, Response, json_response
from authserver.machine.routes import Route, route_table
from authserver.machine.wsgi import Shell
from tests.doubles import FakeClock, FakeEntropy
from tests.machine.environments import environment

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from wsgiref.types import WSGIApplication, WSGIEnvironment

    from authserver.machine.access import AccessEntry
    from authserver.machine.requests import Request

FORM = "application/x-www-form-urlencoded"
TOKEN_RULES = form_rules(
    {"grant_type": 200, "scope": 2000, "code": 500, "resource": 500, "audience": 500},
    repeatable=("resource", "audience"),
)


def echo_form(request: Request) -> Response:
    """What got through the gate, as JSON: for eyes in tests only."""
    form = read_form(request, TOKEN_RULES)
    credentials = form.credentials
    return json_response(
        {
            "fields": dict(form.fields),
            "resource": list(form.every("resource")),
            "peer": request.peer,
            "credentials": None
            if credentials is None
            else [
                credentials.method,
                credentials.client_id,
                credentials.secret,
                credentials.assertion,
            ],
        }
    )


def echo_request(request: Request) -> Response:
    """What an endpoint sees of a request."""
    return json_response(
        {
            "method": request.method,
            "path": request.path,
            "query": request.query,
            "headers": dict(request.headers),
            "peer": request.peer,
            "request_id": request.request_id,
            "raw_target": request.raw_target,
        }
    )


def keys(_: Request) -> Response:
    """An answer that caches may keep."""
    return Response(200, (*JSON, ("Cache-Control", "public, max-age=300")), b'{"keys":[]}')


def basic(client_id: str, secret: str) -> str:
    """An Authorization header as it comes when nothing is form-encoded."""
    return "Basic " + b64encode(f"{client_id}:{secret}".encode()).decode()


@dataclass(frozen=True)
class Answer:
    """One answer; header names in lower case, repeated headers joined by a comma."""

    status: int
    line: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> tuple[int, str]:
        return self.status, self.json["error"]

    @property
    def description(self) -> str:
        text = self.json["error_description"]
        assert isinstance(text, str)
        return text


DEFAULT_ROUTES = (
    Route("/oauth2/token", {"POST": echo_form}),
    Route("/oauth2/jwks", {"GET": keys}),
    Route("/oauth2/userinfo", {"GET": echo_request, "POST": echo_request}),
    Route("/livez", {"GET": livez}),
)


class Door:
    """Knocks at a shell as a WSGI server would."""

    def __init__(
        self,
        routes: Iterable[Route] = DEFAULT_ROUTES,
        *,
        pages: WSGIApplication | None = None,
        issuer: str = "https://auth.example",
        proxies: Sequence[str] = (),
        unix_socket: bool = False,
    ) -> None:
        self.clock = FakeClock()
        self.registry = CollectorRegistry()
        self.entries: list[AccessEntry] = []
        self.shell = Shell(
            routes=route_table(routes),
            pages=pages,
            issuer=issuer,
            proxies=TrustedProxies(proxies, unix_socket=unix_socket),
            clock=self.clock,
            entropy=FakeEntropy(),
            metrics=ShellMetrics(self.registry),
            record_access=self.entries.append,
        )

    def knock(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        query: str = "",
        headers: Mapping[str, str] | None = None,
        peer: str = "192.0.2.7",
        changes: Mapping[str, object] | None = None,
    ) -> Answer:
        """Send one request; `changes` are set last, `None` removes a key of the environment."""
        environ = environment(
            method,
            path,
            body,
            host="auth.example",
            peer=peer,
            query=query,
            headers=headers,
            changes=changes,
        )
        return call(self.shell, environ)

    def post(
        self,
        body: bytes | str,
        *,
        authorization: str | None = None,
        content_type: str | None = FORM,
        path: str = "/oauth2/token",
        query: str = "",
    ) -> Answer:
        """POST a form to the token endpoint."""
        headers = {}
        if content_type is not None:
            headers["Content-Type"] = content_type
        if authorization is not None:
            headers["Authorization"] = authorization
        raw = body.encode() if isinstance(body, str) else body
        return self.knock("POST", path, raw, headers=headers, query=query)


def call(application: WSGIApplication, environ: WSGIEnvironment) -> Answer:
    """Call a WSGI application and read its answer to the end."""
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(
        status: str, headers: list[tuple[str, str]], exc_info: object = None, /
    ) -> Any:
        started.append((status, headers))

    chunks = application(environ, start_response)
    body = b"".join(chunks)
    close = getattr(chunks, "close", None)
    if close is not None:
        close()
    ((status, pairs),) = started
    headers: dict[str, str] = {}
    for name, value in pairs:
        key = name.lower()
        headers[key] = f"{headers[key]}, {value}" if key in headers else value
    return Answer(int(status[:3]), status, headers, body)
