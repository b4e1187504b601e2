"""`authserver db`."""

from __future__ import annotations

import json

import pytest

from authserver.domain.errors import StorageUnavailable
from authserver.domain.installation import SchemaStatus
from tests.cli.runs import run
from tests.cli.stub_wiring import HEAD, StubInstallation


def test_upgrade_says_what_it_did_and_again_that_there_is_nothing_to_do() -> None:
    stub = StubInstallation(schema_now=SchemaStatus("0001", HEAD))
    first = run("db", "upgrade", wiring=stub)
    again = run("db", "upgrade", wiring=stub)
    assert first.stdout == f"upgraded from 0001 to {HEAD}\n"
    assert again.stdout == f"nothing to do, the schema is {HEAD}\n"


def test_upgrade_tells_scripts_the_same() -> None:
    stub = StubInstallation(schema_now=SchemaStatus("", HEAD))
    told = json.loads(run("db", "upgrade", "--json", wiring=stub).stdout)
    assert told == {"before": "", "after": HEAD, "changed": True}


def test_check_is_content_with_the_schema_of_this_version() -> None:
    result = run("db", "check", wiring=StubInstallation())
    assert result.exit_code == 0
    assert result.stdout == f"the schema is current: {HEAD}\n"


@pytest.mark.parametrize(
    ("status", "code", "told"),
    [
        (SchemaStatus("", HEAD), 5, "hint: run: authserver init"),
        (SchemaStatus("0001", HEAD), 5, "hint: run: authserver db upgrade"),
        (SchemaStatus("9999", HEAD, is_known=False), 1, "run the newer version"),
        (StorageUnavailable("the database does not answer"), 4, "error: the database does not"),
    ],
)
def test_check_refuses_any_other_schema(
    status: SchemaStatus | StorageUnavailable, code: int, told: str
) -> None:
    result = run("db", "check", wiring=StubInstallation(schema_now=status))
    assert result.exit_code == code
    assert told in result.stderr


def test_check_tells_scripts_where_the_schema_stands() -> None:
    stub = StubInstallation(schema_now=SchemaStatus("0001", HEAD))
    result = run("db", "check", "--json", wiring=stub)
    assert result.exit_code == 5
    assert json.loads(result.stdout) == {"current": "0001", "head": HEAD, "is_current": False}
