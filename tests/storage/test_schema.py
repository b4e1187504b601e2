"""Where a schema stands, and how it comes up to date."""

from __future__ import annotations

import importlib
import pkgutil
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, inspect, text

from authserver.domain.errors import Conflict, InvalidField, StorageUnavailable
from authserver.domain.installation import NotInstalled
from authserver.storage import rows
from authserver.storage.rows.metadata import metadata
from authserver.storage.schema import upgrade
from authserver.storage.schema_state import (
    MIGRATIONS,
    SchemaState,
    newest_revision,
    schema_status,
)
from tests.databases import opened

if TYPE_CHECKING:
    from authserver.storage.database import SqlDatabase
    from tests.databases import PostgresDatabases

for module in pkgutil.iter_modules(rows.__path__, f"{rows.__name__}."):
    importlib.import_module(module.name)

UPGRADE = """
import sys
from authserver.storage.schema import upgrade
print(upgrade(sys.argv[1], print).state)
"""


def test_the_steps_make_exactly_the_tables_of_the_code(database: SqlDatabase) -> None:
    with database.connection_for_reading() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, metadata) == []


def test_the_steps_make_the_constraints_of_the_code(database: SqlDatabase) -> None:
    # What the comparison above does not look at: primary keys, foreign keys' names, checks.
    inspector = inspect(database.engine)
    for table in metadata.sorted_tables:
        made = inspector.get_pk_constraint(table.name)
        assert made["constrained_columns"] == [column.name for column in table.primary_key]
        keys = {each["name"] for each in inspector.get_foreign_keys(table.name)}
        assert keys == {each.name for each in table.foreign_key_constraints}
        checks = {each["name"] for each in inspector.get_check_constraints(table.name)}
        declared = {each.name for each in table.constraints if isinstance(each, CheckConstraint)}
        assert checks == declared


def test_every_table_that_expires_has_an_index_for_it(database: SqlDatabase) -> None:
    inspector = inspect(database.engine)
    for table in metadata.sorted_tables:
        if "expires_at" in table.c:
            indexes = [each["column_names"][0] for each in inspector.get_indexes(table.name)]
            assert "expires_at" in indexes, table.name


def test_an_upgrade_says_each_step_and_again_changes_nothing(empty_url: str) -> None:
    steps: list[str] = []
    status = upgrade(empty_url, steps.append)
    assert status.state is SchemaState.UP_TO_DATE
    assert status.current == status.head
    assert steps[0].startswith("0001 First tables")
    assert steps[-1].startswith(status.head)
    assert upgrade(empty_url, steps.append) == status
    assert len(steps) == len(list((MIGRATIONS / "versions").glob("*.py")))
    with opened(empty_url) as database, database.writing() as stores:
        assert stores.authority.position().seq == 0
        assert not stores.clients.list()


def test_an_empty_database_is_told_from_one_that_is_behind_or_ahead(
    database: SqlDatabase, tmp_path: Path
) -> None:
    status = schema_status(database.engine)
    assert status.state is SchemaState.UP_TO_DATE
    assert status.current == status.head
    newer = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, newer)
    (newer / "versions" / "9999_later.py").write_text(
        f"revision = '9999'\ndown_revision = {status.head!r}\nbranch_labels = depends_on = None\n"
    )
    behind = schema_status(database.engine, newer)
    assert (behind.state, behind.current, behind.head) == (
        SchemaState.BEHIND,
        status.head,
        "9999",
    )
    with database.connection_for_writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'from the future'"))
    assert schema_status(database.engine).state is SchemaState.AHEAD
    url = database.engine.url.render_as_string(hide_password=False)
    # A database of a newer release stays as it is.
    assert upgrade(url).state is SchemaState.AHEAD
    with database.connection_for_writing() as connection:
        connection.execute(text("DELETE FROM alembic_version"))
    assert schema_status(database.engine).state is SchemaState.EMPTY


def test_a_step_that_fails_leaves_the_schema_where_it_was(
    database: SqlDatabase, tmp_path: Path
) -> None:
    before = schema_status(database.engine)
    newer = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, newer)
    (newer / "versions" / "9999_broken.py").write_text(
        "from alembic import op\nimport sqlalchemy as sa\n"
        f"revision = '9999'\ndown_revision = {before.head!r}\n"
        "branch_labels = depends_on = None\n"
        "def upgrade():\n"
        "    op.create_table('half', sa.Column('x', sa.Integer))\n"
        "    op.execute('INSERT INTO no_such_table VALUES (1)')\n"
    )
    url = database.engine.url.render_as_string(hide_password=False)
    with pytest.raises(Exception, match="no_such_table"):
        upgrade(url, directory=newer)
    assert schema_status(database.engine) == before
    assert not inspect(database.engine).has_table("half")


