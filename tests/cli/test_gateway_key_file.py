"""The file of a gateway's key: written whole, for its owner only, or not at all."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.administered import Administered

ADD = ("gateway", "add", "edge", "--resource", "jira-main")
ROTATE = ("gateway", "rotate-key", "edge")
LINE = re.compile(r'proxy_set_header X-Gateway-Authorization "Bearer (asv_gw_[A-Za-z0-9_-]+)";\n\Z')


def key_in(path: Path) -> str:
    """The key in a file as nginx includes it, which is for its owner only."""
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    found = LINE.match(path.read_text())
    assert found is not None
    return found[1]


@pytest.mark.parametrize("arguments", [ADD, ROTATE])
def test_a_key_that_goes_to_a_file_is_not_printed(
    here: Administered, arguments: tuple[str, ...], tmp_path: Path
) -> None:
    path = tmp_path / "edge.key.conf"
    if arguments is ROTATE:
        here.done(*ADD)
        path.write_text("the old one")
        path.chmod(0o644)
    result = here.done(*arguments, "--key-file", str(path))
    assert result.stdout == ""
    assert f"gateway key to {path}, for its owner only" in result.stderr
    key = key_in(path)
    assert key not in result.stderr
    worker = here.world.worker.gateway_authentication
    assert worker.authenticate(key, here.world.call()).gateway.name == "edge"
    assert list(tmp_path.iterdir()) == [path]


def test_the_next_step_names_the_file_as_it_takes_it(
    here: Administered, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = here.done(*ADD, "--key-file", "edge.key.conf")
    assert f"--key-file {tmp_path}/edge.key.conf" in result.stderr


@pytest.mark.parametrize("arguments", [ADD, ROTATE])
def test_scripts_get_the_key_or_where_it_is(
    here: Administered, arguments: tuple[str, ...], tmp_path: Path
) -> None:
    path = tmp_path / "edge.key.conf"
    if arguments is ROTATE:
        here.done(*ADD)
    told = here.json(*arguments, "--key-file", str(path))
    assert (told["gateway_key"], told["key_file"]) == (None, str(path))
    assert key_in(path) not in json.dumps(told)
    told = here.json("gateway", "rotate-key", "edge", "--overlap", "0")
    assert told["gateway_key"].startswith("asv_gw_")
    assert told["key_file"] is None


@pytest.mark.parametrize("arguments", [ADD, ROTATE])
def test_without_a_place_for_the_key_none_is_made(
    here: Administered, arguments: tuple[str, ...], tmp_path: Path
) -> None:
    if arguments is ROTATE:
        here.done(*ADD)
    path = tmp_path / "nowhere" / "edge.key.conf"
    told = here.refused(2, *arguments, "--key-file", str(path))
    assert (
        told == "error: --key-file: a file that can be written here (No such file or directory)\n"
    )
    assert "is a directory" in here.refused(2, *arguments, "--key-file", str(tmp_path))


@pytest.mark.parametrize("arguments", [ADD, ROTATE])
def test_a_full_disk_is_met_before_there_is_a_key(
    here: Administered, arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if arguments is ROTATE:
        here.done(*ADD)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("authserver.cli.gateway_key_file.os.fsync", full)
    path = tmp_path / "edge.key.conf"
    told = here.refused(2, *arguments, "--key-file", str(path))
    assert "--key-file: a file that can be written here (No space left on device)" in told
    assert not list(tmp_path.iterdir())


def test_a_refused_gateway_leaves_the_file_as_it_was(here: Administered, tmp_path: Path) -> None:
    path = tmp_path / "edge.key.conf"
    path.write_text("the old one")
    for arguments in (("gateway", "add", "edge", "--resource", "nowhere"), ROTATE):
        here.refused(1, *arguments, "--key-file", str(path))
        assert path.read_text() == "the old one"
        assert list(tmp_path.iterdir()) == [path]


def test_a_key_that_cannot_be_written_in_the_end_is_said_to_be_lost(
    here: Administered, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, "replace", refuse)
    result = here.run(*ADD, "--key-file", str(tmp_path / "edge.key.conf"))
    assert result.exit_code == 1
    assert "Read-only file system. The new key is lost" in result.stderr
    assert "rotate-key with --overlap 0" in result.stderr
    assert "asv_gw_" not in result.output
    assert not list(tmp_path.iterdir())


def test_the_next_step_knows_the_file_and_other_gateways(
    here: Administered, tmp_path: Path
) -> None:
    path = tmp_path / "edge.key.conf"
    told = here.done(*ADD, "--key-file", str(path)).stderr
    assert told.endswith(f" --server-name HOST --key-file {path}\n")
    told = here.done("gateway", "add", "second", "--resource", "jira-main").stderr
    assert told.endswith(" --server-name HOST --gateway second\n")
