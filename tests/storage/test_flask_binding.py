"""An application's database, held by Flask-SQLAlchemy."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import Flask

from authserver.domain.errors import InvalidField
from authserver.storage.database import SqlDatabase
from authserver.storage.engines import EngineOptions
from authserver.storage.flask_binding import bind
from tests.storage.examples import client

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

COMPLETE = """
from authserver.storage.flask_binding import metadata
print(" ".join(sorted(metadata.tables)))
"""


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = bind(Flask("authserver"), database_url, EngineOptions(pool_size=1, pool_wait=0.05))
    yield engine
    engine.dispose()


def test_the_engine_serves_the_stores_without_a_context(engine: Engine) -> None:
    database = SqlDatabase(engine)
    with database.writing() as stores:
        stores.clients.add(client())
    with database.reading() as stores:
        assert stores.clients.get("ci-reader") == client()


def test_the_options_are_those_of_every_engine(engine: Engine) -> None:
    assert engine.hide_parameters
    assert engine.pool.size() == 1  # type: ignore[attr-defined]  # a queue pool has a size


def test_a_relative_path_is_relative_to_the_working_folder(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    monkeypatch.chdir(path.parent)
    engine = bind(Flask("authserver"), f"sqlite:///{path.name}")
    with SqlDatabase(engine).reading() as stores:
        assert stores.authority.position().seq == 0
    engine.dispose()


def test_a_path_may_hold_any_character(sqlite_url: str) -> None:
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    odd = path.with_name("50% off #1 ünïcode.db")
    path.rename(odd)
    engine = bind(Flask("authserver"), f"sqlite:///{odd}")
    with SqlDatabase(engine).reading() as stores:
        assert stores.authority.position().seq == 0
    engine.dispose()


def test_a_bad_url_is_refused_by_name() -> None:
    with pytest.raises(InvalidField, match="database_url"):
        bind(Flask("authserver"), "oracle://x")


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def test_flask_db_sees_no_difference_to_migrate(
    request: pytest.FixtureRequest, kind: str, tmp_path: Path
) -> None:
    """By Flask's own command line, which loads its commands before the application."""
    url = request.getfixturevalue(f"{kind}_url")
    (tmp_path / "served.py").write_text(
        "from flask import Flask\n"
        "from authserver.storage.flask_binding import bind\n"
        "app = Flask('authserver')\n"
        f"bind(app, {url!r})\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "served", "db", "check"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr


def test_a_worker_does_not_load_what_changes_schemas() -> None:
    script = "import sys, authserver.app; print([m for m in sys.modules if 'alembic' in m])"
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.stdout.strip() == "[]"


def test_the_binding_alone_knows_every_table() -> None:
    known = subprocess.run(
        [sys.executable, "-c", COMPLETE],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    ).stdout.split()
    declared = {
        path.stem
        for path in (Path(__file__).parents[2] / "authserver/storage/rows").glob("*.py")
        if path.stem not in ("__init__", "metadata", "secrets")
    }
    wanted = {each.removesuffix("ies").rstrip("s") for each in declared} - {"key"} | {"signing"}
    assert [each for each in wanted if not any(name.startswith(each) for name in known)] == []
