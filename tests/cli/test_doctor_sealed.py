"""`authserver doctor` beside sealed values whose key file is gone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.installation import SealedValue
from tests.cli.runs import home, run
from tests.cli.stub_wiring import StubInstallation

if TYPE_CHECKING:
    from pathlib import Path

KEY = SealedValue("signing key kid-1", "kek-1.key", vital=True)


def found_in(folder: Path, wiring: StubInstallation | None = None) -> Any:
    result = run("doctor", "--json", wiring=wiring, environment=home(folder))
    return {each["check"]: each for each in json.loads(result.stdout)}["sealed-values"]


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    assert run("init", environment=home(tmp_path)).exit_code == 0
    return tmp_path


def test_a_lost_file_that_signing_keys_need_blocks(installed: Path) -> None:
    environment = home(installed)
    assert found_in(installed)["severity"] == "ok"
    for command in ("add-file", "reseal"):
        assert run("key", command, environment=environment).exit_code == 0
    (installed / "keys" / "kek-1.key").unlink()
    assert found_in(installed)["severity"] == "ok"
    (installed / "keys" / "kek-2.key").rename(installed / "keys" / "kek-3.key")
    found = found_in(installed)
    assert found["severity"] == "blocker"
    assert "kek-2.key missing: needed by signing key " in found["what"]
    assert found["fix"] == "restore it from your backup"


def test_a_lost_file_that_only_a_credential_needs_is_a_warning(installed: Path) -> None:
    environment = home(installed)
    run(
        *("resource", "create", "jira-main", "--kind", "jira-dc"),
        *("--url", "https://jira.example.com"),
        environment=environment,
    )
    run("key", "add-file", environment=environment)
    done = run(
        *("resource", "set-credential", "jira-main", "--type", "bearer", "--account", "svc"),
        *("--secret-file", "-"),
        environment=environment,
        input_text="token",
    )
    assert done.exit_code == 0, done.output
    assert found_in(installed)["severity"] == "ok"
    (installed / "keys" / "kek-2.key").unlink()
    found = found_in(installed)
    assert found["severity"] == "warning"
    assert "kek-2.key missing: needed by credential of resource jira-main" in found["what"]
    assert "authserver resource set-credential" in found["fix"]


def test_only_a_few_of_many_are_named(installed: Path) -> None:
    many = [SealedValue(f"signing key {n}", "kek-9.key", vital=True) for n in range(5)]
    found = found_in(installed, StubInstallation(sealed=[KEY, *many]))
    assert found["what"].endswith(
        "kek-9.key missing: needed by signing key 0, signing key 1, signing key 2, …"
    )


def test_what_is_not_sealed_in_a_known_way_is_named(installed: Path) -> None:
    broken = SealedValue("credential of resource wiki", "", vital=False)
    found = found_in(installed, StubInstallation(sealed=[KEY, broken]))
    assert "a key file that nobody can name missing: needed by credential" in found["what"]
