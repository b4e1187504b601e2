"""`authserver client create` and `update`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from authserver.domain.audit import ActorKind
from authserver.domain.stored_secrets import DigestKind
from tests.services.collaborators import hash_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.administered import Administered

PLAIN = ("client", "create", "ci-reader", "--resource", "jira-main", "--scope", "READ")


@pytest.fixture
def jwks(tmp_path: Path) -> str:
    """A file with a key set."""
    path = tmp_path / "keys.json"
    path.write_text('{"keys": [{"kid": "k1", "alg": "ES256"}]}')
    return str(path)


def test_the_secret_is_alone_on_stdout_and_nowhere_else(here: Administered) -> None:
    result = here.done(*PLAIN)
    secret = result.stdout.removesuffix("\n")
    assert secret.startswith("asv_cs_")
    assert secret not in result.stderr
    assert "shown only here" in result.stderr
    assert secret not in repr(here.world.database.state)
    assert secret not in here.done("client", "show", "ci-reader").output


def test_what_was_registered_is_told_with_the_next_step(here: Administered) -> None:
    told = here.done(*PLAIN, "--name", "CI reader", "--lifetime", "5m", "--contact", "ci@x").stderr
    for line in (
        "registered client ci-reader",
        "name            CI reader",
        "authentication  client_secret_basic",
        "resources       jira-main",
        "scopes          READ",
        "token lifetime  5 minutes",
        "contact         ci@x",
    ):
        assert line in told
    assert "--data-urlencode resource=https://jira-main.example.com" in told
    assert "curl --user ci-reader " in told
    assert "/oauth2/token" in told


def test_the_client_id_is_its_name_and_tokens_live_as_configured(here: Administered) -> None:
    told = here.json(*PLAIN)
    assert told["client"]["name"] == "ci-reader"
    assert told["client"]["access_token_seconds"] == 600


def test_scripts_get_the_client_its_secret_and_where_to_use_it(here: Administered) -> None:
    told = here.json(*PLAIN, "--secret-expires-in", "90d")
    assert set(told) == {"client", "client_secret", "token_endpoint"}
    assert told["client_secret"].startswith("asv_cs_")
    assert told["token_endpoint"].endswith("/oauth2/token")
    assert told["client"]["created_at"] == "2027-01-15T08:00:00.000Z"
    (secret,) = told["client"]["secrets"]
    assert secret["expires_at"] == "2027-04-15T08:00:00.000Z"
    assert secret["last_used_at"] is None


def test_the_record_names_who_sat_at_the_shell(here: Administered) -> None:
    here.done(*PLAIN)
    (event,) = here.world.database.audit
    assert (event.action, event.object_id) == ("client.created", "ci-reader")
    assert (event.actor.kind, event.actor.identifier) == (ActorKind.OPERATOR, "root")


@pytest.mark.parametrize("stated", [(), ("--resource", "jira-main")])
def test_a_client_without_scope_or_resource_is_told_what_is_missing(
    here: Administered, stated: tuple[str, ...]
) -> None:
    told = here.done("client", "create", "ci-reader", *stated).stderr
    assert "it may not do anything yet" in told
    assert "authserver client update ci-reader --add-resource" in told


@pytest.mark.parametrize(
    ("method", "hint"),
    [
        ("client_secret_basic", "--user ci-reader"),
        ("client_secret_post", "client_secret@secret.txt"),
    ],
)
def test_the_next_step_fits_the_method_and_holds_no_secret(
    here: Administered, method: str, hint: str
) -> None:
    result = here.done(*PLAIN, "--auth-method", method)
    assert hint in result.stderr


def test_a_client_with_keys_signs_and_gets_no_secret(here: Administered, jwks: str) -> None:
    result = here.done(*PLAIN, "--jwks", jwks)
    assert result.stdout == ""
    assert "authentication  private_key_jwt" in result.stderr
    assert "client_assertion@assertion.jwt" in result.stderr
    shown = here.done("client", "show", "ci-reader").stdout
    assert "KEY  ALGORITHM\nk1   ES256" in shown


def test_a_bcrypt_hash_is_imported_from_a_file(here: Administered, tmp_path: Path) -> None:
    path = tmp_path / "hash.txt"
    path.write_bytes(hash_of("brought") + b"\n")
    result = here.done(*PLAIN, "--bcrypt-hash-file", str(path))
    assert result.stdout == ""
    (stored,) = here.world.database.state.clients["ci-reader"].secrets
    assert (stored.kind, stored.digest) == (DigestKind.BCRYPT, hash_of("brought"))
    assert "(imported)" in here.done("client", "show", "ci-reader").stdout


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"", "a file with one bcrypt hash"), (b"\xff\x00", "bcrypt hash"), (b"x" * 200_000, "bytes")],
)
def test_a_file_without_a_hash_is_refused(
    here: Administered, tmp_path: Path, content: bytes, told: str
) -> None:
    path = tmp_path / "hash.txt"
    path.write_bytes(content)
    refusal = here.refused(2, *PLAIN, "--bcrypt-hash-file", str(path))
    assert refusal.startswith("error: --bcrypt-hash-file: ")
    assert told in refusal


@pytest.mark.parametrize(
    ("arguments", "option", "allowed"),
    [
        (("--scope", "REED"), "--scope", "REED is not a scope of jira-dc"),
        (("--resource", "nowhere"), "--resource", "names of registered resources (jira-main)"),
        (("--lifetime", "10s"), "--lifetime", "30 to 1800"),
        (("--name", "a\nb"), "--name", "printable characters"),
        (("--contact", "x" * 201), "--contact", "at most 200 characters"),
        (("--secret-expires-in", "0"), "--secret-expires-in", "more than 0 seconds"),
        (("--secret-expires-in", "900w"), "--secret-expires-in", "at most 10 years"),
        (("--auth-method", "private_key_jwt"), "--jwks", "required with private_key_jwt"),
    ],
)
def test_a_refusal_names_the_option_and_what_is_allowed(
    here: Administered, arguments: tuple[str, ...], option: str, allowed: str
) -> None:
    told = here.refused(2, *PLAIN, *arguments)
    assert told.startswith(f"error: {option}")
    assert allowed in told


@pytest.mark.parametrize(
    "arguments",
    [("--auth-method", "none"), ("--lifetime", "600"), ("--jwks", "/no/such/file"), ("--colour",)],
)
def test_wrong_usage_is_told_before_anything_is_asked(
    here: Administered, arguments: tuple[str, ...]
) -> None:
    assert "Error: " in here.refused(2, *PLAIN, *arguments)
    assert here.container.closed == 0


@pytest.mark.parametrize("client_id", ["", "ab", "a b", "ä-client", "../../etc"])
def test_an_odd_client_id_is_refused(here: Administered, client_id: str) -> None:
    told = here.refused(2, "client", "create", client_id)
    assert told.startswith("error: CLIENT_ID: 3 to 100 characters")


def test_a_taken_client_id_is_refused(here: Administered) -> None:
    here.done(*PLAIN)
    told = here.refused(1, *PLAIN)
    assert "already exists" in told
    assert "\nhint: choose another id: none is given out again, not even after" in told


@pytest.mark.parametrize("separator", [" ", ",", ", "])
@pytest.mark.parametrize("option", ["--scope", "--resource"])
def test_a_list_in_one_value_is_refused_with_how_to_write_it(
    here: Administered, option: str, separator: str
) -> None:
    told = here.refused(2, "client", "create", "ci-reader", option, f"READ{separator}WRITE")
    assert f"one at a time: {option} A {option} B" in told


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"keys": 7}', "\x00"])
def test_a_file_without_keys_is_refused(here: Administered, tmp_path: Path, content: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(content)
    assert here.refused(2, *PLAIN, "--jwks", str(path)).startswith("error: --jwks: ")


def test_update_changes_what_is_stated_and_shows_the_client(here: Administered) -> None:
    here.done(*PLAIN)
    result = here.done("client", "update", "ci-reader", "--add-scope", "WRITE", "--lifetime", "1m")
    assert "scopes          READ WRITE" in result.stdout
    assert "token lifetime  1 minute" in result.stdout
    assert result.stderr == "updated client ci-reader\n"


def test_update_tells_scripts_the_client(here: Administered, jwks: str) -> None:
    here.done(*PLAIN)
    here.world.add_resource("second")
    told = here.json(
        "client", "update", "ci-reader", "--scope", "WRITE", "--resource", "jira-main",
        "--add-resource", "second", "--name", "New", "--contact", "",
    )  # fmt: skip
    assert told["scopes"] == ["WRITE"]
    assert told["resources"] == ["jira-main", "second"]
    assert told["name"] == "New"
    here.done("client", "create", "signer", "--jwks", jwks)
    changed = here.json("client", "update", "signer", "--jwks", jwks)
    assert [key["kid"] for key in changed["keys"]] == ["k1"]


def test_update_takes_away(here: Administered) -> None:
    here.done(*PLAIN)
    told = here.json(
        "client", "update", "ci-reader", "--remove-scope", "READ", "--remove-resource", "jira-main"
    )
    assert (told["scopes"], told["resources"]) == ([], [])


def test_update_without_a_change_is_wrong_usage(here: Administered) -> None:
    here.done(*PLAIN)
    assert "nothing to change" in here.refused(2, "client", "update", "ci-reader")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--remove-scope", "WRITE"), "error: --remove-scope: what the client has (READ)"),
        (("--add-scope", "read:jira-work"), "error: --add-scope: read:jira-work is not a scope"),
        (("--scope", "read:jira-work"), "error: --scope: read:jira-work is not a scope of"),
        (("--add-resource", "nowhere"), "error: --add-resource: names of registered"),
        (("--resource", "nowhere"), "error: --resource: names of registered"),
        (("--jwks", "{jwks}"), "error: --jwks: only with private_key_jwt"),
    ],
)
def test_a_refused_update_names_the_option_and_changes_nothing(
    here: Administered, jwks: str, arguments: tuple[str, str], told: str
) -> None:
    here.done(*PLAIN)
    option, value = arguments
    refusal = here.refused(2, "client", "update", "ci-reader", option, value.format(jwks=jwks))
    assert refusal.startswith(told)


def test_update_of_nobody_is_not_found(here: Administered) -> None:
    told = here.refused(1, "client", "update", "nobody", "--name", "x")
    assert told == (
        "error: no client named 'nobody'\nhint: authserver client list shows those there are\n"
    )


def test_no_answer_for_scripts_but_creation_and_rotation_holds_a_secret(
    here: Administered,
) -> None:
    secret = here.json(*PLAIN)["client_secret"]
    answers = [
        here.json("client", "list"),
        here.json("client", "show", "ci-reader"),
        here.json("client", "update", "ci-reader", "--name", "x"),
    ]
    assert secret not in json.dumps(answers)
