"""`authserver init`, on a real installation."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING

from authserver.domain.errors import Conflict
from tests.cli.runs import home, run
from tests.cli.stub_wiring import StubInstallation, StubSteps

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from authserver.settings import Settings


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_init_says_what_it_did_and_prints_one_password_alone_on_stdout(tmp_path: Path) -> None:
    result = run("init", environment=home(tmp_path))
    assert result.exit_code == 0, result.output
    assert len(result.stdout.split()) == 1
    told = result.stderr
    for word in ("folders: made", "key files: made", "database: created", "signing keys: made"):
        assert word in told
    assert "issuer: http://localhost:8000, now fixed" in told
    assert "administrator: made admin" in told
    password = result.stdout.strip()
    assert password not in told
    for content in files_of(tmp_path).values():
        assert password.encode() not in content


def test_init_again_changes_nothing_and_says_so(tmp_path: Path) -> None:
    run("init", environment=home(tmp_path))
    before = files_of(tmp_path / "keys")
    again = run("init", environment=home(tmp_path))
    assert again.exit_code == 0
    assert again.stdout == ""
    assert again.stderr.endswith("nothing to do: everything was set up already\n")
    assert files_of(tmp_path / "keys") == before


def test_init_closes_what_it_makes_to_others(tmp_path: Path) -> None:
    run("init", environment=home(tmp_path))
    for folder in ("var", "var/journal", "keys"):
        assert stat.S_IMODE((tmp_path / folder).stat().st_mode) == 0o700


def test_init_tells_scripts_everything_in_one_document(tmp_path: Path) -> None:
    result = run("init", "--administrator", "root", "--json", environment=home(tmp_path))
    told = json.loads(result.stdout)
    assert told["changed"] is True
    assert told["administrator"] == "root"
    assert told["one_time_password"]
    again = json.loads(run("init", "--json", environment=home(tmp_path)).stdout)
    assert (again["changed"], again["one_time_password"]) == (False, None)


def test_another_issuer_on_the_same_database_is_refused(tmp_path: Path) -> None:
    run("init", environment=home(tmp_path))
    result = run("init", environment=home(tmp_path, ISSUER="http://localhost:9000"))
    assert result.exit_code == 1
    assert "http://localhost:8000" in result.stderr


def test_a_folder_that_cannot_be_made_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "var").touch()
    result = run("init", environment=home(tmp_path), wiring=StubInstallation())
    assert result.exit_code == 2
    assert f"error: data_directory: {tmp_path}/var cannot be made" in result.stderr


def test_a_step_that_refuses_ends_init_and_lets_go_of_the_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Refusing(StubSteps):
        def remember_issuer(self) -> bool:
            raise Conflict("another issuer is stored")

    stub = StubInstallation()

    def steps(_settings: Settings) -> Refusing:
        return Refusing(stub)

    monkeypatch.setattr(stub, "initialisation_steps", steps)
    result = run("init", environment=home(tmp_path), wiring=stub)
    assert result.exit_code == 1
    assert "error: another issuer is stored" in result.stderr
    assert "database: schema" in result.stderr
    assert stub.closed == 1
