"""A whole gateway: authserver, nginx with its rendered configuration, and a stand-in site."""

from __future__ import annotations

import json
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Self

import requests
from cryptography import x509

from authserver.domain.hand_over import HandOverKind
from tests.cli.runs import run
from tests.gateway.block import Block
from tests.gateway.nginx_process import NginxProcess
from tests.gateway.raw_requests import Answer, call
from tests.gateway.shapes import IDENTITY_HEADER, SERVICE_ACCOUNT, SERVICE_SECRET, Shape
from tests.instances import Instance, Site
from tests.ports import free_port
from tests.standin.server import StandInServer
from tests.standin.site import StandInSite
from tests.upstream.certificates import TestAuthority

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.instances import Caller
    from tests.standin.notes import Note

ACCOUNT: Final = "mlindqvist"
"""The account that every caller of a bed is mapped to, where accounts matter."""


@dataclass(slots=True)
class Seen:
    """What reached the stand-in within a block; complete when the block is left."""

    notes: tuple[Note, ...] = ()

    @property
    def one(self) -> Note:
        """The only one."""
        assert len(self.notes) == 1, self.notes
        return self.notes[0]


@dataclass(slots=True)
class GatewayBed(Block):
    """A site, its gateway and its nginx; started with its block.

    `instance` is a running server that other beds use too; without one the bed starts its own and
    stops it. `name` is the name of the site and of the gateway, and must be new to the server.
    """

    folder: Path
    shape: Shape = field(default_factory=Shape)
    instance: Instance | None = None
    name: str = "site"
    port: int = field(default_factory=free_port)
    site: Site = field(init=False)
    standin: StandInServer = field(init=False)
    nginx: NginxProcess = field(init=False)
    _callers: dict[frozenset[str], Caller] = field(default_factory=dict)

    @property
    def server(self) -> Instance:
        """The authorization server."""
        assert self.instance is not None
        return self.instance

    @property
    def host(self) -> str:
        """The site's own host name."""
        return f"{self.name}.example.org"

    @property
    def url(self) -> str:
        """Where callers reach the site: through nginx, with the context path."""
        return f"http://localhost:{self.port}{self.shape.context_path}"

    @property
    def key_file(self) -> Path:
        """What `gateway add` wrote and nginx includes."""
        return self.folder / f"{self.name}.key.conf"

    def start(self) -> Self:
        """Install, register, render, and start everything."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            if self.instance is None:
                self.instance = Instance(self.folder / "authserver").initialise()
                stack.callback(self.instance.stop)
                self.instance.start()
            self._register()
            self._start_standin()
            stack.callback(self.standin.stop)
            self.nginx = NginxProcess(self.folder / "nginx", self.render())
            stack.callback(self.nginx.stop)
            self.nginx.start()
            self._stack = stack.pop_all()
        return self

    def command(self, *arguments: str) -> str:
        """What a command of the server's command line prints; run within this process."""
        done = run(*map(str, arguments), environment=self.server.environment)
        assert done.exit_code == 0, f"authserver {' '.join(arguments)}: {done.output}"
        return done.stdout

    def render(self, *options: str) -> str:
        """`authserver gateway nginx-config`, on loopback without TLS."""
        scheme = "https" if self.shape.is_cloud else "http"
        return self.command(
            *("gateway", "nginx-config", "--part", "site", "--resource", self.name),
            *("--mode", self.shape.mode, "--gateway", self.name, "--plain-http"),
            *("--listen", f"127.0.0.1:{self.port}", "--server-name", "localhost"),
            *("--upstream", f"{scheme}://127.0.0.1:{self.standin.port}"),
            *("--decision-point", f"http://127.0.0.1:{self.server.port}"),
            *("--key-file", str(self.key_file), "--log-directory", str(self.folder / "nginx")),
            *("--ca-file", str(self.folder / "ca.pem"), *options),
        )

    def token(self, *scopes: str, **form: str) -> str:
        """A token of a client that may ask for exactly these scopes (made when first wanted)."""
        return self.server.token(self.caller(*scopes), **form)

    def caller(self, *scopes: str) -> Caller:
        """The client for these scopes, mapped to ACCOUNT where accounts matter."""
        wanted = frozenset(scopes)
        if wanted not in self._callers:
            client_id = f"{self.name}-bot-{len(self._callers) + 1}"
            self._callers[wanted] = self.server.register_caller(client_id, self.site, *scopes)
            if self.shape.hand_over.names_the_account:
                self.map_account(client_id, ACCOUNT)
        return self._callers[wanted]

    def map_account(self, client_id: str, account: str) -> None:
        """`authserver account map`."""
        self.command("account", "map", self.name, account, "--client", client_id)

    def map_subject(self, subject: str, account: str) -> None:
        """The same for a user."""
        self.command("account", "map", self.name, subject, account)

    def request(self, method: str, path: str, token: str = "", **options: Any) -> requests.Response:
        """A call as a library makes it; `path` follows the context path."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers |= options.pop("headers", {})
        return requests.request(method, f"{self.url}{path}", headers=headers, timeout=30, **options)

    def raw(self, target: str | bytes, *headers: tuple[str, str], **options: Any) -> Answer:
        """A call byte by byte; `target` is the whole request target."""
        return call(self.port, target, *headers, **options)

    @contextmanager
    def watching(self) -> Iterator[Seen]:
        """What reaches the stand-in within the block."""
        before = len(self.standin.site.notes.all())
        seen = Seen()
        yield seen
        seen.notes = tuple(self.standin.site.notes.since(before))

    def records(self, *options: str) -> list[dict[str, Any]]:
        """`authserver audit search`: this site's calls, newest first."""
        terms = ("--action", "call", "--resource", self.name, *options)
        return list(json.loads(self.command("audit", "search", *terms, "--json"))["records"])

    def record(self, decision_id: str) -> dict[str, Any]:
        """The record of one decision."""
        (found,) = self.records("--request-id", decision_id)
        return found

    def logged(self, decision_id: str) -> dict[str, Any]:
        """nginx's line on one decision; it comes when nginx has done with the call."""
        file = self.folder / "nginx" / f"{self.name}.calls.log"
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            for line in file.read_text().splitlines():
                if decision_id in line and line.endswith("}"):
                    return dict(json.loads(line))
            time.sleep(0.01)
        raise AssertionError(f"nginx has no line on {decision_id}")

    def _register(self) -> None:
        shape, name = self.shape, self.name
        made = self.command(
            *("resource", "create", name, "--kind", shape.kind, "--url", f"https://{self.host}"),
            *(("--context-path", shape.context_path) if shape.context_path else ()),
            "--json",
        )
        told = json.loads(made)
        self.site = Site(name, told["resource"]["identifier"], told["introspection_secret"])
        if shape.hand_over is HandOverKind.SERVICE_CREDENTIAL:
            secret = self.folder / "secret"
            secret.touch(mode=0o600)
            secret.write_text(SERVICE_SECRET)
            self.command(
                *("resource", "set-credential", name, "--type", "bearer"),
                *("--account", SERVICE_ACCOUNT, "--secret-file", str(secret)),
            )
        else:
            by_header = shape.hand_over is HandOverKind.IDENTITY_HEADER
            header = ("--header", IDENTITY_HEADER) if by_header else ()
            self.command("resource", "set-hand-over", name, "--kind", shape.hand_over, *header)
        self.command(
            *("gateway", "add", name, "--resource", name),
            *("--session-cookies", shape.session_cookies, "--key-file", str(self.key_file)),
        )

    def _start_standin(self) -> None:
        shape = self.shape
        authority = TestAuthority(self.folder)
        site = StandInSite(
            shape.kind,
            shape.rule(self.server.url, self.site.identifier),
            self.url.removesuffix(shape.context_path),
            shape.context_path,
            browsers=shape.pages,
        )
        tls = authority.server(x509.DNSName(self.host)) if shape.is_cloud else None
        self.standin = StandInServer(site, tls=tls).start()
