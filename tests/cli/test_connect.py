"""`authserver connect`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import pytest

from authserver.cli import secret_files
from authserver.domain.connect_keys import CONNECT_PURPOSE
from tests.connect.signing import APP, OTHER_SECRET, SECRET, RsaSigner

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.administered import Administered

HERE: Final = ("jira-main", APP)
ADD: Final = ("connect", "add", *HERE, "--client", "ci-reader", "--scope", "READ")
KNOWN: Final = {
    "issuer": APP,
    "resource": "jira-main",
    "client_id": "ci-reader",
    "kind": "shared-secret",
    "audience": "",
    "scopes": ["READ"],
    "enabled": True,
    "before_until_at": None,
}


@pytest.fixture
def secret(here: Administered, tmp_path: Path) -> str:
    """A file with the app's secret, at an installation with the client ci-reader."""
    here.world.add_client()
    here.world.database.audit.clear()
    file = tmp_path / "secret"
    file.write_text(f"{SECRET}\n")
    return str(file)


@pytest.fixture
def added(here: Administered, secret: str) -> Administered:
    here.done(*ADD, "--secret-file", secret)
    return here


def opened(here: Administered) -> str:
    key = here.world.database.state.connect_keys[HERE]
    return here.world.sealer.open(key.sealed, purpose=CONNECT_PURPOSE, context=key.context).decode()


def test_a_key_is_added_and_told_without_its_secret(here: Administered, secret: str) -> None:
    result = here.done(*ADD, "--secret-file", secret, "--audience", "jira:1234")
    assert opened(here) == SECRET
    assert f"JWTs of {APP} count at jira-main from now on" in result.stderr
    assert "a shared secret (HS256)" in result.stdout
    assert "jira:1234" in result.stdout
    assert SECRET not in result.output
    (event,) = here.world.database.audit
    assert (event.action, event.actor.identifier) == ("connect_key.added", "root")


def test_scripts_read_json(here: Administered, secret: str) -> None:
    told = here.json(*ADD, "--secret-file", secret)
    assert KNOWN.items() <= told.items()
    assert here.json("connect", "show", *HERE) == told
    assert here.json("connect", "list") == [told]
    assert here.json("connect", "list", "--resource", "jira-main") == [told]
    assert here.json("connect", "disable", *HERE) == {
        "resource": "jira-main",
        "issuer": APP,
        "enabled": False,
        "changed": True,
    }
    assert here.json("connect", "remove", *HERE, "--yes")["removed"] is True
    assert here.json("connect", "list") == []


def test_the_secret_is_read_from_stdin_and_asked_for_where_it_is_typed(
    here: Administered, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = here.run(*ADD, "--secret-file", "-", input_text=SECRET)
    assert result.exit_code == 0, result.output
    assert opened(here) == SECRET
    monkeypatch.setattr(secret_files, "is_typed", lambda _: True)
    rotate = ("connect", "rotate", *HERE, "--secret-file", "-")
    result = here.run(*rotate, input_text=f"{OTHER_SECRET}\n")
    assert result.exit_code == 0, result.output
    assert "Shared secret: " in result.stderr
    assert OTHER_SECRET not in result.output
    assert opened(here) == OTHER_SECRET


def test_a_key_set_is_registered(here: Administered, secret: str, tmp_path: Path) -> None:
    file = tmp_path / "jwks.json"
    file.write_text(RsaSigner().jwks())
    told = here.json(*ADD, "--jwks-file", str(file))
    assert told["kind"] == "key-set"
    file.write_text(RsaSigner("k2").jwks())
    result = here.done("connect", "rotate", *HERE, "--jwks-file", str(file))
    assert "the new key set" in result.stderr
    assert "k2" in here.world.database.state.connect_keys[HERE].jwks
    file.write_text(json.dumps({"keys": [{"kty": "oct", "k": "AAAA"}]}))
    said = here.refused(2, "connect", "rotate", *HERE, "--jwks-file", str(file))
    assert "--jwks-file (keys[0].k)" in said


def test_the_descriptors_scopes_are_taken(here: Administered, secret: str) -> None:
    told = here.json(*ADD[:-2], "--descriptor-scope", "write", "--secret-file", secret)
    assert "WRITE" in told["scopes"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((*ADD, "--scope", "ADMIN"), "--scope"),
        ((*ADD, "--descriptor-scope", "ACT_AS_USER"), "--descriptor-scope"),
        (("connect", "add", "jira-main", "a b", *ADD[4:]), "ISSUER"),
        (("connect", "add", *HERE, "--client", "nobody", "--scope", "READ"), "--client"),
    ],
)
def test_what_is_wrong_is_named_as_it_was_typed(
    here: Administered, secret: str, words: tuple[str, ...], said: str
) -> None:
    assert said in here.refused(2, *words, "--secret-file", secret)


