"""Many gateways in one: an authserver, an nginx with all their configurations, stand-in sites.

Tests that look at one gateway alone take a bed; this is for those that play thousands of calls.
"""

from __future__ import annotations

import contextlib
import socket
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Self

from click.testing import CliRunner
from cryptography import x509

from authserver.cli.main import cli
from authserver.domain.gateways import SessionCookies
from authserver.domain.hand_over import HandOverKind
from authserver.domain.resources import ResourceKind
from authserver.gateway.site_configuration import Mode
from authserver.services.audit_searches import SearchTerms
from authserver.services.resources import ResourceDraft
from authserver.settings_sources import load_settings
from authserver.wiring import build_container
from tests.gateway.block import Block
from tests.gateway.nginx_process import NginxProcess
from tests.gateway.shapes import CLOUD, IDENTITY_HEADER, SERVICE_ACCOUNT, SERVICE_SECRET, Shape
from tests.gateway.yard_tokens import YardTokens
from tests.instances import Instance
from tests.ports import free_port
from tests.standin.server import StandInServer
from tests.standin.site import StandInSite
from tests.upstream.certificates import TestAuthority

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from authserver.domain.audit_records import AuditRecord
    from authserver.wiring import Container

CONTEXT_PATH: Final = "/jira"
"""What stands before everything at the gateway `nested`."""
FRONT_CALLER: Final = "127.0.0.99"
"""The one address from which the front of the server lets decisions be asked."""


@dataclass(slots=True)
class Stand:
    """One gateway with a stand-in site of its own behind it."""

    name: str
    resource: str
    shape: Shape
    port: int = 0
    standin: StandInServer = field(init=False)

    @property
    def host(self) -> str:
        """The site's host name."""
        return f"{self.resource}.example.org"


def _stands() -> dict[str, Stand]:
    front, header = Mode.IN_FRONT, HandOverKind.IDENTITY_HEADER
    every = (
        Stand("api", "jira", Shape()),
        Stand("front", "jira", Shape(mode=front)),
        Stand("observing", "jira", Shape(mode=front, session_cookies=SessionCookies.OBSERVE)),
        Stand("allowing", "jira", Shape(mode=front, session_cookies=SessionCookies.ALLOW)),
        Stand("header-api", "jira-sso", Shape(header)),
        Stand("header-front", "jira-sso", Shape(header, mode=front)),
        Stand("nested", "jira-below", Shape(mode=front, context_path=CONTEXT_PATH)),
        Stand("jira-cloud", "jira-cloud", Shape(kind=ResourceKind.JIRA_CLOUD)),
        Stand("wiki", "wiki", Shape(kind=ResourceKind.CONFLUENCE_DC)),
        Stand("wiki-cloud", "wiki-cloud", Shape(kind=ResourceKind.CONFLUENCE_CLOUD)),
    )
    return {stand.name: stand for stand in every}


