"""`authserver doctor`: each check, from a healthy installation with one thing wrong."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from authserver.cli import environment_checks
from authserver.cli.doctor import CHECKS
from authserver.crypto.key_file_making import ensure_key_files
from authserver.domain.errors import StorageUnavailable
from authserver.domain.installation import SchemaStatus
from authserver.domain.keys import SigningAlgorithm
from tests.cli.runs import home, run
from tests.cli.stub_wiring import HEAD, StubInstallation, active_key
from tests.doubles import FakeEntropy

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def healthy(tmp_path: Path) -> Path:
    """Folder of an installation that has nothing to mend."""
    ensure_key_files(tmp_path / "keys", FakeEntropy())
    for name in ("var", "var/journal"):
        (tmp_path / name).mkdir(mode=0o700)
    return tmp_path


def findings(folder: Path, stub: StubInstallation | None = None, /, **settings: str) -> Any:
    stub = stub or StubInstallation(issuer=settings.get("ISSUER", "http://localhost:8000"))
    extra = {name: settings.pop(name) for name in list(settings) if name.startswith("ENV_")}
    environment = home(folder, **settings) | {
        name.removeprefix("ENV_"): value for name, value in extra.items()
    }
    result = run("doctor", "--json", wiring=stub, environment=environment)
    report = json.loads(result.stdout)
    blocked = any(each["severity"] == "blocker" for each in report)
    assert result.exit_code == (3 if blocked else 0)
    assert stub.closed == 1
    return {each["check"]: each for each in report}


def test_a_healthy_installation_has_no_blocker(healthy: Path) -> None:
    found = findings(healthy)
    assert list(found) == [check.identifier for check in CHECKS]
    assert not [each for each in found.values() if each["severity"] == "blocker"]


def test_each_finding_that_is_not_ok_says_what_to_do(healthy: Path) -> None:
    for each in findings(healthy).values():
        assert bool(each["fix"]) == (each["severity"] != "ok"), each


@pytest.mark.rule("HT-04")
@pytest.mark.parametrize(
    ("check", "severity", "settings"),
    [
        ("issuer", "warning", {}),
        ("issuer", "ok", {"ISSUER": "https://auth.example.com"}),
        ("issuer", "blocker", {"SERVER_ADDRESS": "0.0.0.0"}),
        ("issuer", "blocker", {"SERVER_ADDRESS": "::"}),
        ("issuer", "warning", {"SERVER_PORT": "8001"}),
        ("listening", "warning", {"SERVER_ADDRESS": "::", "ISSUER": "https://a.example"}),
        ("listening", "ok", {"SERVER_UNIX_SOCKET": "/run/a.sock"}),
        ("trusted-proxies", "blocker", {"SERVER_TRUSTED_PROXIES": "0.0.0.0/0"}),
        ("trusted-proxies", "blocker", {"SERVER_TRUSTED_PROXIES": "127.0.0.1,::/0"}),
        ("trusted-proxies", "warning", {"SERVER_TRUSTED_PROXIES": "10.0.0.0/8"}),
        ("trusted-proxies", "ok", {"SERVER_TRUSTED_PROXIES": "10.1.2.3"}),
        ("token-lifetimes", "warning", {"TOKENS_ACCESS_TOKEN_SECONDS": "901"}),
        ("token-lifetimes", "ok", {"TOKENS_ACCESS_TOKEN_SECONDS": "900"}),
        ("throttling", "warning", {"THROTTLING_IPV6_PREFIX": "65"}),
        ("audit-anchor", "ok", {"AUDIT_ANCHOR_FILE": "/mnt/anchor"}),
        ("assertion-algorithms", "ok", {}),
        ("assertion-algorithms", "warning", {"CLIENTS_ASSERTION_RS256": "on"}),
        ("outbound", "blocker", {"OUTBOUND_PRIVATE_NETWORKS": "0.0.0.0/0"}),
        ("outbound", "warning", {"OUTBOUND_PRIVATE_NETWORKS": "10.0.0.0/8"}),
        ("outbound", "warning", {"OUTBOUND_CLIENT_ORIGINS": "https://app.example.org:8443"}),
        ("workers", "warning", {"SERVER_WORKERS": "1"}),
        ("logging", "warning", {"LOG_LEVEL": "debug"}),
        ("debug-mode", "blocker", {"ENV_FLASK_DEBUG": "1"}),
        ("debug-mode", "ok", {"ENV_FLASK_DEBUG": "0"}),
        ("secrets-in-environment", "warning", {"ENV_PGPASSWORD": "x"}),
    ],
)
def test_what_the_settings_and_the_environment_say(
    healthy: Path, check: str, severity: str, settings: dict[str, str]
) -> None:
    assert findings(healthy, None, **settings)[check]["severity"] == severity


@pytest.mark.rule("HT-04")
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_a_key_file_that_others_can_read_blocks(healthy: Path, mode: int) -> None:
    (healthy / "keys" / "kek-1.key").chmod(mode)
    found = findings(healthy)["key-files"]
    assert found["severity"] == "blocker"
    assert found["fix"] == f"run: chmod 600 {healthy}/keys/kek-1.key"


def test_a_missing_key_file_beside_others_is_not_made_anew(healthy: Path) -> None:
    (healthy / "keys" / "pepper-1.key").unlink()
    found = findings(healthy)["key-files"]
    assert found["severity"] == "blocker"
    assert "backup" in found["fix"]


def test_without_any_key_file_init_is_the_advice(healthy: Path) -> None:
    for path in (healthy / "keys").iterdir():
        path.unlink()
    assert findings(healthy)["key-files"]["fix"] == "run: authserver init"
    (healthy / "keys").rmdir()
    assert findings(healthy)["key-files"]["fix"] == "run: authserver init"


@pytest.mark.rule("HT-04")
@pytest.mark.parametrize(
    ("mode", "severity"),
    [(0o700, "ok"), (0o750, "warning"), (0o770, "blocker"), (0o705, "blocker")],
)
def test_the_data_directory_is_closed_to_others(healthy: Path, mode: int, severity: str) -> None:
    (healthy / "var").chmod(mode)
    assert findings(healthy)["data-directory"]["severity"] == severity


def test_a_missing_data_directory_blocks(tmp_path: Path) -> None:
    found = findings(tmp_path)["data-directory"]
    assert (found["severity"], found["fix"]) == ("blocker", "run: authserver init")


@pytest.mark.rule("HT-04")
def test_a_configuration_that_others_can_write_blocks(healthy: Path) -> None:
    path = healthy / "authserver.toml"
    path.touch()
    path.chmod(0o664)
    found = findings(healthy, CONFIG=str(path))["configuration-file"]
    assert found["severity"] == "blocker"
    path.chmod(0o644)
    assert findings(healthy, CONFIG=str(path))["configuration-file"]["severity"] == "ok"


@pytest.mark.rule("HT-04")
@pytest.mark.parametrize(
    ("secret", "mode", "severity"),
    [("k" * 32, 0o600, "ok"), ("k" * 31, 0o600, "blocker"), ("k" * 32, 0o644, "blocker")],
)
def test_the_metrics_key_is_long_and_closed_to_others(
    healthy: Path, secret: str, mode: int, severity: str
) -> None:
    path = healthy / "metrics.key"
    path.write_text(secret)
    path.chmod(mode)
    found = findings(healthy, METRICS_KEY_FILE=str(path))["secret-files"]
    assert found["severity"] == severity
    assert secret not in found["what"]


@pytest.mark.rule("HT-04")
def test_libraries_older_than_asked_block(healthy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        environment_checks, "version", lambda name: "1.9.8" if name == "authlib" else "999"
    )
    found = findings(healthy)["libraries"]
    assert found["severity"] == "blocker"
    assert "authlib 1.9.8" in found["what"]


@pytest.mark.rule("HT-04")
@pytest.mark.parametrize(
    ("schema", "fix"),
    [
        (SchemaStatus("", HEAD), "run: authserver init"),
        (SchemaStatus("0001", HEAD), "run: authserver db upgrade"),
        (SchemaStatus("9999", HEAD, is_known=False), "run the newer version that made it"),
        (StorageUnavailable("refused"), "start it, or correct database.url"),
    ],
)
def test_any_schema_but_ours_blocks_and_nothing_more_is_asked_of_it(
    healthy: Path, schema: SchemaStatus | StorageUnavailable, fix: str
) -> None:
    found = findings(healthy, StubInstallation(schema_now=schema))
    assert (found["schema"]["severity"], found["schema"]["fix"]) == ("blocker", fix)
    assert list(found)[-1] == "schema"


POSTGRESQL = {
    "dialect": "postgresql",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "version": "15",
}
SQLITE = {"dialect": "sqlite", "journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"}


@pytest.mark.rule("HT-04")
@pytest.mark.parametrize(
    ("facts", "severity"),
    [
        (POSTGRESQL, "ok"),
        (POSTGRESQL | {"fsync": "off"}, "blocker"),
        (POSTGRESQL | {"full_page_writes": "off"}, "blocker"),
        (POSTGRESQL | {"synchronous_commit": "off"}, "blocker"),
        (SQLITE, "ok"),
        (SQLITE | {"synchronous": "1"}, "blocker"),
        (SQLITE | {"journal_mode": "memory"}, "blocker"),
        (SQLITE | {"foreign_keys": "0"}, "blocker"),
    ],
)
def test_a_database_that_may_lose_what_it_committed_blocks(
    healthy: Path, facts: dict[str, str], severity: str
) -> None:
    assert findings(healthy, StubInstallation(facts=facts))["durability"]["severity"] == severity


def test_a_database_with_another_time_is_told(healthy: Path) -> None:
    stub = StubInstallation(facts=POSTGRESQL | {"clock": "0"})
    assert findings(healthy, stub)["database-clock"]["severity"] == "warning"


@pytest.mark.rule("MD-01")
@pytest.mark.parametrize("stored", [None, "https://old.example.com"])
def test_the_issuer_of_a_database_never_changes(healthy: Path, stored: str | None) -> None:
    found = findings(healthy, StubInstallation(issuer=stored))["stored-issuer"]
    assert found["severity"] == "blocker"


def test_without_a_signing_key_nothing_starts(healthy: Path) -> None:
    stub = StubInstallation(keys=[active_key(SigningAlgorithm.RS256)])
    assert findings(healthy, stub)["signing-keys"]["severity"] == "blocker"


def test_without_an_administrator_it_is_told(healthy: Path) -> None:
    stub = StubInstallation(administrator_count=0)
    assert findings(healthy, stub)["administrators"]["severity"] == "warning"


def test_people_get_a_line_for_each_check_and_a_sum(healthy: Path) -> None:
    result = run("doctor", wiring=StubInstallation(), environment=home(healthy, LOG_LEVEL="debug"))
    lines = result.stdout.splitlines()
    assert "warning  logging: log_level is debug: logs grow quickly [HT-04]" in lines
    assert "         -> set log_level to info" in lines
    assert lines[-1].startswith("0 blockers, ")
