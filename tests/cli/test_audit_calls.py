"""`authserver audit calls`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.call_counts import HOUR_SECONDS
from authserver.storage.journal import FileJournal
from tests.audits import trail_on
from tests.cli.audit_parts import Container
from tests.cli.runs import run
from tests.cli.stub_wiring import StubInstallation
from tests.doubles import EPOCH, FakeEntropy
from tests.storage.calls import call
from tests.storage.examples import resource, user

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from click.testing import Result

SITE = resource()
EVENTS = [
    *(call(client_id="web", subject="user:ada", resource=SITE.identifier) for _ in range(3)),
    call(subject="client:robot", at=EPOCH - HOUR_SECONDS),
    call(reason="read-only: not here", at=EPOCH - 2 * HOUR_SECONDS),
    *(call(way="basic", client_id="", at=EPOCH - 3 * HOUR_SECONDS) for _ in range(2)),
]


class CommandLine:
    """Commands on one trail, in whose journal calls stand."""

    def __init__(self, container: Container, journals: Path) -> None:
        self.container = container
        self.journal = FileJournal(journals, "node", FakeEntropy())
        for each in EVENTS:
            self.journal.append(each)

    def run(self, *arguments: str) -> Result:
        wiring = StubInstallation(container=self.container)
        return run("audit", "calls", *arguments, wiring=wiring)

    def json(self, *arguments: str) -> Any:
        result = self.run(*arguments, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    def numbers(self, *arguments: str) -> list[int]:
        return [each["calls"] for each in self.json(*arguments)["counts"]]


@pytest.fixture
def line(sqlite_url: str, tmp_path: Path) -> Iterator[CommandLine]:
    with trail_on(sqlite_url) as trail:
        with trail.database.writing() as stores:
            stores.resources.add(SITE)
            stores.users.add(user())
        container = Container(trail, tmp_path / "journals")
        line = CommandLine(container, tmp_path / "journals")
        yield line
        line.journal.close()


def test_a_table_says_who_called_what_how_and_how_often(line: CommandLine) -> None:
    result = line.run()
    heading, newest, *_ = result.stdout.splitlines()
    assert heading.split() == [
        "HOUR",
        "CALLS",
        "WAY",
        "OUTCOME",
        "SITE",
        "CLIENT",
        "USER",
        "REASON",
    ]
    assert newest.split() == [
        *("2027-01-15T08:00:00.000Z", "3", "access-token", "success", SITE.name, "web", "ada"),
        "-",
    ]
    assert result.stderr == "7 calls fit\n"


def test_json_is_whole(line: CommandLine) -> None:
    assert line.json("--user", "ada") == {
        "counts": [
            {
                "hour": "2027-01-15T08:00:00.000Z",
                "resource": SITE.identifier,
                "way": "access-token",
                "outcome": "success",
                "reason": "",
                "client_id": "web",
                "subject": "user:ada",
                "username": "ada",
                "calls": 3,
            }
        ],
        "calls": 3,
        "complete": True,
        "next_cursor": None,
    }


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], [3, 1, 1, 2]),
        (["--oldest-first"], [2, 1, 1, 3]),
        (["--way", "legacy"], [2]),
        (["--resource", SITE.name], [3]),
        (["--client", "robot"], [1, 1]),
        (["--client", "-"], [2]),
        (["--user", "-", "--client", "robot"], [1]),
        (["--outcome", "refused"], [1]),
        (["--reason", "read-only"], [1]),
        (["--since", "1h", "--until", "2027-01-15T08:00:00Z"], [1]),
        (["--way", "several"], []),
    ],
)
def test_options_narrow_and_turn(
    line: CommandLine, arguments: list[str], expected: list[int]
) -> None:
    assert line.numbers(*arguments) == expected


def test_pages_follow_each_other(line: CommandLine) -> None:
    whole = line.json()["counts"]
    first = line.json("--limit", "3")
    assert (first["calls"], first["complete"]) == (7, True)
    rest = line.json("--limit", "3", "--cursor", first["next_cursor"])
    assert first["counts"] + rest["counts"] == whole
    assert rest["next_cursor"] is None
    assert f"more: --cursor {first['next_cursor']}" in line.run("--limit", "3").stderr


def test_what_was_answered_a_moment_ago_is_counted_unless_told_otherwise(
    line: CommandLine,
) -> None:
    assert line.numbers("--as-stored") == []
    assert line.numbers() == [3, 1, 1, 2]
    line.journal.append(call(subject="client:robot", at=EPOCH + HOUR_SECONDS))
    assert line.numbers("--as-stored") == [3, 1, 1, 2]
    assert line.numbers() == [1, 3, 1, 1, 2]


def test_nothing_that_fits_is_said_in_words(line: CommandLine) -> None:
    result = line.run("--client", "nobody-here")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "no call fits\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--since", "soon"],
        ["--until", "2027-01-15"],
        ["--cursor", "1800000000"],
        ["--cursor", "1.A"],
        ["--way", "by-foot"],
        ["--outcome", "failed"],
    ],
)
def test_what_cannot_be_read_is_refused(line: CommandLine, arguments: list[str]) -> None:
    result = line.run(*arguments)
    assert result.exit_code in {1, 2}
    assert arguments[0].removeprefix("--") in result.stderr
    assert result.stdout == ""
