"""`authserver group`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.cli.administered import Administered


def test_a_group_from_its_beginning_to_its_end(here: Administered) -> None:
    assert "authserver group create" in here.done("group", "list").stderr
    result = here.done("group", "create", "Jira Users", "--description", "Who may use Jira")
    assert result.stdout == "added group Jira Users\n"
    here.done("user", "create", "ada")
    assert here.done("group", "add", "Jira Users", "ada").stdout == "ada is now in Jira Users\n"
    assert "already" in here.done("group", "add", "Jira Users", "ada").stdout
    assert "ada" in here.done("group", "list").stdout
    here.done("group", "remove", "Jira Users", "ada")
    assert "was not" in here.done("group", "remove", "Jira Users", "ada").stdout
    here.done("group", "delete", "Jira Users", "--yes")
    assert here.json("group", "list") == {"groups": []}


def test_scripts_read_it_all(here: Administered) -> None:
    made = here.json("group", "create", "team")
    assert made == {"name": "team", "description": "", "members": []}
    here.done("user", "create", "ada")
    changed = here.json("group", "add", "team", "ada")
    assert changed == {"group": "team", "user": "ada", "changed": True}
    assert here.json("group", "add", "team", "ada")["changed"] is False
    (group,) = here.json("group", "list")["groups"]
    assert [each["username"] for each in group["members"]] == ["ada"]
    assert here.json("group", "remove", "team", "ada")["changed"] is True
    assert here.json("group", "delete", "team", "--yes")["status"] == "deleted"


def test_many_members_are_counted_in_the_table(here: Administered) -> None:
    here.done("group", "create", "team")
    for number in range(5):
        here.done("user", "create", f"user-{number}", "--group", "team")
    assert "user-0, user-1, user-2 +2" in here.done("group", "list").stdout


def test_what_is_not_there_or_odd_is_refused(here: Administered) -> None:
    here.done("group", "create", "team")
    assert "authserver user list" in here.refused(1, "group", "add", "team", "ada")
    here.done("user", "create", "ada")
    assert "authserver group list" in here.refused(1, "group", "add", "tram", "ada")
    assert "choose another name" in here.refused(1, "group", "create", "team")
    assert "GROUP" in here.refused(2, "group", "create", "a,b")
    assert here.run("group", "delete", "team", input_text="n\n").exit_code != 0
