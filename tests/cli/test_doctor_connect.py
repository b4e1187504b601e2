"""What `doctor` says about Connect keys."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest

from authserver.crypto.key_file_making import ensure_key_files
from authserver.domain.clients import Client, ClientAuthMethod, ClientStatus
from authserver.domain.resources import ProtectedResource, ResourceKind, ResourceStatus
from tests.cli.runs import home, run
from tests.cli.stub_wiring import StubInstallation
from tests.doubles import FakeEntropy
from tests.storage.test_connect_keys import KEY

if TYPE_CHECKING:
    from pathlib import Path

URL: Final = "https://jira.example.com"
SITE: Final = ProtectedResource(
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
CLIENT: Final = Client(
    client_id="ci-reader",
    name="CI",
    auth_method=ClientAuthMethod.PRIVATE_KEY_JWT,
    grant_types=frozenset({"client_credentials"}),
    scopes=frozenset({"READ"}),
    resources=frozenset({"jira-main"}),
    access_token_seconds=600,
    status=ClientStatus.ENABLED,
    secrets=(),
    jwks=(),
    contact="",
    created_at=0.0,
)


@pytest.fixture
def findings(tmp_path: Path) -> Any:
    """What doctor finds with what is registered, by check."""
    ensure_key_files(tmp_path / "keys", FakeEntropy())
    (tmp_path / "var").mkdir(mode=0o700)

    def found(**registered: Any) -> Any:
        stub = StubInstallation(**({"sites": (SITE,), "registered": (CLIENT,)} | registered))
        result = run("doctor", "--json", wiring=stub, environment=home(tmp_path))
        return {each["check"]: each for each in json.loads(result.stdout)}

    return found


def test_who_still_calls_by_connect_is_told_that_it_ends(findings: Any) -> None:
    told = findings(apps=(KEY, replace(KEY, issuer="off", is_enabled=False)))["connect"]
    assert told["severity"] == "warning"
    assert "com.example.app at jira-main; Atlassian ends Connect" in told["what"]
    assert "authserver connect remove" in told["fix"]
    for fine in ((), (replace(KEY, is_enabled=False),)):
        assert findings(apps=fine)["connect"]["severity"] == "ok"


@pytest.mark.parametrize(
    "registered",
    [
        {"registered": ()},
        {"registered": (replace(CLIENT, resources=frozenset({"other"})),)},
        {"sites": ()},
    ],
)
def test_a_key_whose_client_or_site_is_gone_is_told(findings: Any, registered: Any) -> None:
    told = findings(apps=(KEY,), **registered)["connect-clients"]
    assert told["severity"] == "warning"
    assert "com.example.app at jira-main" in told["what"]
    assert findings(apps=(KEY,))["connect-clients"]["severity"] == "ok"
    off = replace(KEY, is_enabled=False)
    assert findings(apps=(off,), **registered)["connect-clients"]["severity"] == "ok"
