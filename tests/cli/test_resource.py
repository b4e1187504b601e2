"""`authserver resource`."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from authserver.domain.resources import ResourceStatus
from tests.doubles import EPOCH

if TYPE_CHECKING:
    from tests.cli.administered import Administered

PLAIN = ("resource", "create", "wiki", "--kind", "confluence-dc", "--url", "https://wiki.example")


def test_the_secret_is_alone_on_stdout_and_nowhere_else(here: Administered) -> None:
    result = here.done(*PLAIN)
    (secret,) = result.stdout.splitlines()
    assert secret.startswith("asv_rs_")
    assert secret not in result.stderr
    assert secret not in here.done("resource", "show", "wiki").output
    assert secret not in repr(here.world.database.state)


def test_what_was_registered_is_told_with_the_next_step(here: Administered) -> None:
    told = here.done(*PLAIN, "--context-path", "/wiki", "--signing-algorithm", "RS256").stderr
    for line in (
        "registered resource wiki",
        "kind                confluence-dc",
        "identifier          https://wiki.example/wiki",
        "context path        /wiki",
        "tokens signed with  RS256",
        "introspection secret (user name wiki), shown only here:",
        "authserver gateway add NAME --resource wiki",
        "authserver client create ID --resource wiki --scope SCOPE",
        "authserver scope list --resource-kind confluence-dc",
    ):
        assert line in told


def test_scripts_get_the_resource_and_its_secret(here: Administered) -> None:
    told = here.json(*PLAIN, "--identifier", "https://own.example/api")
    assert set(told) == {"resource", "introspection_secret"}
    assert told["resource"]["identifier"] == "https://own.example/api"
    assert told["resource"]["created_at"] == "2027-01-15T08:00:00.000Z"
    assert set(told["resource"]) == {
        "name", "kind", "identifier", "url", "context_path", "signing_algorithm", "status",
        "created_at", "credentials",
    }  # fmt: skip
    assert [each["purpose"] for each in told["resource"]["credentials"]] == ["introspection"]


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        (("Wiki", "--kind", "jira-dc", "--url", "https://w.example"), "NAME"),
        (("wiki", "--kind", "jira-dc", "--url", "wiki.example"), "--url"),
        (("wiki", "--kind", "jira-dc", "--url", "https://u:p@w.example"), "--url"),
        (
            ("wiki", "--kind", "jira-dc", "--url", "https://w.example", "--context-path", "wiki"),
            "--context-path",
        ),
        (
            ("wiki", "--kind", "jira-dc", "--url", "https://w.example", "--identifier", "urn:x"),
            "--identifier",
        ),
    ],
)
def test_a_refusal_names_the_option_and_what_is_allowed(
    here: Administered, arguments: tuple[str, ...], option: str
) -> None:
    assert here.refused(2, "resource", "create", *arguments).startswith(f"error: {option}: ")


@pytest.mark.parametrize(
    "arguments",
    [
        ("wiki", "--kind", "wiki", "--url", "https://w.example"),
        ("wiki", "--kind", "jira-dc"),
        ("wiki", "--url", "https://w.example"),
        ("wiki", "--kind", "jira-dc", "--url", "https://w.example", "--signing-algorithm", "none"),
    ],
)
def test_wrong_usage_is_told_with_the_choices(
    here: Administered, arguments: tuple[str, ...]
) -> None:
    assert "Error: " in here.refused(2, "resource", "create", *arguments)


@pytest.mark.parametrize(
    ("name", "url"),
    [("jira-main", "https://other.example"), ("b", "https://jira-main.example.com")],
)
def test_a_taken_name_or_identifier_is_refused(here: Administered, name: str, url: str) -> None:
    told = here.refused(1, "resource", "create", name, "--kind", "jira-dc", "--url", url)
    assert "already exists" in told
    assert "\nhint: authserver resource list shows names and identifiers; none is given" in told


def test_an_empty_list_says_what_to_do_next(here: Administered) -> None:
    here.world.resources.delete("jira-main", here.container.operator)
    result = here.done("resource", "list")
    assert result.stdout == ""
    assert "authserver resource create" in result.stderr
    assert here.json("resource", "list") == {"resources": []}


def test_the_list_is_aligned(here: Administered) -> None:
    world = here.world
    created = world.add_resource("a", kind="jira-cloud", url="https://a.example", context_path="/j")
    with world.database.writing() as stores:
        stores.resources.note_use({created.introspection_secret.stored.secret_id: EPOCH})
    world.clock.set_now(EPOCH + 60)
    lines = here.done("resource", "list").stdout.splitlines()
    assert [re.split(" {2,}", line) for line in lines] == [
        ["NAME", "KIND", "STATUS", "IDENTIFIER", "ANSWERS AT", "LAST USED"],
        [
            "a",
            "jira-cloud",
            "enabled",
            "https://a.example/j",
            "https://a.example/j",
            "1 minute ago",
        ],
        ["jira-main", "jira-dc", "enabled", *["https://jira-main.example.com"] * 2, "-"],
    ]


def test_the_list_tells_scripts_what_show_tells(here: Administered) -> None:
    (told,) = here.json("resource", "list")["resources"]
    assert told == here.json("resource", "show", "jira-main")


def test_show_tells_how_each_credential_ends_and_when(here: Administered) -> None:
    world = here.world
    world.resources.rotate_credential(
        "jira-main", "introspection", here.container.operator, overlap_seconds=60
    )
    world.clock.set_now(EPOCH + 3600)
    shown = here.done("resource", "show", "jira-main").stdout
    assert "context path        none" in shown
    assert re.search(r"introspection secret  \S{4} +2027-01-15 08:00:00 UTC  never +-", shown)
    assert re.search(
        r"introspection secret  \S{4} +2027-01-15 08:00:00 UTC  expired 2027-01-15 08:01", shown
    )


def test_update_changes_what_is_stated_and_shows_the_resource(here: Administered) -> None:
    result = here.done("resource", "update", "jira-main", "--url", "https://new.example/")
    assert "url                 https://new.example" in result.stdout
    assert "identifier          https://jira-main.example.com" in result.stdout
    assert result.stderr == "updated resource jira-main\n"
    told = here.json(
        "resource", "update", "jira-main", "--context-path", "/j", "--signing-algorithm", "RS256"
    )
    assert (told["context_path"], told["signing_algorithm"]) == ("/j", "RS256")
    assert here.json("resource", "update", "jira-main", "--context-path", "")["context_path"] == ""


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("jira-main",), 2, "nothing to change"),
        (("jira-main", "--url", "x"), 2, "error: --url: "),
        (("nowhere", "--url", "https://x.example"), 1, "no resource named 'nowhere'"),
    ],
)
def test_a_refused_update_changes_nothing(
    here: Administered, arguments: tuple[str, ...], code: int, told: str
) -> None:
    assert told in here.refused(code, "resource", "update", *arguments)


@pytest.mark.parametrize("purpose", [(), ("--purpose", "introspection")])
def test_a_new_credential_is_alone_on_stdout_and_the_old_one_ends(
    here: Administered, purpose: tuple[str, ...]
) -> None:
    arguments = ("resource", "rotate-credential", "jira-main", *purpose)
    result = here.done(*arguments)
    secret = result.stdout.removesuffix("\n")
    assert secret.startswith("asv_rs_")
    assert secret not in result.stderr
    told = "the old introspection secret of jira-main goes on until 2027-01-16 08:00:00 UTC"
    assert told in result.stderr
    assert "has ended" in here.done(*arguments, "--overlap", "0").stderr
    credentials = here.world.resources.get("jira-main").credentials
    assert [each.secret.is_live(here.world.clock.now()) for each in credentials] == [
        False,
        False,
        True,
    ]


def test_a_rotation_tells_scripts_when_the_old_one_ends(here: Administered) -> None:
    told = here.json("resource", "rotate-credential", "jira-main", "--overlap", "1h")
    assert told["purpose"] == "introspection"
    assert set(told) == {"name", "purpose", "secret", "secret_id", "old_credentials_end_at"}
    assert told["old_credentials_end_at"] == "2027-01-15T09:00:00.000Z"


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("jira-main", "--overlap", "367d"), 2, "error: --overlap: "),
        (("jira-main", "--purpose", "gateway"), 2, "introspection"),
        (("nowhere",), 1, "no resource named 'nowhere'"),
    ],
)
def test_a_refused_rotation_changes_nothing(
    here: Administered, arguments: tuple[str, ...], code: int, told: str
) -> None:
    assert told in here.refused(code, "resource", "rotate-credential", *arguments)


def test_a_resource_is_disabled_and_enabled(here: Administered) -> None:
    told = here.done("resource", "disable", "jira-main").stdout
    assert told == "resource jira-main is disabled\n"
    assert here.world.resources.get("jira-main").status is ResourceStatus.DISABLED
    assert here.json("resource", "enable", "jira-main") == {
        "name": "jira-main",
        "status": "enabled",
    }
    assert here.world.resources.get("jira-main").status is ResourceStatus.ENABLED


@pytest.mark.parametrize(("answer", "left"), [("y\n", 0), ("n\n", 1), ("", 1)])
def test_delete_asks_first(here: Administered, answer: str, left: int) -> None:
    result = here.run("resource", "delete", "jira-main", input_text=answer)
    assert result.exit_code == left
    assert "for ever" in result.stderr
    assert len(here.world.resources.list()) == left


def test_delete_can_be_told_not_to_ask(here: Administered) -> None:
    assert here.json("resource", "delete", "jira-main", "--yes")["status"] == "deleted"
    assert here.world.resources.list() == []


@pytest.mark.parametrize("verb", ["show", "disable", "enable", "delete"])
def test_what_does_not_exist_is_not_found(here: Administered, verb: str) -> None:
    assert "no resource named 'nowhere'" in here.refused(1, "resource", verb, "nowhere")


def test_a_database_that_does_not_answer_has_its_own_exit_code(here: Administered) -> None:
    here.world.database.down = True
    assert here.refused(4, "resource", "list").startswith("error: ")
    assert here.refused(4, *PLAIN).startswith("error: ")


def test_no_answer_for_scripts_but_creation_and_rotation_holds_a_secret(
    here: Administered,
) -> None:
    made = here.json(*PLAIN)
    answers = json.dumps([here.json("resource", "list"), here.json("resource", "show", "wiki")])
    assert made["introspection_secret"] not in answers
