"""`authserver gateway`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from authserver.domain.gateways import SessionCookies
from tests.doubles import EPOCH
from tests.services.world import ADMIN

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.administered import Administered

ADD = ("gateway", "add", "edge", "--resource", "jira-main")
ROTATE = ("gateway", "rotate-key", "edge")
LINE = re.compile(r'proxy_set_header X-Gateway-Authorization "Bearer (asv_gw_[A-Za-z0-9_-]+)";\n\Z')


@pytest.mark.parametrize("arguments", [ADD, ROTATE])
def test_a_key_is_alone_on_stdout_and_nowhere_else(
    here: Administered, arguments: tuple[str, ...]
) -> None:
    if arguments is ROTATE:
        here.done(*ADD)
    result = here.done(*arguments)
    (key,) = result.stdout.splitlines()
    assert key.startswith("asv_gw_")
    assert "shown only here" in result.stderr
    assert key not in result.stderr
    assert key not in here.done("gateway", "show", "edge").output
    assert key not in repr(here.world.database.state)


def test_what_was_registered_is_told_with_the_next_step(here: Administered) -> None:
    told = here.done(*ADD, "--session-cookies", "observe").stderr
    for line in (
        "registered gateway edge",
        "resource         jira-main",
        "site             enabled",
        "session cookies  observe",
        "authserver gateway nginx-config --resource jira-main --mode api-host --server-name HOST",
    ):
        assert line in told


def test_scripts_get_the_gateway(here: Administered) -> None:
    told = here.json(*ADD)
    assert set(told) == {"gateway", "gateway_key", "key_file"}
    gateway = told["gateway"]
    (key,) = gateway.pop("keys")
    assert gateway == {
        "name": "edge",
        "resource": "jira-main",
        "session_cookies": "block",
        "created_at": "2027-01-15T08:00:00.000Z",
        "resource_status": "enabled",
    }
    assert set(key) == {"secret_id", "ends_with", "created_at", "expires_at", "last_used_at"}
    assert told["gateway_key"].endswith(key["ends_with"])


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("Edge", "--resource", "jira-main"), 2, "error: NAME: 1 to 63 lower-case letters"),
        (("edge", "--resource", "nowhere"), 1, "no resource named 'nowhere'"),
        (("edge",), 2, "Missing option '--resource'"),
        (("edge", "--resource", "jira-main", "--session-cookies", "pass"), 2, "'observe'"),
    ],
)
def test_a_refused_gateway_is_told_why(
    here: Administered, arguments: tuple[str, ...], code: int, told: str
) -> None:
    assert told in here.refused(code, "gateway", "add", *arguments)


def test_a_taken_name_is_refused_with_what_helps(here: Administered) -> None:
    here.done(*ADD)
    told = here.refused(1, *ADD)
    assert "gateway 'edge' already exists" in told
    assert "hint: choose another name, or give that one a new key" in told


def test_an_empty_list_says_what_to_do_next(here: Administered) -> None:
    result = here.done("gateway", "list")
    assert result.stdout == ""
    assert "authserver gateway add NAME --resource RESOURCE" in result.stderr
    assert here.json("gateway", "list") == {"gateways": []}


def test_the_list_is_aligned_and_says_what_became_of_the_sites(here: Administered) -> None:
    world = here.world
    world.add_resource("gone")
    world.add_resource("stopped")
    world.add_gateway("zeta", session_cookies="allow")
    world.gateways.rotate_key("zeta", ADMIN)
    with world.database.writing() as stores:
        stores.gateways.note_use({stores.gateways.list()[0].keys[0].secret_id: EPOCH})
    for name in ("gone", "stopped"):
        world.add_gateway(f"a-{name}", name)
    world.resources.delete("gone", ADMIN)
    world.resources.disable("stopped", ADMIN)
    world.clock.set_now(EPOCH + 60)
    lines = here.done("gateway", "list").stdout.splitlines()
    assert [re.split(" {2,}", line) for line in lines] == [
        ["NAME", "RESOURCE", "SITE", "SESSION COOKIES", "LIVE KEYS", "LAST USED"],
        ["a-gone", "gone", "deleted", "block", "1", "-"],
        ["a-stopped", "stopped", "disabled", "block", "1", "-"],
        ["zeta", "jira-main", "enabled", "allow", "2", "1 minute ago"],
    ]
    statuses = {
        each["name"]: each["resource_status"] for each in here.json("gateway", "list")["gateways"]
    }
    assert statuses == {"a-gone": "deleted", "a-stopped": "disabled", "zeta": "enabled"}


def test_the_list_tells_scripts_what_show_tells(here: Administered) -> None:
    here.done(*ADD)
    (told,) = here.json("gateway", "list")["gateways"]
    assert told == here.json("gateway", "show", "edge")


def test_show_tells_how_each_key_ends_and_when(here: Administered) -> None:
    here.done(*ADD)
    here.done(*ROTATE, "--overlap", "1m")
    here.world.clock.set_now(EPOCH + 3600)
    shown = here.done("gateway", "show", "edge").stdout
    assert "session cookies  block" in shown
    assert re.search(r"\n\S{4} +2027-01-15 08:00:00 UTC  expired 2027-01-15 08:01:00 UTC +-", shown)
    assert re.search(r"\n\S{4} +2027-01-15 08:00:00 UTC  never +-", shown)


def test_update_changes_what_passes_and_shows_it(here: Administered) -> None:
    here.done(*ADD)
    result = here.done("gateway", "update", "edge", "--session-cookies", "allow")
    assert "session cookies  allow" in result.stdout
    assert result.stderr == "updated gateway edge\n"
    assert here.world.gateways.get("edge").session_cookies is SessionCookies.ALLOW
    told = here.json("gateway", "update", "edge", "--session-cookies", "observe")
    assert told["session_cookies"] == "observe"
    assert "--session-cookies" in here.refused(2, "gateway", "update", "edge")


def test_a_rotation_says_how_long_the_old_keys_go_on_and_what_to_do(here: Administered) -> None:
    here.done(*ADD)
    told = here.done(*ROTATE).stderr
    assert "the old keys of edge go on until 2027-01-16 08:00:00 UTC at the latest" in told
    assert "nginx -t && nginx -s reload" in told
    refused = here.refused(1, *ROTATE)
    assert "gateway edge has 2 live keys, the most there may be" in refused
    assert "the old keys of edge have ended" in here.done(*ROTATE, "--overlap", "0").stderr
    told = here.json(*ROTATE, "--overlap", "1h")
    assert told["old_keys_end_at"].startswith("2027-01-15T09:00:00.")
    assert "error: --overlap: " in here.refused(2, *ROTATE, "--overlap", "367d")


@pytest.mark.parametrize(("answer", "left"), [("y\n", 0), ("n\n", 1), ("", 1)])
def test_remove_asks_first(here: Administered, answer: str, left: int) -> None:
    here.done(*ADD)
    result = here.run("gateway", "remove", "edge", input_text=answer)
    assert result.exit_code == left
    assert "Remove gateway edge? Nothing will pass through it any more." in result.stderr
    assert len(here.world.gateways.list()) == left


def test_remove_can_be_told_not_to_ask(here: Administered) -> None:
    here.done(*ADD)
    assert here.done("gateway", "remove", "edge", "--yes").stdout == "gateway edge is removed\n"
    here.done(*ADD)
    told = here.json("gateway", "remove", "edge", "--yes")
    assert told == {"name": "edge", "status": "removed"}
    assert here.world.gateways.list() == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "edge"),
        ("update", "edge", "--session-cookies", "allow"),
        ("rotate-key", "edge"),
        ("remove", "edge"),
    ],
)
def test_what_does_not_exist_is_not_found(here: Administered, arguments: tuple[str, ...]) -> None:
    told = here.refused(1, "gateway", *arguments)
    assert "no gateway named 'edge'" in told
    assert "hint: authserver gateway list shows those there are" in told


def test_a_database_that_does_not_answer_has_its_own_exit_code(
    here: Administered, tmp_path: Path
) -> None:
    here.world.database.down = True
    assert here.refused(4, "gateway", "list").startswith("error: ")
    assert here.refused(4, *ADD, "--key-file", str(tmp_path / "key")).startswith("error: ")
    assert not list(tmp_path.iterdir())
