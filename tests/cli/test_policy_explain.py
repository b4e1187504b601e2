"""`authserver policy explain`, `test` and `replay`, and what `apply` shows first."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import pytest

from tests.cli.administered import Administered
from tests.services.calling import BOB, Office
from tests.services.deciding import ISSUE

if TYPE_CHECKING:
    from pathlib import Path

ACCESS: Final = '[access]\ngroups = ["developers"]\nreason = "The API is for developers"\n'


class Place(Administered):
    """A command line over an office in which calls are decided."""

    def __init__(self) -> None:
        super().__init__()
        self.office = Office(self.world)
        self.office.join("developers", "user:alice")


@pytest.fixture
def place() -> Place:
    return Place()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "policy.toml"
    path.write_text(ACCESS)
    return path


def test_a_refusal_is_explained_from_its_decision(place: Place, file: Path) -> None:
    place.done("policy", "apply", "default", str(file), "--yes")
    place.office.ask("GET", ISSUE, f"Bearer {place.office.token(BOB)}")
    shown = place.done("policy", "explain", "--decision", "d-1").stdout
    assert "refused by       access.groups (default@1)\n" in shown
    assert "because          The API is for developers\n" in shown
    assert "smallest change  ask to become a member of developers\n" in shown
    assert "decided   group-not-allowed\n" in shown
    told = place.json("policy", "explain", "--decision", "d-1")
    assert (told["passes"], told["agrees"], told["policy"]) == (False, True, "default@1")
    assert told["refusal"]["rule"] == "access.groups"
    assert [each["step"] for each in told["steps"]][:3] == [
        "https",
        "legacy access",
        "presentation",
    ]
    assert place.refused(1, "policy", "explain", "--decision", "d-2") == (
        "error: no decision named 'd-2'\n"
    )


def test_what_a_token_would_get_is_explained(place: Place) -> None:
    place.office.token()
    shown = place.done("policy", "explain", "--as", "t1", "--call", f"GET {ISSUE}")
    assert shown.stdout.endswith("the call passes\n")
    told = place.json("policy", "explain", "--as", "t1", "--call", f"PUT {ISSUE}")
    assert told["refusal"]["change"] == "use a token with WRITE"
    assert place.world.journal.events == []


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--as", "t1"],
        ["--call", f"GET {ISSUE}"],
        ["--decision", "d-1", "--as", "t1"],
        ["--as", "t1", "--call", "nothing"],
    ],
)
def test_what_is_to_be_explained_has_to_be_clear(place: Place, arguments: list[str]) -> None:
    assert place.refused(2, "policy", "explain", *arguments)


def test_before_it_is_applied_a_document_shows_what_calls_would_have_got(
    place: Place, file: Path
) -> None:
    place.office.ask("GET", ISSUE, f"Bearer {place.office.token(BOB)}")
    result = place.run("policy", "apply", "default", str(file), input_text="n\n")
    assert result.exit_code == 1
    assert "1 would be refused now, 0 would be allowed now, 0 as before" in result.stdout
    assert "1      access.groups  user bob  jira-main" in result.stdout
    replay = place.json("policy", "replay", "default", str(file))
    assert (replay["newly_refused"], replay["decisions"]) == (1, 1)
    assert replay["refused"] == [
        {"calls": 1, "rule": "access.groups", "caller": "user bob", "resource": "jira-main"}
    ]
    quiet = place.done("policy", "apply", "default", str(file), "--yes", "--replay-days", "0")
    assert "would be refused" not in quiet.stdout
    back = place.json("policy", "apply", "default", str(file), "--yes")
    assert back["replay"] is None


def test_without_any_record_a_replay_says_so(place: Place, file: Path) -> None:
    result = place.done("policy", "replay", "default", str(file))
    assert result.stdout == ""
    assert result.stderr.startswith("no decision is on record since ")


EXPECTATIONS: Final = """\
resource = "jira-main"

[[caller]]
name = "ada"
user = "ada"
groups = ["developers"]

[[expect]]
call = "GET /rest/api/2/issue/DEMO-1"
caller = "ada"
expect = "allow"

[[expect]]
call = "GET /rest/api/2/issue/DEMO-1"
expect = "deny"
reason = "credential-missing"
"""


def test_expectations_are_met_or_the_command_ends_with_three(
    place: Place, file: Path, tmp_path: Path
) -> None:
    expectations = tmp_path / "expectations.toml"
    expectations.write_text(EXPECTATIONS)
    met = place.done("policy", "test", str(expectations), "--draft", "default", str(file))
    assert met.stdout.endswith("2 of 2 expectations are met\n")
    file.write_text(ACCESS.replace("developers", "testers", 1))
    place.done("group", "create", "testers")
    failed = place.run("policy", "test", str(expectations), "--draft", "default", str(file))
    assert failed.exit_code == 3
    line = next(line for line in failed.stdout.splitlines() if line.startswith("FAILED"))
    assert line.split("  ")[-1] == "ask to become a member of testers"
    told = place.run("policy", "test", str(expectations), "--draft", "default", str(file), "--json")
    assert told.exit_code == 3
    assert json.loads(told.stdout)["failed"] == 1
    assert place.json("policy", "test", str(expectations))["met"] == 2


def test_a_draft_is_checked_as_if_it_were_applied(place: Place, tmp_path: Path) -> None:
    expectations, draft = tmp_path / "expectations.toml", tmp_path / "draft.toml"
    expectations.write_text(EXPECTATIONS)
    draft.write_text('[access]\ngroups = ["developrs"]\nreason = "x"\n')
    arguments = ("policy", "test", str(expectations), "--draft", "default", str(draft))
    assert "did you mean developers?" in place.refused(2, *arguments)
