"""`authserver client`: list, show, rotate-secret, disable, enable, delete."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from typing import TYPE_CHECKING

import pytest

from authserver.domain.authorization_profiles import AuthorizationProfile
from authserver.domain.clients import ClientStatus
from authserver.domain.errors import StorageUnavailable
from tests.doubles import EPOCH
from tests.services.collaborators import hash_of

if TYPE_CHECKING:
    from tests.cli.administered import Administered


GRANT = "client_credentials"


def test_an_empty_list_says_what_to_do_next(here: Administered) -> None:
    result = here.done("client", "list")
    assert result.stdout == ""
    assert "authserver client create" in result.stderr
    assert here.json("client", "list") == {"clients": []}


def test_the_list_is_aligned_and_short(here: Administered) -> None:
    world = here.world
    world.add_client("a-client", name="First")
    world.add_client("other", scopes=["READ", "WRITE", "ADMIN", "SYSTEM_ADMIN"])
    world.add_client("three", scopes=["READ", "WRITE", "ADMIN"])
    world.add_client("third", scopes=[], resources=[])
    world.clients.disable("third", here.container.operator)
    used = {secret.secret_id: EPOCH for secret in world.clients.get("a-client").secrets}
    with world.database.writing() as stores:
        stores.clients.note_use(used)
    world.clock.set_now(EPOCH + 7200)
    lines = here.done("client", "list").stdout.splitlines()
    assert [re.split(" {2,}", line) for line in lines] == [
        ["CLIENT ID", "NAME", "STATUS", "RESOURCES", "SCOPES", "TOKENS", "GRANTS", "LAST USED"],
        [
            "a-client",
            "First",
            "enabled",
            "jira-main",
            "READ WRITE",
            "10 minutes",
            GRANT,
            "2 hours ago",
        ],
        [
            "other",
            "other",
            "enabled",
            "jira-main",
            "ADMIN READ SYSTEM_ADMIN +1",
            "10 minutes",
            GRANT,
            "-",
        ],
        ["third", "third", "disabled", "none", "none", "10 minutes", GRANT, "-"],
        [
            "three",
            "three",
            "enabled",
            "jira-main",
            "ADMIN READ WRITE",
            "10 minutes",
            GRANT,
            "-",
        ],
    ]
    assert len({line.index("10 minutes") for line in lines[1:]}) == 1


def test_the_list_tells_scripts_every_field(here: Administered) -> None:
    here.world.add_client()
    (told,) = here.json("client", "list")["clients"]
    profile = {each.name for each in fields(AuthorizationProfile)}
    assert set(told) == profile | {
        "client_id", "name", "status", "auth_method", "grant_types", "scopes", "resources",
        "access_token_seconds", "contact", "created_at", "keys", "secrets",
    }  # fmt: skip
    assert set(told["secrets"][0]) == {
        "secret_id", "ends_with", "imported", "created_at", "expires_at", "last_used_at",
    }  # fmt: skip
    assert told == here.json("client", "show", "ci-reader")


def test_show_tells_how_each_secret_ends_and_when(here: Administered) -> None:
    here.world.add_client(secret_expires_in=3600.0)
    here.world.clock.set_now(EPOCH + 60)
    here.world.clients.rotate_secret("ci-reader", here.container.operator)
    here.world.clock.set_now(EPOCH + 3600)
    shown = here.done("client", "show", "ci-reader").stdout
    old, new = here.world.clients.get("ci-reader").secrets
    assert f"{old.hint}              2027-01-15 08:00:00 UTC  expired 2027-01-15 09:00:00" in shown
    assert f"{new.hint}              2027-01-15 08:01:00 UTC  never" in shown


def test_show_of_a_client_without_anything_is_readable(here: Administered) -> None:
    here.world.add_client(scopes=[], resources=[], grant_types=[])
    here.world.database.state.clients["ci-reader"] = replace(
        here.world.clients.get("ci-reader"), secrets=()
    )
    result = here.done("client", "show", "ci-reader")
    shown = result.stdout
    assert (result.stderr, len(shown.splitlines())) == ("", 10)
    for line in ("grants          none", "resources       none", "contact         -"):
        assert line in shown


def test_hostile_names_cannot_steer_the_terminal(here: Administered) -> None:
    assert "\x1b" not in here.refused(1, "client", "show", "\x1b[2Jnobody")


def test_a_new_secret_is_alone_on_stdout_and_the_old_one_ends(here: Administered) -> None:
    here.world.add_client()
    result = here.done("client", "rotate-secret", "ci-reader")
    secret = result.stdout.removesuffix("\n")
    assert secret.startswith("asv_cs_")
    assert secret not in result.stderr
    assert "until 2027-01-16 08:00:00 UTC" in result.stderr
    old, new = here.world.clients.get("ci-reader").secrets
    assert (old.expires_at, new.expires_at) == (EPOCH + 86_400, None)


def test_a_rotation_may_end_the_old_secret_now_and_the_new_one_later(here: Administered) -> None:
    here.world.add_client()
    told = here.json(
        "client", "rotate-secret", "ci-reader", "--overlap", "0", "--expires-in", "90d"
    )
    assert set(told) == {
        "client_id", "client_secret", "secret_id", "expires_at", "old_secrets_end_at",
    }  # fmt: skip
    assert told["expires_at"] == "2027-04-15T08:00:00.000Z"
    assert told["old_secrets_end_at"] == "2027-01-15T08:00:00.000Z"
    told_people = here.done("client", "rotate-secret", "ci-reader", "--overlap", "0").stderr
    assert "have ended" in told_people


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("ci-reader", "--overlap", "367d"), 2, "error: --overlap: 0 seconds to 366 days"),
        (("ci-reader", "--expires-in", "0"), 2, "error: --expires-in: more than 0 seconds"),
        (("ci-reader", "--overlap", "1"), 2, "Invalid value for '--overlap'"),
        (("nobody",), 1, "error: no client named 'nobody'"),
    ],
)
def test_a_refused_rotation_changes_nothing(
    here: Administered, arguments: tuple[str, ...], code: int, told: str
) -> None:
    here.world.add_client()
    assert told in here.refused(code, "client", "rotate-secret", *arguments)


def test_a_client_that_signs_has_no_secret_to_rotate(here: Administered) -> None:
    here.world.add_client(auth_method="private_key_jwt", jwks={"keys": [{"kid": "k1"}]})
    assert "private_key_jwt" in here.refused(1, "client", "rotate-secret", "ci-reader")


def test_a_client_is_disabled_and_enabled(here: Administered) -> None:
    here.world.add_client()
    assert here.done("client", "disable", "ci-reader").stdout == "client ci-reader is disabled\n"
    assert here.world.clients.get("ci-reader").status is ClientStatus.DISABLED
    assert here.json("client", "enable", "ci-reader") == {
        "client_id": "ci-reader",
        "status": "enabled",
    }
    assert here.world.clients.get("ci-reader").status is ClientStatus.ENABLED


@pytest.mark.parametrize("answer", ["y\n", "yes\n"])
def test_delete_asks_first(here: Administered, answer: str) -> None:
    here.world.add_client()
    result = here.run("client", "delete", "ci-reader", input_text=answer)
    assert result.exit_code == 0
    assert "for ever" in result.stderr
    assert here.world.clients.list() == []


@pytest.mark.parametrize("answer", ["n\n", "\n", "", "maybe\n"])
def test_without_a_yes_nothing_is_deleted(here: Administered, answer: str) -> None:
    here.world.add_client()
    result = here.run("client", "delete", "ci-reader", input_text=answer)
    assert result.exit_code == 1
    assert len(here.world.clients.list()) == 1


def test_delete_can_be_told_not_to_ask(here: Administered) -> None:
    here.world.add_client()
    assert here.json("client", "delete", "ci-reader", "--yes")["status"] == "deleted"
    assert here.world.clients.list() == []


@pytest.mark.parametrize("verb", ["show", "disable", "enable", "delete", "rotate-secret"])
def test_nobody_is_not_found(here: Administered, verb: str) -> None:
    assert "no client named 'nobody'" in here.refused(1, "client", verb, "nobody")


@pytest.mark.parametrize("verb", ["list", "show", "disable", "rotate-secret"])
def test_a_database_that_does_not_answer_has_its_own_exit_code(
    here: Administered, verb: str
) -> None:
    here.world.add_client()
    here.world.database.down = True
    arguments = [] if verb == "list" else ["ci-reader"]
    assert here.refused(4, "client", verb, *arguments).startswith("error: ")


def test_an_import_shows_as_such(here: Administered) -> None:
    here.world.add_client(bcrypt_hash=hash_of("x").decode())
    assert here.json("client", "show", "ci-reader")["secrets"][0]["imported"] is True


def test_the_container_is_closed_when_a_command_ends(here: Administered) -> None:
    here.done("client", "list")
    here.world.database.failing.add("clients.list")
    with pytest.raises(StorageUnavailable):
        here.world.clients.list()
    here.refused(4, "client", "list")
    assert here.container.closed == 2
