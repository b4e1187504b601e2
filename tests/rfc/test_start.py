"""The server does not start on anything unsafe, and says why (HT-04)."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Final

import pytest

from authserver.supervisor import serving
from tests.cli.runs import run
from tests.rfc.changes import database_file
from tests.rfc.server_log import logging_as_a_worker

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    from tests.rfc.installations import Installation

START_SECONDS: Final = 60


@pytest.fixture
def starts(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What `authserver serve` would have served; nothing is."""
    plans: list[object] = []
    monkeypatch.setattr(serving, "serve", lambda plan, **_: plans.append(plan))
    return plans


def start(installation: Installation, **overrides: str) -> Result:
    """`authserver serve` in this process; the logs that it configures are put back."""
    with logging_as_a_worker():
        return run("serve", environment={**installation.environment, **overrides})


def assert_refused(result: Result, starts: list[object], *words: str) -> None:
    """Nothing was served, the exit code says so, and a person knows what to do."""
    assert starts == []
    assert result.exit_code not in {0, None}
    assert isinstance(result.exception, SystemExit)
    for word in ("error: ", *words):
        assert word in result.stderr, result.stderr
    assert "Traceback" not in result.output


@pytest.mark.rule("HT-04")
def test_a_sound_installation_starts(installation: Installation, starts: list[object]) -> None:
    result = start(installation)
    assert (result.exit_code, len(starts)) == (0, 1), result.output


def _key_file(installation: Installation, name: str) -> Path:
    return installation.settings.keys.directory / name


FILES: Final[dict[str, tuple[Callable[[Installation], object], str]]] = {
    "a key file that others may read": (
        lambda installation: _key_file(installation, "kek-1.key").chmod(0o644),
        "kek-1.key",
    ),
    "a key file that the group may read": (
        lambda installation: _key_file(installation, "pepper-1.key").chmod(0o640),
        "pepper-1.key",
    ),
    "a folder of keys that others may write": (
        lambda installation: installation.settings.keys.directory.chmod(0o777),
        "keys",
    ),
    "no key file at all": (
        lambda installation: shutil.rmtree(installation.settings.keys.directory),
        "key files",
    ),
    "one key file missing": (
        lambda installation: _key_file(installation, "audit-1.key").unlink(),
        "audit",
    ),
    "a key that is too short": (
        lambda installation: _key_file(installation, "pepper-1.key").write_text("c2hvcnQ\n"),
        "pepper-1.key",
    ),
    "a key that is no key": (
        lambda installation: _key_file(installation, "kek-1.key").write_text("changeme\n"),
        "kek-1.key",
    ),
    "a data folder open to others": (
        lambda installation: installation.settings.data_directory.chmod(0o755),
        "open to others",
    ),
}


@pytest.mark.rule("HT-04")
@pytest.mark.parametrize("case", FILES)
def test_files_that_are_missing_weak_or_open_stop_the_start(
    installation: Installation, starts: list[object], case: str
) -> None:
    spoil, word = FILES[case]
    spoil(installation)
    assert_refused(start(installation), starts, word)


SETTINGS: Final[dict[str, tuple[dict[str, str], str]]] = {
    "debug mode of Flask": ({"FLASK_DEBUG": "1"}, "FLASK_DEBUG"),
    "debug mode of Werkzeug": ({"WERKZEUG_DEBUG": "true"}, "WERKZEUG_DEBUG"),
    "no issuer": ({"AUTHSERVER_ISSUER": ""}, "issuer"),
    "another issuer": ({"AUTHSERVER_ISSUER": "https://other.example.org"}, "issuer"),
    "an issuer without TLS": ({"AUTHSERVER_ISSUER": "http://auth.example.org"}, "issuer"),
    "an issuer with a query": ({"AUTHSERVER_ISSUER": "https://auth.example.org?x"}, "issuer"),
    "an unknown setting": ({"AUTHSERVER_SERVER_PROT": "1"}, "AUTHSERVER_SERVER_PROT"),
    "trust in everybody": ({"AUTHSERVER_SERVER_TRUSTED_PROXIES": "0.0.0.0/0"}, "trusted_proxies"),
    "tokens for a day": ({"AUTHSERVER_TOKENS_ACCESS_TOKEN_MAX_SECONDS": "86400"}, "3600"),
    "keys announced too late": (
        {"AUTHSERVER_KEYS_ANNOUNCE_SECONDS": "60", "AUTHSERVER_KEYS_JWKS_MAX_AGE_SECONDS": "60"},
        "announce_seconds",
    ),
    "calls into every network": (
        {"AUTHSERVER_OUTBOUND_PRIVATE_NETWORKS": "0.0.0.0/0"},
        "private_networks",
    ),
}


@pytest.mark.rule("HT-04")
@pytest.mark.parametrize("case", SETTINGS)
def test_settings_that_are_missing_or_unsafe_stop_the_start(
    installation: Installation, starts: list[object], case: str
) -> None:
    overrides, word = SETTINGS[case]
    assert_refused(start(installation, **overrides), starts, word)


@pytest.mark.rule("HT-04")
@pytest.mark.parametrize(
    ("content", "mode"),
    [("secret", 0o600), ("changeme" * 3, 0o600), ("", 0o600), ("x" * 40, 0o644)],
    ids=["short", "known word", "empty", "open"],
)
def test_a_weak_or_open_metrics_key_stops_the_start(
    installation: Installation, starts: list[object], content: str, mode: int
) -> None:
    key_file = installation.folder / "metrics.key"
    key_file.write_text(content)
    key_file.chmod(mode)
    result = start(installation, AUTHSERVER_METRICS_KEY_FILE=str(key_file))
    assert_refused(result, starts, "metrics.key")


MIGRATIONS: Final = {
    "behind": "UPDATE alembic_version SET version_num = '0001'",
    "ahead": "UPDATE alembic_version SET version_num = '9999'",
    "unknown": "DELETE FROM alembic_version",
}


@pytest.mark.rule("HT-04")
@pytest.mark.parametrize("case", MIGRATIONS)
def test_a_skewed_schema_stops_the_start(
    installation: Installation, starts: list[object], case: str
) -> None:
    with closing(sqlite3.connect(database_file(installation))) as database, database:
        assert database.execute(MIGRATIONS[case]).rowcount == 1
    assert_refused(start(installation), starts, "schema: ")


@pytest.mark.rule("HT-04")
def test_the_process_itself_ends_with_a_message(installation: Installation) -> None:
    _key_file(installation, "kek-1.key").chmod(0o644)
    ended = subprocess.run(
        [sys.executable, "-m", "authserver", "serve"],
        env={**os.environ, **installation.environment},
        cwd=installation.folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
        check=False,
    )
    assert ended.returncode not in {0, -9, -15}
    assert "kek-1.key" in ended.stderr
    assert "Traceback" not in ended.stderr