@contextlib.contextmanager
def _held_ports(count: int) -> Iterator[list[int]]:
    """Loopback ports that nobody else gets within the block, and that nginx can listen on there."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            each.bind(("127.0.0.1", free_port()))
        yield [int(each.getsockname()[1]) for each in sockets]


@dataclass(slots=True)
class Yard(Block):
    """Started with its block."""

    folder: Path
    stands: dict[str, Stand] = field(default_factory=_stands)
    front_port: int = 0
    instance: Instance = field(init=False)
    nginx: NginxProcess = field(init=False)
    container: Container = field(init=False)
    tokens: YardTokens = field(init=False)
    games: int = 0
    _keys: dict[str, str] = field(default_factory=dict)

    def start(self) -> Self:
        """Install, register, render and start everything."""
        self.folder.mkdir(parents=True, exist_ok=True)
        overrides = {"AUTHSERVER_SERVER_TRUSTED_PROXIES": "127.0.0.1"}
        self.instance = Instance(self.folder / "authserver", overrides).initialise()
        with ExitStack() as stack, _held_ports(len(self.stands) + 1) as ports:
            self.front_port = ports.pop()
            for stand in self.stands.values():
                stand.port = ports.pop()
            self.container = stack.enter_context(
                build_container(load_settings(environ=self.instance.environment))
            )
            self.tokens = YardTokens(self.container)
            self._register()
            stack.callback(self.instance.stop)
            self.instance.start()
            self._start_standins(stack)
            self.nginx = NginxProcess(self.folder / "nginx", self.render())
            stack.callback(self.nginx.stop)
            self.nginx.start()
            self._stack = stack.pop_all()
        return self

    def key_of(self, stand: Stand) -> str:
        """The gateway's key."""
        return self._keys[stand.name]

    def render(self) -> str:
        """Every gateway's configuration and the front's, as the command line prints them."""
        front = self._rendered(
            *("--part", "front", "--listen", f"127.0.0.1:{self.front_port}"),
            *("--gateway-address", FRONT_CALLER),
        )
        return "\n".join([*map(self.render_one, self.stands.values()), front])

    def render_one(self, stand: Stand) -> str:
        """The configuration of one gateway."""
        scheme = "https" if stand.shape.is_cloud else "http"
        return self._rendered(
            *("--part", "site", "--resource", stand.resource, "--gateway", stand.name),
            *("--mode", stand.shape.mode.value, "--server-name", "localhost"),
            *("--listen", f"127.0.0.1:{stand.port}"),
            *("--upstream", f"{scheme}://127.0.0.1:{stand.standin.port}"),
            *("--decision-point", f"http://127.0.0.1:{self.instance.port}"),
            *("--key-file", str(self._key_file(stand)), "--ca-file", str(self.folder / "ca.pem")),
        )

    def records(self, since: float) -> Iterator[AuditRecord]:
        """Every record of a decision that was made at or after `since` (epoch seconds)."""
        self.container.audit.catch_up()
        for record in self.container.audit.export(SearchTerms()):
            if record.object_kind == "decision" and record.at >= since:
                yield record

    def _rendered(self, *options: str) -> str:
        words = [*("gateway", "nginx-config", "--plain-http"), *options]
        words += ["--log-directory", str(self.folder / "nginx")]
        with contextlib.chdir(self.folder):
            done = CliRunner().invoke(
                cli, words, env=self.instance.environment, catch_exceptions=False
            )
        assert done.exit_code == 0, done.output
        return done.stdout

    def _key_file(self, stand: Stand) -> Path:
        return self.folder / f"{stand.name}.key.conf"

    def _register(self) -> None:
        container, operator = self.container, self.container.operator
        for name in dict.fromkeys(stand.resource for stand in self.stands.values()):
            shape = next(each.shape for each in self.stands.values() if each.resource == name)
            url = f"https://{name}.example.org"
            draft = ResourceDraft(name, shape.kind, url, shape.context_path)
            made = container.resources.create(draft, operator).resource
            self._hand_over(name, shape)
            self.tokens.register(made)
            if shape.hand_over.names_the_account:
                subject = self.tokens.client_of(name).subject
                container.subject_accounts.map(name, subject, SERVICE_ACCOUNT, operator)
        for stand in self.stands.values():
            added = container.gateways.add(
                stand.name,
                stand.resource,
                operator,
                session_cookies=stand.shape.session_cookies,
            )
            self._keys[stand.name] = added.key.value
            value = f'"Bearer {added.key.value}"'
            self._key_file(stand).write_text(f"proxy_set_header X-Gateway-Authorization {value};\n")

    def _hand_over(self, name: str, shape: Shape) -> None:
        operator = self.container.operator
        if shape.hand_over is HandOverKind.SERVICE_CREDENTIAL:
            self.container.hand_overs.set_credential(
                name,
                operator,
                credential_type="bearer",
                secret=SERVICE_SECRET,
                account=SERVICE_ACCOUNT,
                user="",
            )
        else:
            self.container.hand_overs.set_plain(
                name, operator, kind=shape.hand_over, header=IDENTITY_HEADER
            )

    def _start_standins(self, stack: ExitStack) -> None:
        authority = TestAuthority(self.folder)
        for stand in self.stands.values():
            is_cloud = stand.shape.kind in CLOUD
            tls = authority.server(x509.DNSName(stand.host)) if is_cloud else None
            site = StandInSite(
                stand.shape.kind,
                stand.shape.rule(self.instance.url, f"https://{stand.host}"),
                f"http://localhost:{stand.port}",
                stand.shape.context_path,
                browsers=stand.shape.mode is Mode.IN_FRONT,
            )
            stand.standin = StandInServer(site, tls=tls).start()
            stack.callback(stand.standin.stop)
