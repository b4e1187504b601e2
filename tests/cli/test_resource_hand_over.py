"""`authserver resource set-credential`, `set-hand-over` and `unset-hand-over`."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Final

import pytest

from authserver.cli import secret_files
from authserver.services.hand_over_view import HandOverView

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.administered import Administered

SECRET: Final = "NjY2-service-token"
SET: Final = (
    *("resource", "set-credential", "jira-main", "--type", "bearer"),
    *("--account", "svc-gateway", "--secret-file"),
)


def sent(here: Administered) -> str:
    world = here.world
    opened = HandOverView(world.database, world.worker.view, world.sealer).of("jira-main")
    assert opened is not None
    return opened.authorization


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_the_credential_is_read_from_a_file_or_stdin_without_its_line_end(
    here: Administered, tmp_path: Path, end: str
) -> None:
    file = tmp_path / "token"
    file.write_bytes(f"{SECRET}{end}".encode())
    here.done(*SET, str(file))
    assert sent(here) == f"Bearer {SECRET}"
    here.done("resource", "unset-hand-over", "jira-main")
    result = here.run(*SET, "-", input_text=f"{SECRET}{end}")
    assert result.exit_code == 0, result.output
    assert sent(here) == f"Bearer {SECRET}"
    assert SECRET not in result.output


def test_who_types_it_is_asked_and_does_not_see_it(
    here: Administered, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secret_files, "is_typed", lambda _: True)
    result = here.run(*SET, "-", input_text=f"{SECRET}\n")
    assert result.exit_code == 0, result.output
    assert "Token or password: " in result.stderr
    assert SECRET not in result.output
    assert sent(here) == f"Bearer {SECRET}"


def test_only_one_line_end_is_no_part_of_it(here: Administered) -> None:
    for text in (f"{SECRET}\n\n", f"{SECRET}\nsecond line\n", "", "\n"):
        result = here.run(*SET, "-", input_text=text)
        assert result.exit_code == 2
        assert result.stderr.startswith("error: --secret-file: a token of 1 to 4096 letters")
        assert SECRET not in result.output


def test_a_basic_credential_has_a_user(here: Administered) -> None:
    command = ["basic" if each == "bearer" else each for each in SET]
    result = here.run(*command, "-", "--user", "bot@example.com", input_text="pässwörd\n")
    assert result.exit_code == 0, result.output
    assert sent(here) == "Basic " + b64encode("bot@example.com:pässwörd".encode()).decode()
    assert "--user: 1 to 255" in here.run(*command, "-", input_text="x").stderr


def test_a_file_that_is_no_credential_is_refused_and_not_repeated(
    here: Administered, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    for content, why in (
        (b"\xff" * 10, "text in UTF-8"),
        (b"x" * 5000, "at most 4096 octets"),
        (b"x" * 4097, "a token of 1 to 4096"),
    ):
        file.write_bytes(content)
        told = here.refused(2, *SET, str(file))
        assert f"--secret-file: {why}" in told
        assert "xxxx" not in told
    file.write_bytes(b"x" * 4096 + b"\r\n")
    here.done(*SET, str(file))


def test_the_credential_cannot_be_an_argument(here: Administered) -> None:
    told = here.refused(2, *SET[:-1])
    assert "Missing option '--secret-file'" in told
    told = here.refused(2, *SET[:-1], "--secret", SECRET)
    assert "No such option" in told


def test_what_was_set_is_told_with_the_next_step(here: Administered) -> None:
    result = here.run(*SET, "-", input_text=SECRET)
    assert result.stdout.splitlines() == [
        "hand-over      service-credential",
        "account        svc-gateway",
        "hand-over set  2027-01-15 08:00:00 UTC",
    ]
    assert (
        "authserver gateway nginx-config --resource jira-main --server-name HOST" in result.stderr
    )
    assert "account map" not in result.stderr
    told = here.done("resource", "set-hand-over", "jira-main", "--kind", "assertion")
    assert "authserver account map jira-main --client CLIENT_ID ACCOUNT" in told.stderr


def test_scripts_get_the_hand_over_without_the_credential(here: Administered) -> None:
    at = "2027-01-15T08:00:00.{}Z"
    by_header = {
        "kind": "identity-header",
        "account": "",
        "header": "X-Remote-User",
        "changed_at": at.format("000"),
    }
    told = here.json("resource", "set-hand-over", "jira-main", "--kind", "identity-header")
    assert told == {"name": "jira-main", "hand_over": by_header}
    assert here.json("resource", "show", "jira-main")["hand_over"] == by_header
    here.run(*SET, "-", input_text=SECRET)
    assert here.json("resource", "show", "jira-main")["hand_over"] == {
        "kind": "service-credential",
        "account": "svc-gateway",
        "header": "",
        "changed_at": at.format("300"),
    }
    assert here.json("resource", "unset-hand-over", "jira-main") == {
        "name": "jira-main",
        "hand_over": None,
    }
    assert here.json("resource", "show", "jira-main")["hand_over"] is None


def test_show_tells_how_calls_arrive(here: Administered) -> None:
    shown = here.done("resource", "show", "jira-main").stdout
    assert "hand-over           none: calls with tokens are refused" in shown
    here.done(
        *("resource", "set-hand-over", "jira-main"),
        *("--kind", "identity-header", "--header", "X-Acme-User"),
    )
    shown = here.done("resource", "show", "jira-main").stdout
    assert "hand-over           identity-header" in shown
    assert "header              X-Acme-User" in shown


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("jira-main", "--kind", "identity-header", "--header", "Cookie"), "--header: a name"),
        (("jira-main", "--kind", "assertion", "--header", "X-User"), "--header: for identity"),
        (("jira-main", "--kind", "service-credential"), "'--kind'"),
    ],
)
def test_a_refusal_names_the_option(
    here: Administered, arguments: tuple[str, ...], told: str
) -> None:
    assert told in here.refused(2, "resource", "set-hand-over", *arguments)


def test_what_is_not_there_is_said_with_advice(here: Administered) -> None:
    told = here.refused(1, "resource", "set-hand-over", "nowhere", "--kind", "assertion")
    assert "authserver resource list" in told
    told = here.refused(1, "resource", "unset-hand-over", "jira-main")
    assert told == "error: resource jira-main has no hand-over\n"
