"""What the server shows of itself to anybody: as little as it can (HT-06, HT-01)."""

from __future__ import annotations

import platform
import re
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

import pytest

from authserver.domain.errors import StorageUnavailable
from tests.instances import Caller, basic
from tests.rfc.installations import ISSUER
from tests.rfc.lanes import FORM_PATHS, TOKEN
from tests.rfc.served import METRICS_KEY

if TYPE_CHECKING:
    from tests.instances import Site
    from tests.machine.doors import Answer
    from tests.rfc.conftest import MakeInstallation
    from tests.rfc.installations import Installation
    from tests.rfc.lanes import Lane
    from tests.rfc.served import Served

PATHS: Final = (
    *("/", "/livez", "/readyz", "/metrics", "/oauth2/jwks", "/oauth2/authorize", "/nothing"),
    *("/.well-known/openid-configuration", "/.well-known/nothing", "/assets/authserver.css"),
    *FORM_PATHS,
)
NOT_PUBLIC: Final = (
    *("/docs", "/redoc", "/openapi.json", "/swagger", "/graphql", "/debug", "/debug/pprof"),
    *("/console", "/server-status", "/actuator", "/actuator/env", "/env", "/config", "/phpinfo"),
    *("/.env", "/.git/config", "/admin.php", "/admin/api", "/keys", "/keys/kek-1.key"),
    *("/var/authserver.db", "/static/../wsgi.py", "/assets/../../wsgi.py", "/assets/%2e%2e/app.py"),
    *("/oauth2/register", "/gateway/forward-auth", "/access/v1/evaluation"),
)
DECISION: Final = "/gateway/auth-request"
"""For gateways only, and only in the statuses that nginx understands."""
LIBRARIES: Final = ("granian", "flask", "werkzeug", "authlib", "sqlalchemy", "authserver")
TRACES: Final = re.compile(
    r"Traceback|File \"|line \d+|site-packages|sqlite3|sqlalchemy|RuntimeError|werkzeug|granian",
    re.IGNORECASE,
)


def everything(answer: Answer) -> str:
    """Status line, headers and body as text."""
    return f"{answer.line} {answer.headers} {answer.body.decode('utf-8', 'replace')}"


