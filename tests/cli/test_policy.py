"""`authserver policy`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from authserver.cli.console import Console
from authserver.services.policy_reading import LARGEST_TEXT
from authserver.services.policy_versions import digest_of
from tests.services.policy_texts import ACCESS
from tests.storage.api_token_examples import api_token

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.administered import Administered

CAP = '[tokens]\nmax_lifetime = "30d"\nreason = "Short lives"\n'
OTHERS = ACCESS.replace('["developers"]', '["testers"]')
DAY = 86_400.0


@pytest.fixture
def file(here: Administered, tmp_path: Path) -> Path:
    """A document that refers to groups that are there."""
    for group in ("developers", "testers"):
        here.done("group", "create", group)
    path = tmp_path / "policy.toml"
    path.write_text(ACCESS)
    return path


@pytest.mark.feature(51)
def test_a_document_from_its_beginning_to_its_rollback(here: Administered, file: Path) -> None:
    assert here.done("policy", "list").stdout.split("\n")[1].split()[:2] == ["default", "0"]
    assert (
        "authserver policy apply default FILE" in here.done("policy", "versions", "default").stderr
    )
    assert here.done("policy", "validate", "default", str(file)).stdout == "the document is good\n"
    applied = here.done("policy", "apply", "default", str(file), "--yes", "--comment", "first")
    assert applied.stdout == (
        "+ [access]\n"
        '    + groups = ["developers"]\n'
        '    + reason = "The API is for developers"\n'
        "default is at version 1 now\n"
    )
    assert here.done("policy", "show", "default").stdout == ACCESS
    file.write_text(OTHERS)
    assert here.done("policy", "diff", "default", str(file)).stdout == (
        '~ [access]\n    - groups: "developers"\n    + groups: "testers"\n'
    )
    here.done("policy", "apply", "default", str(file), "--yes", "--expect", "1")
    back = here.done("policy", "rollback", "default", "1", "--yes").stdout
    assert back.endswith('+ groups: "developers"\ndefault is at version 3 now\n')
    versions = here.done("policy", "versions", "default").stdout.splitlines()
    assert [line.split()[0] for line in versions] == ["VERSION", "3", "2", "1"]
    assert versions[-1].endswith("root  first")
    assert here.done("policy", "show", "default", "--version", "2").stdout == OTHERS


def test_scripts_read_it_all(here: Administered, file: Path) -> None:
    assert here.json("policy", "list") == {
        "documents": [{"name": "default", "version": 0}, {"name": "jira-main", "version": 0}]
    }
    assert here.json("policy", "validate", "jira-main", str(file)) == {
        "name": "jira-main",
        "notes": [],
    }
    plan = here.json("policy", "diff", "jira-main", str(file))
    assert plan["differences"] == [
        {
            "change": "added",
            "rule": "access",
            "keys": {
                "groups": {"before": None, "after": ["developers"]},
                "reason": {"before": None, "after": "The API is for developers"},
            },
        }
    ]
    applied = here.json("policy", "apply", "jira-main", str(file), "--yes", "--comment", "why")
    assert (applied["seen"], applied["version"], applied["changed"]) == (0, 1, True)
    assert (applied["comment"], applied["applied_by"]) == ("why", "root")
    assert applied["applied_at"].endswith("Z")
    again = here.json("policy", "apply", "jira-main", str(file), "--yes")
    assert (again["version"], again["changed"], again["differences"]) == (1, False, [])
    shown = here.json("policy", "show", "jira-main")
    assert (shown["text"], shown["sha256"]) == (ACCESS, digest_of(ACCESS))
    assert [
        each["version"] for each in here.json("policy", "versions", "jira-main")["versions"]
    ] == [1]
    assert here.json("policy", "rollback", "jira-main", "1", "--yes")["changed"] is False


def test_every_mistake_is_told_on_a_line_of_its_own(here: Administered, file: Path) -> None:
    file.write_text('acces = 1\n[access]\ngroups = ["developrs"]\n')
    for command in (["validate"], ["diff"], ["apply", "--yes"]):
        assert here.refused(2, "policy", command[0], "default", str(file), *command[1:]) == (
            "error: acces: no such key here; did you mean access?\n"
            "error: access.groups[0]: there is no such group; did you mean developers?\n"
            "error: access.reason: is missing: a text of 1 to 500 characters on one line\n"
        )


def test_nothing_is_applied_before_somebody_says_yes(here: Administered, file: Path) -> None:
    result = here.run("policy", "apply", "default", str(file), input_text="n\n")
    assert result.exit_code == 1
    assert "+ [access]" in result.stdout
    assert "Apply this to default? [y/N]" in result.stderr
    assert here.json("policy", "list")["documents"][0]["version"] == 0
    here.run("policy", "apply", "default", str(file), input_text="y\n")
    assert here.json("policy", "list")["documents"][0]["version"] == 1


def test_who_saw_another_version_is_told_who_was_faster(here: Administered, file: Path) -> None:
    here.done("policy", "apply", "default", str(file), "--yes")
    file.write_text(OTHERS)
    result = here.run("policy", "apply", "default", str(file), "--yes", "--expect", "0")
    assert result.exit_code == 1
    assert "is at version 1, which root applied at" in result.stderr
    result = here.run("policy", "rollback", "default", "1", "--yes", "--expect", "3")
    assert result.exit_code == 1
    assert here.json("policy", "list")["documents"][0]["version"] == 1


def test_what_is_not_there_or_odd_is_refused(here: Administered, file: Path) -> None:
    assert "authserver resource list" in here.refused(1, "policy", "show", "wiki")
    assert "authserver policy list" in here.refused(1, "policy", "show", "default")
    here.done("policy", "apply", "default", str(file), "--yes")
    told = here.refused(1, "policy", "show", "default", "--version", "2")
    assert "authserver policy versions DOCUMENT" in told
    assert "authserver policy versions" in here.refused(
        1, "policy", "rollback", "default", "9", "--yes"
    )
    here.refused(2, "policy", "rollback", "default", "0", "--yes")
    file.write_bytes(b"\xff")
    assert "FILE: text in UTF-8" in here.refused(2, "policy", "validate", "default", str(file))
    file.write_bytes(b"#" * (LARGEST_TEXT + 1))
    assert "FILE: at most 256 KiB" in here.refused(2, "policy", "validate", "default", str(file))
    file.write_text(OTHERS)
    result = here.run("policy", "apply", "default", str(file), "--yes", "--comment", "a\nb")
    assert (result.exit_code, "--comment" in result.stderr) == (2, True)


def test_a_document_comes_from_stdin_and_with_the_mark_of_some_editors(here: Administered) -> None:
    here.done("group", "create", "developers")
    result = here.run("policy", "apply", "default", "-", "--yes", input_text="\ufeff" + ACCESS)
    assert result.exit_code == 0
    assert here.done("policy", "show", "default").stdout == ACCESS


@pytest.mark.feature(9)
def test_tokens_that_would_end_sooner_are_shown_before(here: Administered, file: Path) -> None:
    now = here.world.clock.now()
    with here.world.database.writing() as stores:
        for number in range(25):
            stores.api_tokens.add(
                api_token(f"t{number:02}", created_at=now, expires_at=now + 90 * DAY)
            )
    file.write_text(CAP)
    shown = here.done("policy", "diff", "default", str(file)).stdout
    assert "25 API tokens end sooner:\nTOKEN" in shown
    assert "t19" in shown
    assert "t20" not in shown
    assert "and 5 more, see --json\n" in shown
    plan = here.json("policy", "diff", "default", str(file))
    assert (plan["shortened_tokens"], len(plan["first_shortened_tokens"])) == (25, 25)
    assert plan["first_shortened_tokens"][0]["token_id"] == "t00"
    applied = here.json("policy", "apply", "default", str(file), "--yes")
    assert applied["shortened_tokens"] == 25


def test_notes_stand_beside_the_answer(here: Administered, file: Path) -> None:
    file.write_text(ACCESS.replace('"developers"', ""))
    result = here.done("policy", "validate", "default", str(file))
    assert result.stderr == "note: access.groups is empty: no user may call\n"
    assert here.json("policy", "validate", "default", str(file))["notes"] == [
        "access.groups is empty: no user may call"
    ]


def test_a_list_that_becomes_empty_is_said_to_mean_nobody(here: Administered, file: Path) -> None:
    here.done("policy", "apply", "default", str(file), "--yes")
    file.write_text(ACCESS.replace('"developers"', ""))
    shown = here.done("policy", "diff", "default", str(file)).stdout
    assert shown.endswith("groups is empty now: nobody, or nothing\n")
    file.write_text("# words\n" + ACCESS)
    assert "no rule differs" in here.done("policy", "diff", "default", str(file)).stdout
    file.write_text(ACCESS)
    assert (
        "has this text already, at version 1"
        in here.done("policy", "diff", "default", str(file)).stdout
    )


def test_differences_are_coloured_in_a_terminal_and_nowhere_else(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    Console().line("+ a\x1b[31m", colour="green")
    assert capsys.readouterr().out == "+ a\\x1b[31m\n"
    monkeypatch.setattr("click.utils.should_strip_ansi", lambda *_args: False)
    Console().line("+ a\x1b[31m", colour="green")
    assert capsys.readouterr().out == "\x1b[32m+ a\\x1b[31m\x1b[0m\n"
    monkeypatch.setenv("NO_COLOR", "1")
    Console().line("+ a", colour="green")
    assert capsys.readouterr().out == "+ a\n"


def test_a_document_steers_no_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Console().text("# \u202eabc\n")
    assert capsys.readouterr().out == "# \u202eabc\n"
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    Console().text("# \u202eabc\r\n\tb\n")
    assert capsys.readouterr().out == "# \\u202eabc\n        b\n"


def test_json_is_json_whatever_a_document_says(here: Administered, file: Path) -> None:
    until = "until = 2027-01-31T12:00:00+01:00"
    file.write_text(
        f'[legacy]\nreason = "ä☃"\n[[legacy.exception]]\nname = "n"\nway = "basic"\n'
        f'effect = "allow"\n{until}\nreason = "x"\n'
    )
    answer = here.done("policy", "diff", "default", str(file), "--json").stdout
    exception = json.loads(answer)["differences"][1]
    assert exception["rule"] == "legacy.exception.n"
    assert exception["keys"]["until"]["after"] == "2027-01-31T12:00:00+01:00"
