"""What `doctor` says about mail."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from authserver.crypto.key_file_making import ensure_key_files
from authserver.crypto.system import SystemClock
from tests.cli.runs import home, run
from tests.cli.stub_wiring import StubInstallation
from tests.doubles import FakeEntropy
from tests.storage.mail_examples import mail

if TYPE_CHECKING:
    from pathlib import Path

    from authserver.domain.mail import WaitingMail

NOW = SystemClock().now()
ON = {"MAIL_HOST": "mail.example.com", "MAIL_SENDER": "auth@example.com"}


@pytest.fixture
def healthy(tmp_path: Path) -> Path:
    """Folder of an installation that has nothing to mend."""
    ensure_key_files(tmp_path / "keys", FakeEntropy())
    (tmp_path / "var").mkdir(mode=0o700)
    return tmp_path


def finding(folder: Path, check: str, *mails: WaitingMail, **settings: str) -> Any:
    stub = StubInstallation(mails=mails)
    result = run("doctor", "--json", wiring=stub, environment=home(folder, **settings))
    return {each["check"]: each for each in json.loads(result.stdout)}[check]


def test_mail_that_is_off_is_no_mistake(healthy: Path) -> None:
    assert finding(healthy, "mail")["severity"] == "ok"
    assert finding(healthy, "mail-outbox")["severity"] == "ok"


@pytest.mark.rule("HT-01")
@pytest.mark.parametrize(
    ("host", "security", "severity"),
    [
        ("mail.example.com", "none", "warning"),
        ("192.0.2.1", "none", "warning"),
        ("localhost", "none", "ok"),
        ("127.0.0.1", "none", "ok"),
        ("mail.example.com", "starttls", "ok"),
        ("mail.example.com", "tls", "ok"),
    ],
)
def test_mail_in_clear_stays_on_the_machine(
    healthy: Path, host: str, security: str, severity: str
) -> None:
    settings = {**ON, "MAIL_HOST": host, "MAIL_SECURITY": security}
    found = finding(healthy, "mail", **settings)
    assert found["severity"] == severity
    assert host in found["what"]


def test_mail_that_waits_for_long_is_told_with_its_error(healthy: Path) -> None:
    late = mail(created_at=NOW - 7200, last_error="connect_failed: ECONNREFUSED")
    found = finding(healthy, "mail-outbox", late, mail("m2", created_at=NOW), **ON)
    assert found["severity"] == "warning"
    assert found["what"].startswith("2 mails wait, the oldest for 2 hours")
    assert found["what"].endswith("connect_failed: ECONNREFUSED")
    assert finding(healthy, "mail-outbox", mail(created_at=NOW), **ON)["severity"] == "ok"


def test_mail_that_waits_while_mail_is_off_is_told(healthy: Path) -> None:
    found = finding(healthy, "mail-outbox", mail(created_at=NOW))
    assert found["severity"] == "warning"
    assert "mail is off" in found["what"]


@pytest.mark.rule("HT-04")
def test_a_password_file_that_others_may_read_keeps_the_server_from_starting(
    healthy: Path,
) -> None:
    path = healthy / "password"
    path.write_text("secret\n")
    path.chmod(0o644)
    settings = {**ON, "MAIL_USERNAME": "auth", "MAIL_PASSWORD_FILE": str(path)}
    found = finding(healthy, "secret-files", **settings)
    assert found["severity"] == "blocker"
    assert "mail.password_file" in found["what"]
    path.chmod(0o600)
    assert finding(healthy, "secret-files", **settings)["severity"] == "ok"
