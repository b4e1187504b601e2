"""The measurements: every row in every round, interleaved, so that drift hits all alike."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import requests

from tests.bench.foreign import foreign_tokens
from tests.bench.gateways import (
    TARGET,
    BenchGateway,
    gateway_in_front_of,
    nginx_in_front_of,
    site_call,
)
from tests.bench.load import Measured, Prepared, run_load
from tests.bench.people import app_of
from tests.bench.policed import RULES, api_tokens, apply_rules, connect_jwts, let_sign
from tests.bench.report import BARE, Results
from tests.clusters import OWNER, PostgresCluster
from tests.instances import Caller, Instance, Site
from tests.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

TOKENS = 1_000
COLD_TOKENS = 20_000
SPENT_ONCE = 4_000
WORKERS = 2
MEBIBYTE = 1024 * 1024
FORM = {"token": "x" * 400}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: which server, which requests."""

    name: str
    server: Served
    requests: Sequence[Prepared]

    def measure(self, seconds: float, *, once: bool = False) -> Measured:
        """Drive it."""
        return run_load(self.server.url, self.requests, seconds, self.server.workers, once=once)


@dataclass(frozen=True, slots=True)
class Served:
    """A running server: its address and its workers' process ids."""

    url: str
    workers: Sequence[int]


def measure_all(backend: str, *, rounds: int, seconds: float) -> Results:
    """Serve on `backend`, drive every endpoint `rounds` times for `seconds` each."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="authserver-bench-")))
        url = stack.enter_context(_database(backend, folder))
        instance = Instance(folder / "instance", {"AUTHSERVER_DATABASE_URL": url}).initialise()
        site, caller = _register(instance)
        gateway = gateway_in_front_of(instance, site)
        stack.enter_context(instance.start())
        ours = Served(instance.url, instance.workers())
        bare = stack.enter_context(_bare_server(folder))
        address = bare.url.removeprefix("http://").replace("localhost", "127.0.0.1")
        doors = nginx_in_front_of(instance, gateway, site, address, folder / "nginx")
        stack.enter_context(doors.nginx)
        decided, undecided = Served(doors.decided, ours.workers), Served(doors.undecided, ())
        tokens = _issue(instance, caller, TOKENS)
        foreign = foreign_tokens(instance, TOKENS)
        values = api_tokens(instance, site, caller, TOKENS)
        let_sign(instance, site, caller)
        strict, strict_tokens = _strict(instance)
        rows = [
            Row(BARE, bare, [Prepared("/", "", FORM)]),
            Row("bare Flask view, form and JSON", bare, [Prepared("/flask", "", FORM)]),
            Row("token, client_credentials", ours, [_token_request(caller)]),
            Row(
                "introspection, 1,000 tokens, warm",
                ours,
                [_introspection(site, token) for token in tokens],
            ),
            Row(
                "decision, 1,000 tokens, warm",
                ours,
                [gateway.decision(token) for token in tokens],
            ),
            Row(
                "decision, foreign token, warm",
                ours,
                [gateway.decision(token) for token in foreign],
            ),
            Row(
                "decision, API token as Bearer",
                ours,
                [gateway.decision(value) for value in values],
            ),
            Row(
                "decision, API token as Basic",
                ours,
                [gateway.question(_basic(caller.client_id, value)) for value in values],
            ),
            Row(
                f"decision, {RULES}-rule policy",
                ours,
                [strict.decision(token) for token in strict_tokens],
            ),
            Row("JWKS", ours, [Prepared("/oauth2/jwks", "", {})]),
            Row("through nginx to a bare site", undecided, [site_call(each) for each in tokens]),
            Row("the same, each call decided", decided, [site_call(each) for each in tokens]),
        ]
        measured: dict[str, list[Measured]] = {row.name: [] for row in rows}
        app = app_of(instance, site)

        def every_token_new(ask: Callable[[str], Prepared]) -> Callable[[], list[Prepared]]:
            return lambda: [ask(token) for token in _issue(instance, caller, COLD_TOKENS)]

        cold: dict[str, Callable[[], list[Prepared]]] = {
            "introspection, every token new": every_token_new(
                lambda token: _introspection(site, token)
            ),
            "decision, every token new": every_token_new(gateway.decision),
            "code to tokens, with ID token": lambda: app.codes(SPENT_ONCE),
            "refresh, with ID token": lambda: app.refreshes(SPENT_ONCE),
        }
        signed = "decision, Connect JWT"
        measured.update({name: [] for name in (signed, *cold)})
        for row in rows:  # warm up: connections, caches, thread pools
            row.measure(1)
        for number in range(rounds):
            for row in rows:
                _progress(backend, number, row.name)
                measured[row.name].append(row.measure(seconds))
            # Each counts for some minutes only, so every round signs its own.
            jwts = [f"JWT {each}" for each in connect_jwts(TARGET, _now(instance), TOKENS)]
            row = Row(signed, ours, [gateway.question(each) for each in jwts])
            measured[signed].append(row.measure(seconds))
            for name, prepare in cold.items():
                _progress(backend, number, name)
                row = Row(name, ours, prepare())
                measured[name].append(row.measure(max(2.0, seconds / 2), once=True))
        about = (
            f"{WORKERS} workers, 32 connections, median of {rounds} round(s) of {seconds:g} s, "
            "authentication, audit and metrics on"
        )
        return Results(measured, _resident_mib(instance.workers()), about)


@contextmanager
def _database(backend: str, folder: Path) -> Iterator[str]:
    if backend == "sqlite":
        yield f"sqlite:///{folder}/bench.db"
        return
    cluster = PostgresCluster()
    try:
        cluster.execute(f"CREATE DATABASE bench OWNER {OWNER}")
        yield cluster.url("bench")
    finally:
        cluster.remove()


@contextmanager
def _bare_server(folder: Path) -> Iterator[Served]:
    """The yardsticks under the same server with as many workers."""
    port = free_port()
    command = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--http", "1", "--no-ws"),
        *("--workers", str(WORKERS), "--blocking-threads", "2", "--port", str(port)),
        *("--log-level", "error", "tests.bench.bare:app"),
    ]
    with (folder / "bare.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    url = f"http://localhost:{port}"
    try:
        _wait_for(url)
        children = psutil.Process(process.pid).children(recursive=True)
        yield Served(url, [child.pid for child in children])
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            requests.get(url, timeout=1)
        except requests.RequestException:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"{url} did not answer")


def _register(instance: Instance) -> tuple[Site, Caller]:
    site = instance.register_site("jira-bench", "jira-dc", "https://jira.bench.example")
    return site, instance.register_caller("bench", site, "READ")


def _strict(instance: Instance) -> tuple[BenchGateway, list[str]]:
    """Another site with a policy of many rules: its gateway, and tokens for it."""
    site = instance.register_site("jira-strict", "jira-dc", "https://strict.bench.example")
    caller = instance.register_caller("strict", site, "READ")
    apply_rules(instance, site)
    gateway = gateway_in_front_of(instance, site, "strict")
    return gateway, _issue(instance, caller, TOKENS)


def _now(instance: Instance) -> float:
    with instance.container() as container:
        return container.clock.now()


def _basic(user: str, password: str) -> str:
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


def _token_request(caller: Caller) -> Prepared:
    return Prepared(
        "/oauth2/token",
        caller.authorization,
        {"grant_type": "client_credentials", "scope": "READ"},
    )


def _introspection(site: Site, token: str) -> Prepared:
    return Prepared("/oauth2/introspect", site.authorization, {"token": token})


def _issue(instance: Instance, caller: Caller, count: int) -> list[str]:
    session = requests.Session()
    session.headers["Authorization"] = caller.authorization
    form = {"grant_type": "client_credentials", "scope": "READ"}
    return [
        session.post(f"{instance.url}/oauth2/token", data=form).json()["access_token"]
        for _ in range(count)
    ]


def _resident_mib(pids: Sequence[int]) -> float:
    """The largest resident set among the workers."""
    return max(psutil.Process(pid).memory_info().rss for pid in pids) / MEBIBYTE


def _progress(backend: str, number: int, name: str) -> None:
    sys.stderr.write(f"{backend}, round {number + 1}: {name}\n")