def test_two_upgrades_at_once_apply_every_step_once(empty_url: str) -> None:
    running = [
        subprocess.Popen(
            [sys.executable, "-c", UPGRADE, empty_url],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        for _ in range(3)
    ]
    outputs = [process.communicate() for process in running]
    assert [process.returncode for process in running] == [0, 0, 0], outputs
    lines = [line for output, _ in outputs for line in output.splitlines()]
    assert lines.count("up_to_date") == 3
    steps = sorted(line.partition(" ")[0] for line in lines if line != "up_to_date")
    assert steps == sorted(set(steps))
    assert steps[0] == "0001"


def test_the_file_is_for_its_owner_only(sqlite_empty_url: str) -> None:
    upgrade(sqlite_empty_url)
    path = Path(sqlite_empty_url.removeprefix("sqlite:///"))
    with opened(sqlite_empty_url) as database, database.writing() as stores:
        stores.authority.position()
        modes = {
            each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.glob("new.db*")
        }
    assert modes == {"new.db": 0o600, "new.db-shm": 0o600, "new.db-wal": 0o600}


def test_a_folder_that_is_not_there_is_an_outage(tmp_path: Path) -> None:
    with pytest.raises(StorageUnavailable, match="No such file"):
        upgrade(f"sqlite:///{tmp_path / 'nowhere' / 'new.db'}")


def test_the_status_of_a_missing_file_makes_none(sqlite_empty_url: str) -> None:
    with opened(sqlite_empty_url) as database:
        with pytest.raises(StorageUnavailable):
            schema_status(database.engine)
        assert not Path(sqlite_empty_url.removeprefix("sqlite:///")).exists()


@pytest.mark.parametrize("there", ["", "migrations", "migrations/versions"])
def test_without_its_steps_an_installation_says_what_it_lacks(
    database: SqlDatabase, tmp_path: Path, there: str
) -> None:
    (tmp_path / there).mkdir(parents=True, exist_ok=True)
    directory = tmp_path / "migrations"
    url = database.engine.url.render_as_string(hide_password=False)
    for question in (
        lambda: schema_status(database.engine, directory),
        lambda: upgrade(url, directory=directory),
        lambda: newest_revision(directory),
    ):
        with pytest.raises(NotInstalled, match="the steps of the database's schema") as refused:
            question()
        assert "--editable" in refused.value.hint


def test_without_its_steps_nothing_is_made(sqlite_empty_url: str, tmp_path: Path) -> None:
    with pytest.raises(NotInstalled):
        upgrade(sqlite_empty_url, directory=tmp_path)
    assert not Path(sqlite_empty_url.removeprefix("sqlite:///")).exists()


@pytest.mark.parametrize("lacking", ["CREATE", "USAGE, CREATE"])
def test_a_user_who_may_make_no_tables_is_told_the_statement_that_lets_them(
    postgresql_empty_url: str, postgres_databases: PostgresDatabases, lacking: str
) -> None:
    """So it is on a database that somebody else owns, since PostgreSQL 15."""
    cluster = postgres_databases.cluster
    cluster.execute(f"REVOKE {lacking} ON SCHEMA public FROM PUBLIC", "empty")
    cluster.execute("ALTER SCHEMA public OWNER TO postgres", "empty")
    with pytest.raises(Conflict, match="may not make tables") as refused:
        upgrade(postgresql_empty_url)
    statement = str(refused.value).rpartition("run: ")[2]
    assert statement == "GRANT USAGE, CREATE ON SCHEMA public TO authserver"
    cluster.execute(statement, "empty")
    assert upgrade(postgresql_empty_url).state is SchemaState.UP_TO_DATE


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite+aiosqlite:///x.db",
        "mysql://user:geheim@localhost/x",
        "postgresql+psycopg2://user:geheim@localhost/x",
        "postgresql://user:geheim@localhost:port/x",
    ],
)
def test_other_databases_are_refused_by_the_settings_name(url: str) -> None:
    with pytest.raises(
        InvalidField, match=r"^database_url: sqlite:///.* or postgresql://"
    ) as caught:
        upgrade(url)
    assert "geheim" not in str(caught.value)


def test_migrations_import_nothing_of_the_application() -> None:
    for path in MIGRATIONS.rglob("*.py"):
        imported = re.findall(r"^\s*(?:from|import)\s+(\w+)", path.read_text(), re.MULTILINE)
        foreign = set(imported) - sys.stdlib_module_names
        assert foreign <= {"alembic", "sqlalchemy", "flask"}, path