@pytest.mark.rule("HT-06")
def test_an_unexpected_error_tells_the_caller_nothing_but_where_to_ask(
    installation: Installation, reader: Caller, jira: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    lane, container = installation.lane, installation.container

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("SELECT * FROM clients: disk /var/lib is broken")

    for part, name in (
        (container.authorization_server, "token"),
        (container.introspection, "active_token"),
        (container.revocation, "revoke_token"),
    ):
        monkeypatch.setattr(part, name, fail)
    answers = [
        lane.ask(reader),
        lane.asked(jira, "x"),
        lane.revoke(reader, "x"),
    ]
    for answer in answers:
        assert answer.error == (500, "server_error")
        assert answer.json.keys() == {"error", "error_description", "request_id"}
        assert answer.json["request_id"] == answer.headers["x-request-id"]
        assert TRACES.search(everything(answer)) is None


@pytest.mark.rule("HT-06")
def test_no_answer_shows_a_trace_or_a_version(lane: Lane, reader: Caller, served: Served) -> None:
    versions = {version(name) for name in LIBRARIES if name != "authserver"}
    versions |= {platform.python_version(), version("authserver")}
    texts = [everything(lane.get(path)) for path in (*PATHS, *NOT_PUBLIC, DECISION)]
    texts += [everything(lane.knock(method, "/")) for method in ("POST", "DELETE", "TRACE", "X")]
    texts += [everything(lane.ask(Caller("nobody", "x"))), everything(lane.ask(reader, scope="x"))]
    texts += [served.knock("GET", path).said.decode("latin-1") for path in PATHS]
    texts.append(served.say(b"GET / HTTP/9\r\n\r\n").said.decode("latin-1"))
    texts.append(served.knock("GET", "/", "X-Long: " + "x" * 100_000).said.decode("latin-1"))
    for text in texts:
        assert TRACES.search(text) is None
        # A date may look like a version: only what stands by itself counts.
        assert not [each for each in versions if re.search(rf"(?<![\d.]){re.escape(each)}\b", text)]


@pytest.mark.rule("HT-06")
def test_nothing_internal_is_public(lane: Lane, served: Served) -> None:
    for path in NOT_PUBLIC:
        assert lane.get(path).status == 404, path
        assert (
            lane.knock("GET", path, query="__debugger__=yes&cmd=resource&f=style.css").status == 404
        )
    assert lane.get(DECISION).status == 401
    for target in ("/assets/../app.py", "/assets/..%2fapp.py", "/%2e%2e/%2e%2e/etc/passwd"):
        assert served.knock("GET", target).statuses == [404]


@pytest.mark.rule("HT-06")
def test_methods_for_debugging_are_refused_everywhere(lane: Lane, served: Served) -> None:
    for path in (*PATHS, *NOT_PUBLIC, DECISION):
        for method in ("TRACE", "TRACK", "DEBUG", "CONNECT", "PROPFIND", "trace"):
            answer = lane.knock(method, path, headers={"X-Secret": "echo-me"})
            assert answer.status in ({403} if path == DECISION else {404, 405}), (method, path)
            assert "echo-me" not in everything(answer)
    heard = served.knock("TRACE", "/", "X-Secret: echo-me")
    assert heard.statuses == [405]
    assert b"echo-me" not in heard.said


@pytest.mark.rule("HT-06")
def test_metrics_are_for_who_has_the_key(lane: Lane, served: Served) -> None:
    assert lane.get("/metrics").status == 404
    for authorization in ("", "Bearer ", "Bearer x", f"Bearer {METRICS_KEY}x", METRICS_KEY):
        assert lane.get("/metrics", headers={"Authorization": authorization}).status == 404
        heard = served.knock("GET", "/metrics", f"Authorization: {authorization}")
        assert heard.statuses == [401]
        assert b"authserver_" not in heard.said
    assert served.knock("GET", f"/metrics?key={METRICS_KEY}").statuses == [401]
    as_basic = served.knock("GET", "/metrics", f"Authorization: {basic('x', METRICS_KEY)}")
    assert as_basic.statuses == [401]
    assert served.knock("GET", "/metrics", f"Authorization: Bearer {METRICS_KEY}").statuses == [200]


@pytest.mark.rule("HT-06")
def test_the_readiness_answer_names_no_cause(
    installation: Installation, lane: Lane, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = lane.get("/readyz")
    assert (answer.status, answer.json["ready"]) == (200, True)
    assert set(answer.json["checks"].values()) == {"ok"}

    def fail() -> None:
        raise StorageUnavailable("SELECT 1: disk /var/lib is broken")

    monkeypatch.setattr(installation.container.view, "ensure_fresh", fail)
    answer = lane.get("/readyz")
    assert (answer.status, answer.json["ready"]) == (503, False)
    assert answer.json["checks"]["database"] == "failed"
    assert "disk" not in everything(answer)


@pytest.mark.rule("HT-01")
def test_every_answer_carries_the_headers_that_browsers_obey(lane: Lane, reader: Caller) -> None:
    answers = [lane.get(path) for path in PATHS]
    answers += [lane.ask(reader), lane.ask(Caller("nobody", "x")), lane.post(TOKEN, "x=%zz")]
    answers += [lane.knock("GET", "/", headers={"X-Long": "x" * 20_000}), lane.knock("X", "/")]
    assert {200, 400, 401, 404, 405, 431} <= {answer.status for answer in answers}
    for answer in answers:
        headers = answer.headers
        assert headers["strict-transport-security"] == "max-age=31536000"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]


@pytest.mark.rule("HT-01")
def test_a_request_that_came_without_tls_is_no_error_of_ours(
    make_installation: MakeInstallation,
) -> None:
    lane = make_installation().lane
    assert ISSUER.startswith("https://")
    plain: dict[str, Any] = {"wsgi.url_scheme": "http", "HTTP_X_FORWARDED_PROTO": "http"}
    for path in PATHS:
        for method in ("GET", "POST"):
            assert lane.knock(method, path, changes=plain).status < 500
