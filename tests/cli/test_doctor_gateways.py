"""What `doctor` says about gateways."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from authserver.crypto.key_file_making import ensure_key_files
from authserver.crypto.system import SystemClock
from authserver.domain.gateways import Gateway, SessionCookies
from authserver.domain.resources import ProtectedResource, ResourceKind, ResourceStatus
from authserver.domain.stored_secrets import DigestKind, StoredSecret
from tests.cli.runs import home, run
from tests.cli.stub_wiring import StubInstallation
from tests.doubles import FakeEntropy

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

NOW = SystemClock().now()
KEY = StoredSecret("k1", DigestKind.KEYED, b"digest", "1", "abcd", 0.0, None, None)
GATEWAY = Gateway("edge", "jira-main", SessionCookies.BLOCK, (KEY,), 0.0)
URL = "https://jira.example.com"
SITE = ProtectedResource(
    name="jira-main",
    kind=ResourceKind.JIRA_DC,
    identifier=URL,
    url=URL,
    context_path="",
    signing_algorithm="ES256",
    status=ResourceStatus.ENABLED,
    credentials=(),
    created_at=0.0,
)


@pytest.fixture
def healthy(tmp_path: Path) -> Path:
    """Folder of an installation that has nothing to mend."""
    ensure_key_files(tmp_path / "keys", FakeEntropy())
    (tmp_path / "var").mkdir(mode=0o700)
    return tmp_path


def finding(
    folder: Path, check: str, *gateways: Gateway, sites: Sequence[ProtectedResource] = (SITE,)
) -> Any:
    stub = StubInstallation(proxies=gateways, sites=sites)
    result = run("doctor", "--json", wiring=stub, environment=home(folder))
    return {each["check"]: each for each in json.loads(result.stdout)}[check]


def test_a_gateway_without_a_live_key_is_told(healthy: Path) -> None:
    ended = replace(GATEWAY, name="ended", keys=(replace(KEY, expires_at=NOW - 1),))
    bare = replace(GATEWAY, name="bare", keys=())
    rotated = replace(GATEWAY, keys=(*ended.keys, KEY))
    found = finding(healthy, "gateway-keys", ended, bare, rotated)
    assert found["severity"] == "warning"
    assert found["what"].endswith(": ended, bare")
    for fine in ((), (GATEWAY, rotated)):
        assert finding(healthy, "gateway-keys", *fine)["severity"] == "ok"


def test_many_gateways_are_named_by_a_few_and_a_number(healthy: Path) -> None:
    gateways = [replace(GATEWAY, name=f"edge-{n}", keys=()) for n in range(7)]
    told = finding(healthy, "gateway-keys", *gateways)["what"]
    assert told.endswith("edge-0, edge-1, edge-2, edge-3, edge-4 and 2 more")


@pytest.mark.parametrize(
    ("chosen", "severity", "told"),
    [
        (SessionCookies.BLOCK, "ok", "no gateway lets a call pass"),
        (SessionCookies.OBSERVE, "ok", "marked in the record: browsers"),
        (SessionCookies.ALLOW, "warning", "no token pass: browsers"),
    ],
)
def test_gateways_that_let_sessions_pass_are_told(
    healthy: Path, chosen: SessionCookies, severity: str, told: str
) -> None:
    browsers = replace(GATEWAY, name="browsers", session_cookies=chosen)
    found = finding(healthy, "session-cookies", GATEWAY, browsers)
    assert found["severity"] == severity
    assert told in found["what"]


def test_gateways_of_stopped_sites_are_told(healthy: Path) -> None:
    gone = replace(GATEWAY, name="of-gone", resource="gone")
    resting = replace(GATEWAY, name="of-resting", resource="resting")
    stopped = replace(SITE, name="resting", status=ResourceStatus.DISABLED)
    sites = (SITE, stopped)

    both = finding(healthy, "gateway-sites", GATEWAY, gone, resting, sites=sites)
    assert both["severity"] == "warning"
    assert both["what"].endswith("deleted: of-gone; disabled: of-resting")
    assert "authserver gateway remove" in both["fix"]
    assert "authserver resource enable" in both["fix"]
    one = finding(healthy, "gateway-sites", GATEWAY, resting, sites=sites)
    assert one["what"].endswith("refuse every call, disabled: of-resting")
    for fine in ((), (GATEWAY,)):
        assert finding(healthy, "gateway-sites", *fine, sites=sites)["severity"] == "ok"


def test_doctor_sees_that_a_site_was_stopped(tmp_path: Path) -> None:
    environment = home(tmp_path)

    def done(*command: str) -> None:
        result = run(*command, environment=environment)
        assert result.exit_code == 0, result.output

    def told() -> str:
        result = run("doctor", "--json", environment=environment)
        return str({each["check"]: each for each in json.loads(result.stdout)}["gateway-sites"])

    done("init")
    done("resource", "create", "jira-main", "--kind", "jira-dc", "--url", URL)
    done("gateway", "add", "edge", "--resource", "jira-main", "--key-file", str(tmp_path / "key"))
    assert "in front of an enabled site" in told()
    done("resource", "disable", "jira-main")
    assert "disabled: edge" in told()
    done("resource", "delete", "jira-main", "--yes")
    assert "deleted: edge" in told()
