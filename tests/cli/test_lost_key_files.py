"""`authserver init` beside a database whose key files, or some of them, are gone."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.cli.runs import home, run

if TYPE_CHECKING:
    from pathlib import Path

FILES = ("kek-1.key", "pepper-1.key", "audit-1.key", "checkpoint-1.pem")


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """The key files of an installation that was set up."""
    assert run("init", environment=home(tmp_path)).exit_code == 0
    return tmp_path / "keys"


@pytest.mark.parametrize("name", FILES)
def test_no_new_key_file_is_made_for_one_that_the_database_needs(keys: Path, name: str) -> None:
    (keys / name).unlink()
    result = run("init", environment=home(keys.parent))
    assert result.exit_code == 1
    assert f"{keys}: {name} missing, but the database was made with such files" in result.stderr
    assert "restore them from your backup" in result.stderr
    assert not (keys / name).exists()


def test_without_their_folder_all_of_them_are_named(keys: Path) -> None:
    shutil.rmtree(keys)
    result = run("init", environment=home(keys.parent))
    assert result.exit_code == 1
    assert f"{keys}: {', '.join(FILES)} missing" in result.stderr
    assert not keys.exists()


def test_an_init_that_stopped_before_the_database_makes_the_rest(keys: Path) -> None:
    (keys / "pepper-1.key").unlink()
    shutil.rmtree(keys.parent / "var")
    assert run("init", environment=home(keys.parent)).exit_code == 0
    assert (keys / "pepper-1.key").exists()
