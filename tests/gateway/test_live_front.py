"""Through a real nginx: the front of the server itself (HT-01, HT-02, HT-03, HT-06)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from authserver.gateway.nginx import render_front
from tests.gateway.nginx_process import NginxProcess
from tests.gateway.raw_requests import call, exchange
from tests.gateway.sites import a_front
from tests.gateway.stub_servers import Reply, Seen, StubServer
from tests.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any

    from tests.gateway.raw_requests import Answer


@dataclass(frozen=True, slots=True)
class Front:
    """nginx as the front, a stub as the server."""

    port: int
    server: StubServer
    nginx: NginxProcess

    def call(self, target: str, *headers: tuple[str, str], **options: Any) -> Answer:
        """One request through the front."""
        return call(self.port, target, *headers, **options)


def _answer(seen: Seen) -> Reply:
    return Reply(200, (("Content-Type", "application/json"),), b'{"of":"the server"}')


@pytest.fixture(scope="module", params=[(), ("127.0.0.1",), ("192.0.2.0/24", "::1")])
def module_front(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Front]:
    folder = tmp_path_factory.mktemp("front")
    port = free_port()
    with StubServer(_answer) as server:
        configuration = a_front(
            listen=f"127.0.0.1:{port}",
            server_name="localhost",
            plain_http=True,
            upstream=f"http://127.0.0.1:{server.port}",
            log_directory=str(folder),
            gateway_addresses=request.param,
        )
        with NginxProcess(folder, render_front(configuration)) as nginx:
            yield Front(port, server, nginx)


@pytest.fixture
def front(module_front: Front) -> Front:
    module_front.server.take()
    return module_front


def test_the_server_learns_the_raw_target_the_caller_and_the_request(front: Front) -> None:
    forged = (
        ("X-Raw-Target", "/harmless"),
        ("X-Forwarded-For", "192.0.2.1"),
        ("X-Forwarded-Proto", "gopher"),
        ("X-Forwarded-Host", "evil"),
        ("X-Real-IP", "192.0.2.1"),
        ("Forwarded", "for=192.0.2.1"),
        ("X-Request-ID", "0" * 32),
        ("X_Raw_Target", "/harmless"),
        ("Upgrade", "h2c"),
    )
    front.call("/oauth2/%61uthorize?a=%2f", *forged, host=f"localhost:{front.port}")
    (seen,) = front.server.take()

    assert seen.target == seen.header("X-Raw-Target") == "/oauth2/%61uthorize?a=%2f"
    assert seen.header("X-Forwarded-For") == "127.0.0.1"
    assert seen.header("X-Forwarded-Proto") == "http"
    assert seen.header("Host") == f"localhost:{front.port}"
    assert len(seen.header("X-Request-ID") or "") == 32
    assert seen.header("X-Request-ID") != "0" * 32
    gone = {"x-forwarded-host", "x-real-ip", "forwarded", "x_raw_target", "upgrade", "connection"}
    assert not gone & seen.names


def test_the_callers_own_headers_pass(front: Front) -> None:
    own = (("Authorization", "Basic YTpi"), ("Cookie", "__Host-s=1"), ("Accept", "*/*"))
    front.call("/oauth2/token", *own, method="POST", body=b"grant_type=x")
    (seen,) = front.server.take()

    assert {name: seen.header(name) for name, _ in own} == dict(own)
    assert seen.body == b"grant_type=x"


@pytest.mark.rule("HT-06")
@pytest.mark.parametrize("target", ["/metrics", "/metrics/", "/%6detrics", "/metrics?x"])
def test_figures_are_not_public(target: str, front: Front) -> None:
    assert front.call(target).status == 404
    assert front.server.take() == []


@pytest.mark.rule("FA-03")
@pytest.mark.parametrize(
    "target",
    [
        "/gateway/auth-request",
        "/%67ateway/auth-request",
        "/gateway/../gateway/auth-request",
        "//gateway/auth-request",
        "/x/../gateway/auth-request",
        "/gateway/../x",
        "/gateway%2fauth-request",
        "/x/..;/gateway/auth-request",
        "/access/v1/evaluation",
        "/access/%2e%2e/x",
    ],
)
def test_only_stated_addresses_may_ask_for_decisions(target: str, front: Front) -> None:
    stated = "allow 127.0.0.1;" in front.nginx.configuration
    plain = target in {"/gateway/auth-request", "/%67ateway/auth-request", "/access/v1/evaluation"}
    answer = front.call(target, ("X-Forwarded-For", "192.0.2.7"))

    if stated and plain:
        assert answer.status == 200
    else:
        assert answer.status == (403 if plain else 400)
        assert answer.json["error"] == "invalid_request"
        assert front.server.take() == []


@pytest.mark.rule("HT-02")
def test_bodies_and_headers_have_the_servers_limits(front: Front) -> None:
    assert front.call("/oauth2/token", method="POST", body=b"x" * 65_536).status == 200
    too_big = front.call("/oauth2/token", method="POST", body=b"x" * 65_537)
    assert (too_big.status, too_big.json["error"]) == (413, "invalid_request")
    front.server.take()

    assert front.call("/", ("A", "x" * 7_000), ("B", "x" * 7_000)).status == 200
    front.server.take()
    assert front.call("/", ("A", "x" * 9_000)).status == 431
    assert front.call("/", *[(f"A{n}", "x" * 6_000) for n in range(3)]).status == 431
    assert front.call("/" + "x" * 9_000).status == 414
    assert front.server.take() == []


@pytest.mark.rule("HT-02")
def test_whole_configurations_pass_to_the_administration_api_and_nothing_longer(
    front: Front,
) -> None:
    path, longest = "/admin/api/v1/declarations", 4 * 1_048_576
    assert front.call(path, method="POST", body=b"x" * longest).status == 200
    (seen,) = front.server.take()
    assert len(seen.body) == longest
    too_big = front.call(path, method="POST", body=b"x" * (longest + 1))
    assert (too_big.status, too_big.json["error"]) == (413, "invalid_request")
    assert "4 MiB" in too_big.json["error_description"]
    assert front.call(path + "/%2e%2e/%2e%2e/x", method="POST", body=b"x").status == 400
    usual = front.call("/admin/api", method="POST", body=b"x" * 65_537)
    assert usual.status == 413
    assert "64 KiB" in usual.json["error_description"]
    assert front.server.take() == []


@pytest.mark.rule("HT-03")
@pytest.mark.parametrize(
    "head",
    [
        "Content-Length: 3\r\nTransfer-Encoding: chunked",
        "Content-Length: 3\r\nContent-Length: 3",
        "Transfer-Encoding: gzip, chunked",
        "Host: y",
        "Authorization: x\r\nAuthorization: y",
        "X: a\r\n folded",
    ],
)
def test_ambiguous_framing_is_refused(head: str, front: Front) -> None:
    raw = f"POST /oauth2/token HTTP/1.1\r\nHost: x\r\n{head}\r\n\r\n0\r\n\r\n"
    answer = exchange(front.port, raw.encode())

    assert answer.status in {400, 501}
    assert answer.json["error"] == "invalid_request"
    assert front.server.take() == []


def test_a_server_that_is_down_is_told_as_such_and_no_secret_is_logged(tmp_path: Path) -> None:
    port = free_port()
    configuration = a_front(
        listen=f"127.0.0.1:{port}",
        server_name="localhost",
        plain_http=True,
        upstream=f"http://127.0.0.1:{free_port()}",
        log_directory=str(tmp_path),
    )
    with NginxProcess(tmp_path, render_front(configuration)):
        answer = call(port, "/oauth2/token?code=secret")
        call(port, f"/asv_rt_{'A' * 43}/x")

    assert answer.status == 503
    assert answer.json["error"] == "temporarily_unavailable"
    assert answer.header("Retry-After") == "2"
    lines = (tmp_path / "authserver.requests.log").read_text().splitlines()
    logged = [(line["path"], line["status"]) for line in map(json.loads, lines)]
    assert logged == [("/oauth2/token", 503), ("/[redacted]", 503)]


def _slow_front(folder: Path, server: StubServer, port: int) -> str:
    configuration = render_front(
        a_front(
            listen=f"127.0.0.1:{port}",
            server_name="localhost",
            plain_http=True,
            upstream=f"http://127.0.0.1:{server.port}",
            log_directory=str(folder),
        )
    )
    # The same limits for a slower world: here nobody can be quick enough to meet them.
    slower = configuration.replace("rate=20r/s", "rate=1r/m").replace("burst=200", "burst=2")
    assert slower.count("1r/m") == slower.count("burst=2 ") == 1
    return slower


@pytest.mark.parametrize(
    "path",
    [
        "/oauth2/authorize",
        "/oauth2/%61uthorize",
        "/oauth2/device_authorization",
        "/login/acme",
        "/login/%61cme",
    ],
)
def test_nobody_begins_without_end(tmp_path: Path, path: str) -> None:
    port = free_port()
    with (
        StubServer(_answer) as server,
        NginxProcess(tmp_path, _slow_front(tmp_path, server, port)) as nginx,
    ):
        front = Front(port, server, nginx)
        begun = [front.call(f"{path}?client_id=anybody") for _ in range(4)]
        others = [front.call("/oauth2/token"), front.call("/login")]

    assert [answer.status for answer in begun] == [200, 200, 200, 429]
    assert begun[-1].json["error"] == "temporarily_unavailable"
    assert begun[-1].header("Retry-After") == "5"
    assert [answer.status for answer in others] == [200, 200]
    # Request lines name people, and a flood of them would fill the disk after all.
    assert "anybody" not in nginx.error_log


@pytest.mark.parametrize(
    ("addresses", "statuses"),
    [
        # Whoever has one IPv6 address has at least 2^64 of them; a 10 is a line's end.
        (["2001:db8::1", "2001:db8::a:2", "2001:db8::3:a", "2001:db8::4"], [200, 200, 200, 429]),
        (["a0a::a", "a0a:0:0:0:a0a::", "a0a::1", "a0a::2"], [200, 200, 200, 429]),
        (["2001:db8:0:1::1", "2001:db8:0:2::1", "2001:db8:0:3::1", "2001:db8:0:4::1"], [200] * 4),
        (["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"], [200] * 4),
        (["192.0.2.1"] * 4, [200, 200, 200, 429]),
    ],
)
def test_who_begins_is_counted_by_network(
    tmp_path: Path, addresses: list[str], statuses: list[int]
) -> None:
    port = free_port()
    with StubServer(_answer) as server:
        told = "set_real_ip_from 127.0.0.1;\nreal_ip_header X-From;\n"
        with NginxProcess(tmp_path, told + _slow_front(tmp_path, server, port)) as nginx:
            front = Front(port, server, nginx)
            begun = [front.call("/oauth2/authorize", ("X-From", each)) for each in addresses]

    assert [answer.status for answer in begun] == statuses
