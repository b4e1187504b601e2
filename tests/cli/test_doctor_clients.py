"""What `doctor` says about clients."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from authserver.crypto.key_file_making import ensure_key_files
from authserver.crypto.system import SystemClock
from authserver.domain.authorization_profiles import (
    ApplicationType,
    AssertionAudience,
    AuthorizationProfile,
)
from authserver.domain.clients import Client, ClientAuthMethod, ClientStatus, GrantType
from authserver.domain.stored_secrets import DigestKind, StoredSecret
from tests.cli.runs import home, run
from tests.cli.stub_wiring import StubInstallation
from tests.doubles import FakeEntropy

if TYPE_CHECKING:
    from pathlib import Path

DAY = 24 * 3600
NOW = SystemClock().now()
SECRET = StoredSecret("s1", DigestKind.KEYED, b"digest", "1", "abcd", 0.0, None, None)
CLIENT = Client(
    client_id="ci-reader",
    name="",
    auth_method=ClientAuthMethod.SECRET_BASIC,
    grant_types=frozenset(),
    scopes=frozenset(),
    resources=frozenset(),
    access_token_seconds=600,
    status=ClientStatus.ENABLED,
    secrets=(SECRET,),
    jwks=(),
    contact="",
    created_at=0.0,
)


@pytest.fixture
def healthy(tmp_path: Path) -> Path:
    """Folder of an installation that has nothing to mend."""
    ensure_key_files(tmp_path / "keys", FakeEntropy())
    (tmp_path / "var").mkdir(mode=0o700)
    return tmp_path


def finding(folder: Path, check: str, *clients: Client) -> Any:
    stub = StubInstallation(registered=clients)
    result = run("doctor", "--json", wiring=stub, environment=home(folder))
    return {each["check"]: each for each in json.loads(result.stdout)}[check]


@pytest.mark.rule("TK-11")
@pytest.mark.parametrize(("seconds", "severity"), [(900, "ok"), (901, "warning")])
def test_long_lives_of_tokens_are_told(healthy: Path, seconds: int, severity: str) -> None:
    client = replace(CLIENT, access_token_seconds=seconds)
    assert finding(healthy, "client-token-lives", client)["severity"] == severity


@pytest.mark.rule("CA-06")
@pytest.mark.parametrize(
    ("expires_at", "severity", "told"),
    [
        (None, "ok", "every enabled client"),
        (NOW + 30 * DAY, "ok", "every enabled client"),
        (NOW + 10 * DAY, "warning", "within 14 days: ci-reader"),
        (NOW - 1, "warning", "without a live credential: ci-reader"),
    ],
)
def test_credentials_that_end_are_told_in_time(
    healthy: Path, expires_at: float | None, severity: str, told: str
) -> None:
    client = replace(CLIENT, secrets=(replace(SECRET, expires_at=expires_at),))
    found = finding(healthy, "client-credentials", client)
    assert found["severity"] == severity
    assert told in found["what"]


def test_clients_that_sign_or_are_disabled_need_no_secret(healthy: Path) -> None:
    signing = replace(CLIENT, auth_method=ClientAuthMethod.PRIVATE_KEY_JWT, secrets=())
    disabled = replace(CLIENT, status=ClientStatus.DISABLED, secrets=())
    found = finding(healthy, "client-credentials", signing, disabled)
    assert found["severity"] == "ok"


def test_imported_secrets_are_told(healthy: Path) -> None:
    client = replace(CLIENT, secrets=(replace(SECRET, kind=DigestKind.BCRYPT),))
    assert finding(healthy, "imported-secrets", client)["severity"] == "warning"
    assert finding(healthy, "imported-secrets", CLIENT)["severity"] == "ok"


def test_many_clients_are_named_by_a_few_and_a_number(healthy: Path) -> None:
    clients = [replace(CLIENT, client_id=f"client-{n}", secrets=()) for n in range(7)]
    told = finding(healthy, "client-credentials", *clients)["what"]
    assert told.endswith("client-0, client-1, client-2, client-3, client-4 and 2 more")


def with_users(**profile: Any) -> Client:
    stated = {"redirect_uris": ("https://app.example.com/cb",), **profile}
    return replace(
        CLIENT,
        grant_types=frozenset({GrantType.AUTHORIZATION_CODE}),
        profile=AuthorizationProfile(**stated),
    )


@pytest.mark.rule("PK-01")
def test_exemptions_from_pkce_are_listed(healthy: Path) -> None:
    found = finding(healthy, "pkce-exemptions", with_users(require_pkce=False))
    assert (found["severity"], found["what"]) == ("warning", "may leave PKCE out: ci-reader")
    assert finding(healthy, "pkce-exemptions", with_users())["severity"] == "ok"


@pytest.mark.parametrize(
    ("kind", "uri", "severity"),
    [
        (ApplicationType.WEB, "http://localhost:8080/cb", "warning"),
        (ApplicationType.WEB, "https://app.example.com/cb", "ok"),
        (ApplicationType.NATIVE, "http://127.0.0.1/cb", "ok"),
    ],
)
def test_web_clients_with_plain_http_are_listed(
    healthy: Path, kind: ApplicationType, uri: str, severity: str
) -> None:
    client = with_users(application_type=kind, redirect_uris=(uri,))
    assert finding(healthy, "plain-redirects", client)["severity"] == severity


@pytest.mark.rule("CA-09")
def test_clients_whose_assertions_name_the_token_endpoint_are_listed(healthy: Path) -> None:
    client = with_users(assertion_audience=AssertionAudience.TOKEN_ENDPOINT)
    assert finding(healthy, "assertion-audiences", client)["severity"] == "warning"
    assert finding(healthy, "assertion-audiences", with_users())["severity"] == "ok"