def test_a_site_has_one_key_of_an_issuer(added: Administered, secret: str) -> None:
    assert APP in added.refused(1, *ADD, "--secret-file", secret)
    elsewhere = ("connect", "add", "nowhere", APP, *ADD[4:])
    assert "nowhere" in added.refused(1, *elsewhere, "--secret-file", secret)


def test_a_bad_secret_is_not_repeated(here: Administered, secret: str, tmp_path: Path) -> None:
    for text in ("too-short", f"{SECRET}\n\n", "", "x" * 2000):
        file = tmp_path / "bad"
        file.write_text(text)
        said = here.refused(2, *ADD, "--secret-file", str(file))
        assert "--secret-file" in said
        assert "too-short" not in said


def test_it_is_said_in_one_way_what_verifies(here: Administered, secret: str) -> None:
    assert "one of the two" in here.refused(2, *ADD)
    both = (*ADD, "--secret-file", secret, "--jwks-file", secret)
    assert "one of the two" in here.refused(2, *both)


def test_the_overlap_of_a_rotation_is_shown(added: Administered, tmp_path: Path) -> None:
    file = tmp_path / "other"
    file.write_text(OTHER_SECRET)
    rotate = ("connect", "rotate", *HERE, "--secret-file", str(file))
    result = added.done(*rotate, "--overlap", "1h")
    assert "secret before ends" in result.stdout
    assert added.json("connect", "show", *HERE)["before_until_at"] is not None
    added.world.clock.advance(3600)
    assert added.json("connect", "show", *HERE)["before_until_at"] is None
    assert "--overlap" in added.refused(2, *rotate, "--overlap", "400d")


def test_a_key_is_disabled_and_enabled(added: Administered) -> None:
    name = f"Connect key {APP} of jira-main"
    assert added.done("connect", "disable", *HERE).stdout == f"{name} is disabled\n"
    assert added.done("connect", "disable", *HERE).stdout == f"{name} was already disabled\n"
    assert "disabled" in added.done("connect", "list").stdout
    assert added.done("connect", "enable", *HERE).stdout == f"{name} is enabled\n"


def test_a_key_is_removed_after_a_question(added: Administered) -> None:
    result = added.run("connect", "remove", *HERE, input_text="n\n")
    assert result.exit_code == 1
    assert added.world.database.state.connect_keys
    result = added.run("connect", "remove", *HERE, input_text="y\n")
    assert result.exit_code == 0, result.output
    assert added.done("connect", "list").stderr == "no Connect keys\n"


@pytest.mark.parametrize("verb", ["show", "rotate", "enable", "disable", "remove"])
def test_what_is_not_there_is_not_found(here: Administered, secret: str, verb: str) -> None:
    more = {"rotate": ("--secret-file", secret), "remove": ("--yes",)}.get(verb, ())
    assert APP in here.refused(1, "connect", verb, *HERE, *more)
    assert "nowhere" in here.refused(1, "connect", verb, "nowhere", APP, *more)
