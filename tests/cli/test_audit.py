"""`authserver audit` on a trail in SQLite."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.audit import Actor, ActorKind, Outcome
from authserver.storage.audit_anchor import AnchorFile
from authserver.storage.journal import FileJournal
from tests.audit_events import event
from tests.audits import Trail, trail_on
from tests.cli.audit_parts import Container
from tests.cli.runs import run
from tests.cli.stub_wiring import StubInstallation
from tests.doubles import EPOCH, FakeEntropy
from tests.storage.calls import call

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from click.testing import Result


class CommandLine:
    """Commands on one trail."""

    def __init__(self, trail: Trail, folder: Path) -> None:
        self.trail = trail
        self.journals = folder / "journals"
        self.container = Container(trail, self.journals)

    def run(self, *arguments: str) -> Result:
        return run("audit", *arguments, wiring=StubInstallation(container=self.container))

    def json(self, *arguments: str) -> Any:
        result = self.run(*arguments, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    def numbers(self, *arguments: str) -> list[int]:
        return [each["details"]["number"] for each in self.json("search", *arguments)["records"]]


@pytest.fixture
def line(sqlite_url: str, tmp_path: Path) -> Iterator[CommandLine]:
    with trail_on(sqlite_url) as trail:
        yield CommandLine(trail, tmp_path)


def test_search_shows_a_table_with_dates_and_their_zone(line: CommandLine) -> None:
    line.trail.add(1, 2)
    heading, first, second = line.run("search").stdout.splitlines()
    assert heading.split()[:4] == ["TIME", "ACTION", "OUTCOME", "ACTOR"]
    assert first.split()[:4] == [
        "2027-01-15T08:00:00.002Z",
        "token.issued",
        "success",
        "client:robot-2",
    ]
    assert second.split()[-1] == "request-1"


def test_search_finds_what_was_answered_a_moment_ago(line: CommandLine) -> None:
    journal = FileJournal(line.journals, "node", FakeEntropy())
    journal.append(event(7))
    assert line.numbers() == [7]
    assert line.numbers("--as-stored") == [7]
    journal.append(event(8))
    assert line.numbers("--as-stored") == [7]
    assert line.numbers() == [8, 7]
    journal.close()


def test_search_as_json_is_whole(line: CommandLine) -> None:
    line.trail.add(5)
    answer = line.json("search")
    assert answer["next_cursor"] is None
    (record,) = answer["records"]
    assert record == {
        "id": 1,
        "time": "2027-01-15T08:00:00.005Z",
        "recorded": "2027-01-15T08:00:00.005Z",
        "action": "token.issued",
        "outcome": "success",
        "actor": {"kind": "client", "id": "robot-2"},
        "client_id": "robot-2",
        "resource": "jira",
        "object": {"kind": "token", "id": "token-5"},
        "token_id": "token-5",
        "reason": "",
        "request_id": "request-5",
        "peer": "192.0.2.7",
        "details": {"number": 5, "scopes": ["read:jira-work"]},
    }


@pytest.mark.parametrize(
    ("arguments", "numbers"),
    [
        (["--since", "2027-01-15T08:00:03Z"], [4, 3]),
        (["--until", "2027-01-15T09:00:02+01:00"], [1]),
        (["--since", "10s"], [4, 3, 2, 1]),
        (["--since", "1h", "--until", "8s"], [2, 1]),
        (["--actor", "zoë"], [4]),
        (["--client", "robot-2"], [2]),
        (["--resource", "jira"], [3, 2, 1]),
        (["--action", "client"], [4]),
        (["--outcome", "refused"], [4]),
        (["--reason", "unknown-path"], [4]),
        (["--request-id", "request-3"], [3]),
        (["--token-id", "token-2"], [2]),
        (["--object", "client:c1"], [4]),
        (["--object", "token-1"], [1]),
        (["--action", "token", "--client", "robot-0"], [3]),
    ],
)
def test_each_option_narrows(line: CommandLine, arguments: list[str], numbers: list[int]) -> None:
    with line.trail.database.writing() as stores:
        for number in (1, 2, 3):
            stores.audit.add(event(number, at=EPOCH + number))
        stores.audit.add(
            event(
                4,
                at=EPOCH + 4,
                actor=Actor(ActorKind.USER, "zoë"),
                action="client.created",
                outcome=Outcome.REFUSED,
                reason="unknown-path: told",
                object_kind="client",
                object_id="c1",
                resource="",
                token_id="",
            )
        )
    line.trail.clock.advance(10.5)
    assert line.numbers(*arguments) == numbers


def test_pages_follow_each_other(line: CommandLine) -> None:
    line.trail.add(*range(5))
    first = line.json("search", "--limit", "2")
    rest = line.json("search", "--limit", "5", "--cursor", first["next_cursor"])
    numbers = [each["details"]["number"] for each in [*first["records"], *rest["records"]]]
    assert numbers == [4, 3, 2, 1, 0]
    assert rest["next_cursor"] is None
    shown = line.run("search", "--limit", "2")
    assert f"--cursor {first['next_cursor']}" in shown.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "named"),
    [
        (["--since", "yesterday"], 2, "since"),
        (["--until", "2027-01-15T08:00:00"], 2, "until"),
        (["--cursor", "x"], 2, "cursor"),
        (["--outcome", "x"], 2, "--outcome"),
        (["--limit", "0"], 2, "--limit"),
        (["--limit", "1001"], 2, "--limit"),
    ],
)
def test_wrong_input_is_refused_by_name(
    line: CommandLine, arguments: list[str], code: int, named: str
) -> None:
    result = line.run("search", *arguments)
    assert (result.exit_code, result.stdout) == (code, "")
    assert named in result.stderr


@pytest.mark.rule("AU-02")
def test_hostile_text_cannot_steer_the_terminal(line: CommandLine) -> None:
    hostile = "\x1b[2J\r\n\u2028\u202e\x00"
    with line.trail.database.writing() as stores:
        stores.audit.add(event(1, reason=hostile, details={"number": 1, hostile: hostile}))
    for arguments in (["search"], ["search", "--json"], ["export"]):
        output = line.run(*arguments).stdout
        assert output.replace("\n", "").isprintable()
        assert output.isascii()


def test_export_prints_every_record_as_a_line(line: CommandLine) -> None:
    line.trail.add(*range(1500))
    result = line.run("export", "--action", "token")
    records = [json.loads(each) for each in result.stdout.splitlines()]
    assert [each["details"]["number"] for each in records] == list(range(1500))[::-1]


def test_without_journals_to_read_a_search_does_not_pretend(line: CommandLine) -> None:
    line.trail.add(1)
    line.container.moves_fail = True
    for command in ("search", "export", "verify"):
        result = line.run(command)
        assert (result.exit_code, result.stdout) == (4, "")
        assert "cannot be moved" in result.stderr
    assert line.numbers("--as-stored") == [1]


def test_verify_says_that_all_is_well(line: CommandLine) -> None:
    line.trail.filled(12)
    line.trail.add(13)
    result = line.run("verify")
    assert result.exit_code == 0
    assert "sealed    12 records in 2 seals" in result.stdout
    assert "unsealed  1 " in result.stdout
    assert "broken    0" in result.stdout
    answer = line.json("verify")
    assert (answer["clean"], answer["sealed"], answer["unsealed"]) == (True, 12, 1)
    assert answer["breaks"] == []


@pytest.mark.rule("AU-04")
def test_verify_names_each_break_and_ends_with_3(line: CommandLine) -> None:
    line.trail.filled(12)
    line.trail.tamper("UPDATE audit_records SET actor = 'x' WHERE id = 7")
    result = line.run("verify")
    assert result.exit_code == 3
    assert "position 7, record 7, seal 1: edited" in result.stdout
    as_json = line.run("verify", "--json")
    assert as_json.exit_code == 3
    (found,) = json.loads(as_json.stdout)["breaks"]
    assert (found["kind"], found["position"], found["record_id"]) == ("edited", 7, 7)


@pytest.mark.rule("AU-04")
def test_verify_holds_the_chain_against_an_anchor(line: CommandLine, tmp_path: Path) -> None:
    anchor = tmp_path / "anchor"
    line.trail.filled(20, anchor=AnchorFile(anchor))
    assert line.json("verify", "--anchor", str(anchor))["anchored_position"] == 20
    for table in ("audit_seals WHERE number > 1", "audit_records WHERE id > 10"):
        line.trail.tamper(f"DELETE FROM {table}")
    line.trail.tamper("DELETE FROM audit_checkpoints")
    assert line.run("verify").exit_code == 0
    result = line.run("verify", "--anchor", str(anchor))
    assert result.exit_code == 3
    assert "position 11" in result.stdout
    assert "truncated" in result.stdout


def test_verify_wants_an_anchor_that_is_there(line: CommandLine, tmp_path: Path) -> None:
    assert line.run("verify", "--anchor", str(tmp_path / "none")).exit_code == 2


def test_a_long_verification_says_how_far_it_is(
    line: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("authserver.cli.audit.PROGRESS_RECORDS", 10)
    line.trail.filled(25)
    assert "25 records checked" in line.run("verify").stderr


def test_seal_moves_seals_and_signs_now(line: CommandLine) -> None:
    assert line.run("seal").stderr.startswith("nothing was signed")
    assert line.json("seal") is None
    journal = FileJournal(line.journals, "node", FakeEntropy())
    journal.append(event(1))
    journal.close()
    answer = line.json("seal")
    assert (answer["position"], answer["seal"]) == (1, 1)
    assert line.json("verify")["anchored_position"] == 1
    assert "position" in line.run("seal").stdout


@pytest.mark.rule("AU-06")
def test_no_command_changes_or_removes_records(line: CommandLine) -> None:
    shown = line.run("--help").stdout.partition("Commands:")[2]
    names = {each.split()[0] for each in shown.splitlines() if each}
    assert names == {
        *("calls", "export", "search", "seal", "show", "summary", "unknown-paths", "verify"),
    }


def test_summary_shows_what_the_first_page_of_the_console_shows(line: CommandLine) -> None:
    journal = FileJournal(line.journals, "node", FakeEntropy())
    journal.append(call(1, subject="client:robot"))
    journal.append(call(2, way="basic", client_id=""))
    journal.append(call(3, reason="read-only: a rule"))
    assert line.json("summary", "--as-stored")["refusals"] == []
    found = line.json("summary")
    journal.close()
    assert found["refusals"] == [{"reason": "read-only", "calls": 1}]
    assert found["talkers"][0] == {"client_id": "robot", "subject": "", "calls": 1}
    assert found["legacy"][-1] == {"day": "2027-01-15", "passed": 2, "legacy": 1, "share": 0.5}
    assert found["credentials"][1] == {"kind": "api_tokens", "active": 0, "expiring": 0, "stale": 0}
    assert found["mail"] == {"waiting": 0, "given_up": 0, "oldest_at": None}
    shown = line.run("summary")
    assert shown.exit_code == 0, shown.output
    assert ["read-only", "1"] in [each.split() for each in shown.stdout.splitlines()]
    assert ["2027-01-15", "2", "1", "50.0%"] in [each.split() for each in shown.stdout.splitlines()]
