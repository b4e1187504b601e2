"""`wsgi.py` under any WSGI server: the same conditions at the start, and forks do no harm."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests.rfc.changes import database_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.instances import Caller
    from tests.rfc.installations import Installation

PROJECT: Final = Path(__file__).parents[2]
LONGEST_SECONDS: Final = 60
LOAD: Final = ("-c", "import wsgi; print('loaded')")


def in_a_process(installation: Installation, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python as a server would that has found `wsgi.py` in its folder."""
    return subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, **installation.environment},
        cwd=PROJECT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LONGEST_SECONDS,
        check=False,
    )


def age_the_schema(installation: Installation) -> None:
    with closing(sqlite3.connect(database_file(installation))) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '0001'")


def keys_of(installation: Installation) -> Path:
    return installation.settings.keys.directory


UNSAFE: Final[dict[str, tuple[Callable[[Installation], object], str, str]]] = {
    "an old schema": (age_the_schema, "schema 0001", "authserver db upgrade"),
    "no keys": (
        lambda installation: shutil.rmtree(keys_of(installation)),
        "no key files",
        "authserver init",
    ),
    "a key that others may read": (
        lambda installation: (keys_of(installation) / "kek-1.key").chmod(0o644),
        "kek-1.key",
        "chmod",
    ),
    "no database": (
        lambda installation: database_file(installation).unlink(),
        "the database is empty",
        "authserver init",
    ),
}


@pytest.mark.rule("HT-04")
def test_a_sound_installation_is_loaded(installation: Installation) -> None:
    loaded = in_a_process(installation, *LOAD)
    assert (loaded.returncode, loaded.stdout) == (0, "loaded\n"), loaded.stderr


@pytest.mark.rule("HT-04")
@pytest.mark.parametrize("case", UNSAFE)
def test_what_stops_the_start_stops_the_loading_too(installation: Installation, case: str) -> None:
    spoil, what, advice = UNSAFE[case]
    spoil(installation)
    refused = in_a_process(installation, *LOAD)
    assert refused.returncode == 1
    assert refused.stdout == ""
    # Servers show the exception, some show nothing else.
    told = refused.stderr.rpartition("InstallationUnfit: ")[2]
    assert what in told
    assert advice in told


@pytest.mark.slow
@pytest.mark.parametrize("asked_first", [0, 1])
def test_a_process_that_was_forked_after_loading_serves_with_threads_of_its_own(
    installation: Installation, reader: Caller, asked_first: int
) -> None:
    arguments = (reader.client_id, reader.secret, str(asked_first))
    ended = in_a_process(installation, "-m", "tests.rfc.forked", *arguments)
    assert ended.returncode == 0, ended.stderr
    told = [json.loads(line) for line in ended.stdout.splitlines()]
    processes = ["parent"] * asked_first + ["child", "grandchild", "parent"]
    assert [line["who"] for line in told] == processes
    assert {line["status"] for line in told} == {200}
    assert {line["threads"] for line in told} == {told[-1]["threads"]}
    assert told[-1]["threads"] > 1
    assert len(installation.records("token.issued")) == len(told)
