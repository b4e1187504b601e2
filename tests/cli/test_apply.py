"""`authserver apply` and `export` on a real installation."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cli.runs import home, run

if TYPE_CHECKING:
    from pathlib import Path

GROUP = '[[group]]\nname = "developers"\n'


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    made = home(tmp_path_factory.mktemp("installation"))
    assert run("init", environment=made).exit_code == 0
    return made


def test_files_are_shown_confirmed_applied_and_written_again(
    environment: dict[str, str], tmp_path: Path
) -> None:
    conf = tmp_path / "conf"
    conf.mkdir()
    (conf / "a.toml").write_text(
        '[[resource]]\nname = "jira"\nkind = "jira-dc"\nurl = "https://jira.example"\n'
        '[[client]]\nclient_id = "reader"\nresources = ["jira"]\nscopes = ["READ"]\n' + GROUP
    )
    at = ("apply", "-f", str(conf))
    dry = run(*at, "--dry-run", "--exit-code", environment=environment)
    assert dry.exit_code == 3
    assert "+ client reader\n" in dry.stdout
    assert '    + scopes                ["READ"]\n' in dry.stdout
    assert "3 to add, 0 to change, 0 to remove" in dry.stderr
    assert run(*at, environment=environment, input_text="n\n").exit_code == 1
    applied = run(*at, "--json", environment=environment, input_text="y\n")
    assert applied.exit_code == 0
    value = json.loads(applied.stdout)
    assert value["applied"]
    assert [each["name"] for each in value["changes"]] == ["jira", "reader", "developers"]
    assert [bool(each["secret"]) for each in value["secrets"]] == [True, True]
    again = run(*at, "--dry-run", "--exit-code", environment=environment)
    assert (again.exit_code, again.stdout) == (0, "")
    out = tmp_path / "out"
    assert run("export", "-o", str(out), environment=environment).exit_code == 0
    assert (out / "groups.toml").read_text() == GROUP
    assert run("export", "-o", str(out), environment=environment).exit_code == 1
    assert run("export", "-o", str(out), "--force", environment=environment).exit_code == 0
    nowhere = run("export", "-o", str(out / "groups.toml/x"), environment=environment)
    assert (nowhere.exit_code, "a folder that can be written to" in nowhere.stderr) == (2, True)
    one = run("export", environment=environment)
    piped = run("apply", "-f", "-", "--yes", environment=environment, input_text=one.stdout)
    assert "nothing to change" in piped.stderr


def test_a_secret_without_a_file_is_alone_on_a_line_of_stdout(
    environment: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "b.toml"
    file.write_text('[[client]]\nclient_id = "writer"\nsecret_file = "writer"\n')
    shown = run("apply", "-f", str(file), "--yes", environment=environment)
    assert "asv_cs_" not in shown.stdout
    assert (tmp_path / "writer").read_text().startswith("asv_cs_")
    file.write_text('[[client]]\nclient_id = "other"\n')
    shown = run("apply", "-f", str(file), "--yes", environment=environment)
    assert shown.stdout.splitlines()[-1].startswith("asv_cs_")


def test_mistakes_end_with_2_and_name_file_line_and_key(
    environment: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "c.toml"
    file.write_text('[[client]]\nclient_id = "third"\n\nscops = []\n')
    refused = run("apply", "-f", str(file), "--yes", environment=environment)
    assert refused.exit_code == 2
    place = f"error: {file}:4: client[0].scops: no such key here; did you mean scopes?\n"
    assert refused.stderr == place


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("apply", "-f", "nowhere"), "a file that can be read"),
        (("apply", "-f", "."), "files that end in .toml"),
        (("apply", "-f", "latin"), "text in UTF-8, which latin:2 is not"),
        (("apply", "-f", "x", "--exit-code"), "only with --dry-run"),
    ],
)
def test_places_that_cannot_be_used_are_refused(
    environment: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "latin").write_bytes(b"# a\n# \xe9\n")
    refused = run(*arguments, environment=environment)
    assert refused.exit_code == 2
    assert said in refused.output
