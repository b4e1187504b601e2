"""`authserver user`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.users import UserStatus
from tests.services.collaborators import hash_of

if TYPE_CHECKING:
    from pathlib import Path

    from authserver.domain.users import User
    from tests.cli.administered import Administered

GOOD = "nine blue whales sing along"


def stored(here: Administered, username: str = "ada") -> User:
    return here.world.database.state.users[username]


def test_a_new_user_and_the_password_alone_on_stdout(here: Administered) -> None:
    result = here.done("user", "create", "ada", "--name", "Ada L", "--email", "ada@example.org")
    password = result.stdout.strip()
    assert stored(here).password_hash == hash_of(password)
    assert stored(here).must_change_password
    assert "added user ada" in result.stderr
    assert "ada@example.org (not verified)" in result.stderr
    assert password not in result.stderr


def test_scripts_get_the_password_with_the_user(here: Administered) -> None:
    here.done("group", "create", "team")
    told = here.json("user", "create", "ada", "--administrator", "--group", "team")
    assert told["user"]["username"] == "ada"
    assert told["user"]["administrator"] is True
    assert told["user"]["groups"] == ["team"]
    assert stored(here).password_hash == hash_of(told["one_time_password"])


@pytest.mark.parametrize("ending", ["", "\n", "\r\n", "\nmore"])
def test_a_password_may_come_from_a_file(here: Administered, tmp_path: Path, ending: str) -> None:
    file = tmp_path / "password"
    file.write_bytes((GOOD + ending).encode())
    result = here.done("user", "create", "ada", "--password-file", str(file))
    assert result.stdout == ""
    assert GOOD not in result.stderr
    assert stored(here).password_hash == hash_of(GOOD)
    assert not stored(here).must_change_password
    told = here.json("user", "create", "bob", "--password-file", str(file))
    assert "one_time_password" not in told


@pytest.mark.parametrize("content", [b"", b"\nx", b"short", b"\xff" * 20, b"x" * 5000])
def test_a_password_that_is_not_taken_is_refused_by_its_option(
    here: Administered, tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "password"
    file.write_bytes(content)
    assert "--password-file" in here.refused(
        2, "user", "create", "ada", "--password-file", str(file)
    )


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("Ada",), "USERNAME"),
        (("ada", "--email", "nothing"), "--email"),
        (("ada", "--locale", "x y"), "--locale"),
        (("ada", "--time-zone", "../x"), "--time-zone"),
        (("ada", "--name", "x" * 201), "--name"),
        (("ada", "--email-verified"), "--email-verified"),
    ],
)
def test_what_is_refused_is_named_as_it_was_typed(
    here: Administered, arguments: tuple[str, ...], named: str
) -> None:
    assert named in here.refused(2, "user", "create", *arguments)


def test_users_are_listed_and_shown(here: Administered) -> None:
    assert "authserver user create" in here.done("user", "list").stderr
    here.done("user", "create", "ada", "--email", "ada@example.org")
    table = here.done("user", "list").stdout
    assert "ada@example.org" in table
    assert "one-time password" in table
    shown = here.done("user", "show", "ada").stdout
    subject = stored(here).subject
    assert subject in shown
    (listed,) = here.json("user", "list")["users"]
    assert listed == here.json("user", "show", subject)
    assert listed["created_at"].endswith("Z")
    assert "password_hash" not in listed


def test_only_what_is_stated_changes(here: Administered) -> None:
    here.done("user", "create", "ada", "--name", "Ada", "--email", "ada@example.org")
    told = here.json("user", "update", "ada", "--email-verified", "--name", "")
    assert (told["name"], told["email"], told["email_verified"]) == ("", "ada@example.org", True)
    told = here.json("user", "update", "ada", "--administrator")
    assert told["administrator"] is True
    assert told["email_verified"] is True
    assert "state what to change" in here.refused(2, "user", "update", "ada")


def test_groups_are_joined_and_left(here: Administered) -> None:
    here.done("user", "create", "ada")
    here.done("group", "create", "team")
    assert here.json("user", "update", "ada", "--add-group", "team")["groups"] == ["team"]
    assert here.json("user", "update", "ada", "--remove-group", "team")["groups"] == []
    said = here.refused(1, "user", "update", "ada", "--add-group", "nobody")
    assert "authserver group list" in said


def test_a_user_is_stopped_started_and_deleted(here: Administered) -> None:
    here.done("user", "create", "ada")
    assert here.done("user", "disable", "ada").stdout == "user ada is disabled\n"
    assert stored(here).status is UserStatus.DISABLED
    assert here.json("user", "enable", "ada") == {"username": "ada", "status": "enabled"}
    here.done("user", "delete", "ada", "--yes")
    assert "authserver user list" in here.refused(1, "user", "show", "ada")


def test_nobody_is_deleted_or_reset_without_a_yes(here: Administered) -> None:
    here.done("user", "create", "ada")
    before = here.world.database.state
    for command in ("delete", "reset-password"):
        assert here.run("user", command, "ada", input_text="n\n").exit_code != 0
    assert here.world.database.state is before


def test_a_reset_prints_the_password_once(here: Administered) -> None:
    here.done("user", "create", "ada")
    result = here.done("user", "reset-password", "ada", "--yes")
    assert stored(here).password_hash == hash_of(result.stdout.strip())
    told = here.json("user", "reset-password", "ada", "--yes")
    assert stored(here).password_hash == hash_of(told["one_time_password"])


def test_the_last_administrator_stays(here: Administered) -> None:
    here.done("user", "create", "root", "--administrator")
    for command in (("disable", "root"), ("delete", "root", "--yes")):
        assert "last enabled administrator" in here.refused(1, "user", *command)
    assert "last enabled" in here.refused(1, "user", "update", "root", "--no-administrator")


def test_a_taken_name_is_told_with_advice(here: Administered) -> None:
    here.done("user", "create", "ada")
    assert "choose another name" in here.refused(1, "user", "create", "ada")


def test_everything_of_a_user_stops_in_one_step_with_a_reason(here: Administered) -> None:
    here.done("user", "create", "ada")
    assert "--reason" in here.refused(2, "user", "stop", "ada", "--yes")
    assert "--reason" in here.refused(2, "user", "stop", "ada", "--reason", " ", "--yes")
    here.refused(1, "user", "stop", "nobody", "--reason", "lost", "--yes")
    asked = here.run("user", "stop", "ada", "--reason", "lost", input_text="n\n")
    assert asked.exit_code != 0
    assert "0 sessions, 0 apps and 0 API tokens of ada" in asked.stderr
    assert stored(here).credentials_disabled_at is None
    told = here.json("user", "stop", "ada", "--reason", "lost laptop", "--yes")
    assert (told["username"], told["api_tokens"]) == ("ada", 0)
    assert stored(here).credentials_disabled_at is not None
    record = here.world.database.audit[-1]
    assert record.action == "user.stopped"
    assert dict(record.details)["reason"] == "lost laptop"
    result = here.done("user", "stop", "ada", "--reason", "again", "--yes")
    assert "everything of ada is stopped" in result.stdout
