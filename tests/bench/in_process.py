"""One decision without server and network: what each kind costs, and where the time goes.

`python -m tests.bench.in_process` prints the processor time of each kind of decision, from WSGI
environment to answer, and as a multiple of that of `GET /livez`, which is all shell. `--profile`
prints the functions that take it. Everything is on: records, access log, shared metrics.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, closing
from dataclasses import dataclass
from io import BytesIO
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

import orjson

from authserver.settings_sources import load_settings
from tests.bench.foreign import foreign_tokens
from tests.bench.gateways import TARGET, gateway_in_front_of
from tests.bench.policed import RULES, api_tokens, apply_rules, connect_jwts, let_sign
from tests.instances import Instance, basic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from wsgiref.types import WSGIApplication, WSGIEnvironment

    from tests.bench.gateways import BenchGateway
    from tests.bench.load import Prepared
    from tests.instances import Caller

SHARED_METRICS: Final = "PROMETHEUS_MULTIPROC_DIR"
TOKENS: Final = 1_000
CALLS: Final = 4_000
ROUNDS: Final = 9
SHOWN: Final = 45
YARDSTICK: Final = "GET /livez"


@dataclass(frozen=True, slots=True)
class Row:
    """What is called, and with which environments in turn."""

    application: WSGIApplication
    environments: Sequence[WSGIEnvironment]
    status: str = "200"

    def run(self, calls: int) -> float:
        """Processor seconds of this thread for so many calls."""
        application = self.application
        before = time.thread_time()
        for environ in islice(cycle(self.environments), calls):
            for _ in application(environ, _take):
                pass
        return time.thread_time() - before

    def check(self) -> None:
        """That it is a decision at all."""
        for environ in self.environments[:3]:
            statuses: list[str] = []

            def begin(
                line: str, *_: object, found: list[str] = statuses
            ) -> Callable[[bytes], object]:
                found.append(line)
                return bytes

            list(self.application(environ, begin))
            assert statuses[0].startswith(self.status), statuses


def main() -> None:
    """Measure, in a process of its own: whether metrics are shared is decided by an import."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.in_process", description=__doc__)
    parser.add_argument("--profile", action="store_true", help="print where the time goes")
    parser.add_argument("--only", default="", help="rows whose name has this in it")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="authserver-bench-") as folder:
        if SHARED_METRICS not in os.environ:
            metrics = Path(folder, "metrics")
            metrics.mkdir()
            command = [sys.executable, "-m", "tests.bench.in_process", *sys.argv[1:]]
            with Path(folder, "log").open("wb") as log:
                environment = {**os.environ, SHARED_METRICS: str(metrics)}
                done = subprocess.run(command, env=environment, stderr=log, check=False)
            if done.returncode:
                sys.stderr.write(Path(folder, "log").read_text("utf-8", "replace")[-4000:])
            sys.exit(done.returncode)
        with ExitStack() as stack:
            rows = {
                name: row
                for name, row in _rows(Path(folder), stack).items()
                if name == YARDSTICK or chosen.only in name
            }
            _measure(rows, profiled=chosen.profile)


def _measure(rows: Mapping[str, Row], *, profiled: bool) -> None:
    for row in rows.values():
        row.check()
        row.run(TOKENS * 2)
    if profiled:
        for name, row in rows.items():
            profile = cProfile.Profile(time.thread_time)
            profile.runcall(row.run, CALLS)
            sys.stdout.write(f"{name}\n")
            pstats.Stats(profile).sort_stats("tottime").print_stats(SHOWN)
        return
    spent: dict[str, list[float]] = {name: [] for name in rows}
    for _ in range(ROUNDS):
        for name, row in rows.items():
            spent[name].append(row.run(CALLS) / CALLS * 1e6)
    yardstick = min(spent[YARDSTICK])
    for name, rounds in spent.items():
        least = min(rounds)
        sys.stdout.write(
            f"{name:32}{least:8.1f} us  median {median(rounds):7.1f} us"
            f"{least / yardstick:8.1f} times GET /livez\n"
        )


def _rows(folder: Path, stack: ExitStack) -> dict[str, Row]:
    instance = Instance(folder / "instance").initialise()
    site = instance.register_site("jira-bench", "jira-dc", "https://jira.bench.example")
    caller = instance.register_caller("bench", site, "READ")
    strict = instance.register_site("jira-strict", "jira-dc", "https://strict.bench.example")
    other = instance.register_caller("strict", strict, "READ")
    apply_rules(instance, strict)
    gateway = gateway_in_front_of(instance, site)
    strict_gateway = gateway_in_front_of(instance, strict, "strict")
    foreign = foreign_tokens(instance, TOKENS)
    values = api_tokens(instance, site, caller, TOKENS)
    let_sign(instance, site, caller)
    application = _application(instance, stack)
    tokens, strict_tokens = _issued(application, caller), _issued(application, other)
    jwts = connect_jwts(TARGET, time.time(), 100)  # noqa: TID251 - what apps sign is the time

    def asked(question: Callable[[str], Prepared], values: Iterable[str]) -> Row:
        return Row(application, [_environ(question(each)) for each in values])

    return {
        YARDSTICK: Row(application, [_frame("GET", "/livez")]),
        "access token": asked(gateway.decision, tokens),
        "foreign token": asked(gateway.decision, foreign),
        "API token as Bearer": asked(gateway.decision, values),
        "API token as Basic": asked(gateway.question, _basics(caller, values)),
        f"access token, {RULES}-rule policy": asked(strict_gateway.decision, strict_tokens),
        "Connect JWT": asked(gateway.question, [f"JWT {each}" for each in jwts]),
        "no credential, denied": Row(application, [_environ(_anonymous(gateway))], status="401"),
    }


def _application(instance: Instance, stack: ExitStack) -> WSGIApplication:
    from authserver.app import create_app  # noqa: PLC0415 - reads the environment when imported

    application = create_app(load_settings(environ=instance.environment))
    stack.enter_context(closing(application))
    return application.wsgi_app


def _issued(application: WSGIApplication, caller: Caller) -> list[str]:
    form = urlencode({"grant_type": "client_credentials", "scope": "READ"}).encode()
    environ = {
        **_frame("POST", "/oauth2/token"),
        "HTTP_AUTHORIZATION": caller.authorization,
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(form)),
    }
    values = []
    for _ in range(TOKENS):
        answer = application({**environ, "wsgi.input": BytesIO(form)}, _take)
        values.append(orjson.loads(b"".join(answer))["access_token"])
    return values


def _basics(caller: Caller, values: Iterable[str]) -> list[str]:
    return [basic(caller.client_id, value) for value in values]


def _anonymous(gateway: BenchGateway) -> Prepared:
    return gateway.question("")


def _environ(prepared: Prepared) -> WSGIEnvironment:
    environ = _frame("GET", prepared.path)
    if prepared.authorization:
        environ["HTTP_AUTHORIZATION"] = prepared.authorization
    for name, value in prepared.headers.items():
        environ["HTTP_" + name.upper().replace("-", "_")] = value
    return environ


def _frame(method: str, path: str) -> WSGIEnvironment:
    return {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "REMOTE_ADDR": "127.0.0.1",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost",
        "HTTP_CONNECTION": "keep-alive",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
    }


def _take(status: str, headers: object, exc_info: object = None) -> Callable[[bytes], object]:
    del status, headers, exc_info
    return bytes


if __name__ == "__main__":
    main()
