"""nginx with a rendered configuration between a stub decision point and a stub site."""

from __future__ import annotations

import json
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from authserver.gateway.nginx import render_site
from tests.gateway.nginx_process import NginxProcess
from tests.gateway.raw_requests import call, exchange
from tests.gateway.sites import GATEWAY_KEY, a_site
from tests.gateway.stub_servers import Reply, Seen, StubServer
from tests.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from authserver.gateway.site_configuration import SiteConfiguration
    from tests.gateway.raw_requests import Answer

LOG_SECONDS: Final = 5.0
DECISION_ID: Final = "0198f0c2-6d1e-7000-8000-000000000001"
ALLOWED: Final = Reply(
    200,
    (
        ("X-Decision-Id", DECISION_ID),
        ("X-Auth-User", "client:bot"),
        ("X-Auth-Client", "bot"),
        ("X-Auth-Jti", "jti-1"),
        ("X-Auth-Account", "svc-bot"),
        ("X-Hand-Over", "service-credential"),
        ("X-Upstream-Authorization", "Bearer of-the-site"),
        ("Cache-Control", "no-store"),
    ),
)
CHALLENGE: Final = 'Bearer realm="jira", error="insufficient_scope", scope="read:jira-work"'
DENIED: Final = (
    ("X-Deny-Error", "insufficient_scope"),
    ("X-Deny-Description", "the token lacks read:jira-work"),
    ("X-Deny-Reason", "insufficient-scope"),
)
PASSWORD: Final = ("Authorization", "Basic YWxpY2U6c2VzYW1l")
BY_SESSION: Final = Reply(
    200,
    (
        ("X-Decision-Id", DECISION_ID),
        ("X-Hand-Over", "session"),
        ("X-Upstream-Session", "pass"),
    ),
)
AS_IT_CAME: Final = Reply(
    200,
    (
        ("X-Decision-Id", DECISION_ID),
        ("X-Hand-Over", "as-it-came"),
        ("X-Upstream-Authorization", PASSWORD[1]),
    ),
)
CALL: Final = "/rest/api/2/issue/A-1?fields=summary"
TOKEN: Final = ("Authorization", "Bearer of-the-caller")
SESSION: Final = ("Cookie", "a=b; JSESSIONID=0123; c=d")


def refusal(error: str, description: str, **why: str) -> dict[str, object]:
    """The body of a refusal: for machines, in Jira's words, and in Confluence's.

    `why` are `reason` and `rule`, where the decision point said them.
    """
    shown = f"{description} (decision_id {DECISION_ID})"
    return {
        "error": error,
        "error_description": description,
        "decision_id": DECISION_ID,
        **why,
        "errorMessages": [shown],
        "errors": {},
        "message": shown,
    }


def refused(status: int, seen_by_caller: str, *headers: tuple[str, str]) -> Reply:
    """A refusal as the decision point says it."""
    return Reply(
        status, (("X-Decision-Id", DECISION_ID), ("X-Deny-Status", seen_by_caller), *headers)
    )


def of_the_site(seen: Seen) -> Reply:
    """Any page of the site; it tries to leave a session behind."""
    headers = (
        ("Content-Type", "text/plain"),
        ("Set-Cookie", "JSESSIONID=of-the-site; Path=/"),
        ("Set-Cookie", "atlassian.xsrf.token=1; Path=/"),
        ("X-Decision-Id", "spoofed-by-the-site"),
    )
    return Reply(200, headers, b"site:" + seen.body)


def without(reply: Reply, name: str) -> Reply:
    """The same without one header."""
    return replace(reply, headers=tuple(each for each in reply.headers if each[0] != name))


def with_also(reply: Reply, *headers: tuple[str, str]) -> Reply:
    """The same with more headers."""
    return replace(reply, headers=(*reply.headers, *headers))


@dataclass(slots=True)
class Bed:
    """The three, and what each of them saw. `decision` and `page` may be changed any time."""

    site_configuration: SiteConfiguration
    decision: Reply
    page: Reply | None
    decisions: StubServer
    site: StubServer
    nginx: NginxProcess

    @property
    def port(self) -> int:
        """Where nginx listens."""
        return self.site_configuration.listener.port

    def call(self, target: str | bytes, *headers: tuple[str, str], **options: Any) -> Answer:
        """One request through nginx."""
        return call(self.port, target, *headers, **options)

    def send(self, request: bytes, method: str = "GET") -> Answer:
        """These bytes through nginx."""
        return exchange(self.port, request, method)

    def reset(self) -> None:
        """Everything is allowed again, and nothing has been seen."""
        self.decision, self.page = ALLOWED, None
        self.take()

    def take(self) -> tuple[list[Seen], list[Seen]]:
        """What the decision point and the site saw since the last time."""
        return self.decisions.take(), self.site.take()

    def logged(self, answer: Answer) -> dict[str, Any]:
        """The line of the access log for an answer; nginx writes it when it has done with it."""
        path = self.nginx.folder / f"{self.site_configuration.gateway}.calls.log"
        wanted = f'"request_id":"{answer.header("X-Request-ID")}"'
        deadline = time.monotonic() + LOG_SECONDS
        while time.monotonic() < deadline:
            for line in reversed(path.read_text("utf-8").splitlines(keepends=True)):
                if wanted in line and line.endswith("\n"):
                    return dict(json.loads(line))
            time.sleep(0.01)
        raise AssertionError(f"no line with {wanted}")


@contextmanager
def a_bed(folder: Path, *, around: str = "", **values: Any) -> Iterator[Bed]:
    """Set one up; `values` are fields of the site's configuration, `around` stands before it."""
    bed: Bed
    folder.mkdir(parents=True, exist_ok=True)
    key_file = folder / "key.conf"
    key_file.write_text(f'proxy_set_header X-Gateway-Authorization "Bearer {GATEWAY_KEY}";\n')
    with (
        StubServer(lambda _: bed.decision) as decisions,
        StubServer(lambda seen: bed.page or of_the_site(seen)) as site,
    ):
        configuration = a_site(
            **{
                "listen": f"127.0.0.1:{free_port()}",
                "server_name": "localhost",
                "plain_http": True,
                "upstream": f"http://127.0.0.1:{site.port}",
                "decision_point": f"http://127.0.0.1:{decisions.port}",
                "key_file": str(key_file),
                "log_directory": str(folder),
            }
            | values
        )
        nginx = NginxProcess(folder, around + render_site(configuration))
        bed = Bed(configuration, ALLOWED, None, decisions, site, nginx)
        with nginx:
            yield bed
