"""A whole server for tests: its own folder, database, keys, port and processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from base64 import b64encode
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote_plus

import psutil
import requests
from click.testing import CliRunner

from authserver.cli.context import Context
from authserver.cli.main import cli
from authserver.services.clients import ClientDraft
from authserver.services.resources import ResourceDraft
from authserver.settings_sources import load_settings
from authserver.wiring import build_container
from tests.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from types import TracebackType

    from authserver.wiring import Container

START_SECONDS = 60.0
STOP_SECONDS = 30.0


def basic(user: str, password: str) -> str:
    """The value of a Basic Authorization header (RFC 6749 section 2.3.1: form-encoded first)."""
    pair = f"{quote_plus(user)}:{quote_plus(password)}".encode()
    return "Basic " + b64encode(pair).decode()


@dataclass(slots=True)
class Instance:
    """One installation in `folder`; `start` serves it, leaving the block stops it.

    `overrides` are settings by environment name (`AUTHSERVER_…`); `launcher` is words in front of
    the server's command, such as setpriv with its options.
    """

    folder: Path
    overrides: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    launcher: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        """Where it answers; also the issuer unless overridden."""
        return f"http://localhost:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """The environment of its processes: settings, and nothing of the caller's settings."""
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith("AUTHSERVER_")
        }
        return {
            **inherited,
            "AUTHSERVER_ISSUER": self.url,
            "AUTHSERVER_DATA_DIRECTORY": str(self.folder / "var"),
            "AUTHSERVER_KEYS_DIRECTORY": str(self.folder / "keys"),
            "AUTHSERVER_SERVER_PORT": str(self.port),
            "AUTHSERVER_SERVER_WORKERS": "2",
            **self.overrides,
        }

    @property
    def log_file(self) -> Path:
        """What its processes wrote to standard error."""
        return self.folder / "server.log"

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run the command line in this installation."""
        done = subprocess.run(
            [sys.executable, "-m", "authserver", *arguments],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        if check and done.returncode:
            raise AssertionError(
                f"authserver {' '.join(arguments)}: exit {done.returncode}\n"
                f"{done.stdout}{done.stderr}"
            )
        return done

    def cli(self, *arguments: str) -> Any:
        """Run a command with `--json`; what it printed."""
        return json.loads(self.run(*arguments, "--json").stdout)

    def within(self, *arguments: str) -> str:
        """Run the command line within this process; what it printed.

        Loading everything in a process of its own takes longer than most commands.
        """
        nothing_else = {name: None for name in os.environ if name.startswith("AUTHSERVER_")}
        environment = {**nothing_else, **self.environment}
        done = CliRunner().invoke(cli, arguments, obj=Context(), env=environment)
        assert done.exit_code == 0, (
            f"authserver {' '.join(arguments)}: exit {done.exit_code}\n{done.output}"
        )
        return done.stdout

    def initialise(self) -> Instance:
        """`authserver init`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.within("init")
        return self

    def start(self) -> Instance:
        """`authserver serve`, returned when every worker is ready."""
        already = self._announcements()
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(
                [*self.launcher, sys.executable, "-m", "authserver", "serve"],
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.wait_until_ready()
        self._wait_for_every_worker(already)
        return self

    def wait_until_ready(self) -> None:
        """Return when `/readyz` says so."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process is not None and self.process.poll() is not None:
                break
            try:
                if requests.get(f"{self.url}/readyz", timeout=2).ok:
                    return
            except requests.RequestException:
                pass
            time.sleep(0.05)
        raise AssertionError(f"the server did not get ready:\n{self.log_tail()}")

    def _announcements(self) -> int:
        """How often the log says that all workers are ready."""
        if not self.log_file.exists():
            return 0
        return sum(
            line.startswith("ready: ")
            for line in self.log_file.read_text("utf-8", "replace").split("\n")
        )

    def _wait_for_every_worker(self, already: int) -> None:
        deadline = time.monotonic() + START_SECONDS
        while self._announcements() == already:
            if time.monotonic() > deadline:
                raise AssertionError(f"not every worker got ready:\n{self.log_tail()}")
            time.sleep(0.02)

    def log_tail(self, characters: int = 4000) -> str:
        """The end of the log."""
        return self.log_file.read_text(errors="replace")[-characters:]

    def workers(self) -> list[int]:
        """Process ids of the live worker processes (those that listen), lowest first."""
        assert self.process is not None
        family = psutil.Process(self.process.pid).children(recursive=True)
        return sorted(member.pid for member in family if _listens(member, self.port))

    def stop(self) -> int | None:
        """Stop in an orderly way; the exit code."""
        if self.process is None:
            return None
        process, self.process = self.process, None
        process.send_signal(signal.SIGTERM)
        try:
            return process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise

    def kill(self) -> None:
        """End every process of the server without any order."""
        if self.process is not None:
            process, self.process = self.process, None
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @contextmanager
    def container(self) -> Iterator[Container]:
        """The installation's services in this process."""
        with build_container(load_settings(environ=self.environment)) as container:
            yield container

    def register_site(self, name: str, kind: str, url: str) -> Site:
        """Register a protected resource, as `authserver resource create` does."""
        with self.container() as container:
            made = container.resources.create(ResourceDraft(name, kind, url), container.operator)
        return Site(name, made.resource.identifier, made.introspection_secret.value)

    def register_caller(self, client_id: str, site: Site, *scopes: str) -> Caller:
        """Register a client with scopes for one site, as `authserver client create` does."""
        draft = ClientDraft(client_id, client_id=client_id, scopes=scopes, resources=(site.name,))
        with self.container() as container:
            made = container.clients.create(draft, container.operator)
        assert made.secret is not None
        return Caller(client_id, made.secret.value)

    def token(self, caller: Caller, **form: str) -> str:
        """A client-credentials token."""
        answer = self.post(
            "/oauth2/token", {"grant_type": "client_credentials", **form}, caller.authorization
        )
        assert answer.status_code == requests.codes.ok, answer.text
        return str(answer.json()["access_token"])

    def introspect(self, site: Site, token: str) -> dict[str, Any]:
        """What the introspection endpoint says of a token."""
        answer = self.post("/oauth2/introspect", {"token": token}, site.authorization)
        assert answer.status_code == requests.codes.ok, answer.text
        return dict(answer.json())

    def post(
        self,
        path: str,
        form: Mapping[str, str],
        authorization: str = "",
        *,
        seconds: float = 30.0,
    ) -> requests.Response:
        """One form request on a connection of its own."""
        headers = {"Authorization": authorization} if authorization else {}
        return requests.post(f"{self.url}{path}", data=dict(form), headers=headers, timeout=seconds)


@dataclass(frozen=True, slots=True)
class Site:
    """A registered resource: its name, identifier and introspection secret."""

    name: str
    identifier: str
    secret: str

    @property
    def authorization(self) -> str:
        """Basic, for the introspection endpoint."""
        return basic(self.name, self.secret)


@dataclass(frozen=True, slots=True)
class Caller:
    """A registered client and its secret."""

    client_id: str
    secret: str

    @property
    def authorization(self) -> str:
        """Basic, for the token and revocation endpoints."""
        return basic(self.client_id, self.secret)


def _listens(process: psutil.Process, port: int) -> bool:
    """Whether a process holds a listening TCP socket on the port."""
    try:
        return any(
            connection.status == psutil.CONN_LISTEN and connection.laddr.port == port
            for connection in process.net_connections("tcp")
        )
    except psutil.Error:
        return False
