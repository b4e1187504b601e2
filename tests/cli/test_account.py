"""`authserver account`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import pytest

from authserver.cli import account

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.administered import Administered

BY_HEADER = ("resource", "set-hand-over", "jira-main", "--kind", "identity-header")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "accounts.csv"


def mapped(here: Administered) -> dict[str, str]:
    told = here.json("account", "list", "jira-main")
    assert told["resource"] == "jira-main"
    return {each["subject"]: each["account"] for each in told["accounts"]}


def test_an_account_is_mapped_replaced_and_taken_away(here: Administered) -> None:
    here.done(*BY_HEADER)
    result = here.done("account", "map", "jira-main", "user:ada", "ada")
    assert result.stdout == "user:ada is now ada at jira-main\n"
    assert result.stderr == ""
    result = here.done("account", "map", "jira-main", "user:ada", "ada.l")
    assert result.stderr == "before it was ada\n"
    result = here.done("account", "map", "jira-main", "user:ada", "ada.l")
    assert result.stdout == "user:ada is still ada.l at jira-main\n"
    result = here.done("account", "unmap", "jira-main", "user:ada")
    assert result.stdout == "user:ada has no account at jira-main any more\n"
    assert mapped(here) == {}


def test_a_client_is_named_by_its_id(here: Administered) -> None:
    here.world.add_client("ci-reader")
    here.done("account", "map", "jira-main", "--client", "ci-reader", "ci-bot")
    assert mapped(here) == {"client:ci-reader": "ci-bot"}
    here.done("account", "unmap", "jira-main", "--client", "ci-reader")
    assert mapped(here) == {}
    told = here.refused(1, "account", "map", "jira-main", "--client", "ci-raeder", "ci-bot")
    assert "no client named 'ci-raeder'" in told


def test_a_clients_id_is_not_taken_for_its_subject_in_silence(here: Administered) -> None:
    here.world.add_client("ci-reader")
    told = here.done("account", "map", "jira-main", "ci-reader", "ci-bot").stderr
    assert "there is a client ci-reader, whose subject is another; was it meant?" in told
    assert "authserver account map jira-main --client ci-reader ACCOUNT" in told


def test_where_mappings_have_no_effect_it_is_said(here: Administered) -> None:
    told = here.done("account", "map", "jira-main", "user:ada", "ada").stderr
    assert "authserver resource set-hand-over jira-main --kind identity-header" in told
    here.world.hand_overs.set_credential(
        "jira-main",
        here.container.operator,
        credential_type="bearer",
        secret="token",
        account="svc-gateway",
        user="",
    )
    told = here.done("account", "map", "jira-main", "user:ada", "ada").stderr
    assert "calls to jira-main arrive as svc-gateway, whoever calls" in told


@pytest.mark.parametrize(
    "arguments",
    [
        ("map", "jira-main", "user:ada"),
        ("map", "jira-main", "user:ada", "ada", "more"),
        ("map", "jira-main", "user:ada", "ada", "--client", "ci-reader"),
        ("unmap", "jira-main"),
        ("unmap", "jira-main", "user:ada", "--client", "ci-reader"),
    ],
)
def test_a_subject_is_stated_once(here: Administered, arguments: tuple[str, ...]) -> None:
    assert "or --client ID" in here.refused(2, "account", *arguments)


def test_a_refusal_names_what_was_typed(here: Administered) -> None:
    assert "error: ACCOUNT: 1 to 255" in here.refused(
        2, "account", "map", "jira-main", "user:ada", " ada"
    )
    assert "error: SUBJECT: 1 to 255" in here.refused(2, "account", "map", "jira-main", "", "ada")
    told = here.refused(1, "account", "unmap", "jira-main", "user:bob")
    assert "no mapped subject named 'user:bob'" in told
    assert "hint: authserver account list shows" in told
    for command in (("list",), ("unmap", "x"), ("map", "x", "y")):
        arguments = ("account", command[0], "nowhere", *command[1:])
        assert "hint: authserver resource list" in here.refused(1, *arguments)


def test_the_list_is_a_table_by_subject(here: Administered) -> None:
    told = here.done("account", "list", "jira-main").stderr
    assert "nobody has an account at jira-main yet" in told
    for subject in ("user:bob", "client:ci", "user:ada"):
        here.done("account", "map", "jira-main", subject, subject[-3:])
    lines = here.done("account", "list", "jira-main").stdout.splitlines()
    assert [line.split() for line in lines] == [
        ["SUBJECT", "ACCOUNT", "SINCE"],
        ["client:ci", ":ci", "now"],
        ["user:ada", "ada", "now"],
        ["user:bob", "bob", "now"],
    ]


def test_scripts_are_told_the_same(here: Administered) -> None:
    told = here.json("account", "map", "jira-main", "user:ada", "ada")
    assert told == {
        "resource": "jira-main",
        "subject": "user:ada",
        "account": "ada",
        "before": None,
    }
    assert here.json("account", "map", "jira-main", "user:ada", "al")["before"] == "ada"
    assert here.json("account", "list", "jira-main")["accounts"] == [
        {"subject": "user:ada", "account": "al", "changed_at": "2027-01-15T08:00:00.000Z"}
    ]
    told = here.json("account", "unmap", "jira-main", "user:ada")
    assert told == {"resource": "jira-main", "subject": "user:ada", "account": None}


def test_an_import_is_tried_first_and_then_done(here: Administered, file: Path) -> None:
    here.done(*BY_HEADER)
    here.done("account", "map", "jira-main", "user:ada", "old")
    file.write_bytes(
        b"\xef\xbb\xbfSubject, account\r\nuser:ada,ada\r\n\r\n"
        b'"user:b,ob","b o""b"\r\nJ\xc3\xb6,j\r\n'
    )
    arguments = ("account", "import", "jira-main", str(file))
    counts = ["added      2", "changed    1", "unchanged  0"]
    result = here.done(*arguments, "--dry-run")
    assert result.stdout.splitlines() == counts
    assert result.stderr == "nothing was changed; the same without --dry-run does it\n"
    assert mapped(here) == {"user:ada": "old"}
    result = here.done(*arguments)
    assert (result.stdout.splitlines(), result.stderr) == (counts, "")
    assert mapped(here) == {"user:ada": "ada", "user:b,ob": 'b o"b', "Jö": "j"}
    assert here.json(*arguments) == {
        "resource": "jira-main",
        "dry_run": False,
        "added": 0,
        "changed": 0,
        "unchanged": 3,
    }


def test_clients_are_imported_by_their_ids(here: Administered) -> None:
    result = here.run(
        *("account", "import", "jira-main", "-"),
        input_text="client_id,account\nci-reader,ci-bot\n",
    )
    assert result.exit_code == 0, result.output
    assert mapped(here) == {"client:ci-reader": "ci-bot"}


def test_every_wrong_line_is_named_and_nothing_is_imported(here: Administered, file: Path) -> None:
    file.write_text(
        "client_id,account\nci-good,bot\n\nx,bot\nci-other\nci-good,b2\nci-third, bot\n"
        '"ci-\nfourth",bot\nci-fifth,b"o"t"\n"ci-sixth"x,bot\nci-seventh\n'
    )
    told = here.refused(2, "account", "import", "jira-main", str(file)).splitlines()
    account_rule = "account: 1 to 255 printable ASCII characters without blanks at the ends"
    assert told == [
        "error: line 4: client_id: not the id of a client",
        "error: line 5: 2 columns, not 1",
        "error: line 6: subject: the one of line 2 again",
        f"error: line 7: {account_rule}",
        "error: line 8: client_id: not the id of a client",
        "error: line 11: quotation marks that do not fit, or a value far too long",
    ]
    assert here.refused(2, "account", "import", "jira-main", str(file), "--dry-run")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "CSV whose first line is subject,account or client_id,account"),
        (b"user:ada,ada\n", "CSV whose first line is subject,account"),
        (b"subject;account\n", "CSV whose first line is subject,account"),
        (b'"subject,account\n', "CSV whose first line is subject,account"),
        (b"subject,account\na,b\nc,\xff\n", "text in UTF-8, which line 3 is not"),
    ],
)
def test_a_file_of_another_form_is_refused(
    here: Administered, file: Path, content: bytes, told: str
) -> None:
    file.write_bytes(content)
    assert f"error: FILE: {told}" in here.refused(2, "account", "import", "jira-main", str(file))


def test_a_file_that_is_too_long_is_refused(
    here: Administered, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("authserver.cli.account.MOST_BYTES", 20)
    monkeypatch.setattr("authserver.services.account_files.MOST_BYTES", 20)
    file.write_text("subject,account\nada,ada\n")
    assert "FILE: at most 20 bytes" in here.refused(2, "account", "import", "jira-main", str(file))


def test_a_long_import_shows_how_far_it_is_only_where_somebody_looks(
    here: Administered, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.done(*BY_HEADER)
    monkeypatch.setattr(account, "MANY_ROWS", 2)
    lines = [f"user:{number},u" for number in range(3)]
    file.write_text("\n".join(["subject,account", *lines]))
    shown: list[int] = []

    class Bar:
        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None: ...

        def update(self, rows: int) -> None:
            shown.append(rows)

    monkeypatch.setattr("click.progressbar", lambda **_: Bar())
    assert here.done("account", "import", "jira-main", str(file)).stderr == ""
    assert shown == []
    monkeypatch.setattr(account, "_somebody_looks", lambda: True)
    here.done("account", "import", "jira-main", str(file))
    assert sum(shown) == 3
