"""Key files are read only when they are ours alone and hold what they should."""

from __future__ import annotations

import base64
import os
import stat
import subprocess
from typing import TYPE_CHECKING

import pytest

from authserver.crypto import key_files
from authserver.crypto.audit_keys import Ed25519Checkpoints
from authserver.crypto.key_file_making import ensure_key_files
from authserver.crypto.key_files import KeyFileProblem, list_key_ids, load_key_files
from authserver.crypto.system import SystemEntropy

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ALL = ("kek-1.key", "pepper-1.key", "audit-1.key", "checkpoint-1.pem")
ENTROPY = SystemEntropy()


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    path = tmp_path / "var" / "keys"
    ensure_key_files(path, ENTROPY)
    return path


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_other_files_are_not_keys(directory: Path) -> None:
    for name in (
        "kek-0.key",
        "kek-01.key",
        "kek-1.key.bak",
        "kek-9.pem",
        "checkpoint-9.key",
        "KEK-9.key",
        "other-9.key",
        ".kek-9.key.draft",
    ):
        (directory / name).write_text("")
    assert {kind.value: ids for kind, ids in list_key_ids(directory).items()} == {
        "kek": [1],
        "pepper": [1],
        "audit": [1],
        "checkpoint": [1],
    }


@pytest.mark.parametrize("open_mode", [0o604, 0o640, 0o660, 0o666, 0o610, 0o644])
@pytest.mark.parametrize("name", ALL)
def test_a_file_open_to_others_is_refused_with_the_cure(
    directory: Path, name: str, open_mode: int
) -> None:
    (directory / name).chmod(open_mode)
    with pytest.raises(KeyFileProblem) as caught:
        load_key_files(directory)
    assert str(caught.value).endswith(f"run: chmod 600 {directory / name}")


def test_a_directory_in_which_others_may_write_is_refused(directory: Path) -> None:
    for open_mode in (0o770, 0o702):
        directory.chmod(open_mode)
        with pytest.raises(KeyFileProblem, match="chmod 700"):
            load_key_files(directory)


def test_a_sticky_shared_directory_is_a_mounted_volume(directory: Path) -> None:
    directory.chmod(0o1777)
    assert load_key_files(directory).kek.current == "1"


def test_a_strangers_file_is_refused(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = os.geteuid()
    monkeypatch.setattr(key_files, "_trusted_owners", lambda _: frozenset({owner + 1}))
    with pytest.raises(KeyFileProblem, match=f"belongs to user {owner}, neither root nor"):
        load_key_files(directory)


@pytest.mark.parametrize(
    ("open_mode", "owners"), [(0o40700, {0, 4242}), (0o40755, {0, 4242}), (0o41777, {0})]
)
def test_the_owner_of_the_directory_is_trusted_unless_everybody_may_add_files(
    directory: Path, monkeypatch: pytest.MonkeyPatch, open_mode: int, owners: set[int]
) -> None:
    status = os.stat_result((open_mode, 0, 0, 1, 4242, 4242, 0, 0, 0, 0))
    monkeypatch.setattr("pathlib.Path.stat", lambda _: status)
    assert key_files._trusted_owners(directory) == owners | {os.geteuid()}


@pytest.mark.parametrize("name", ALL)
def test_a_missing_file_is_named_with_what_to_do(directory: Path, name: str) -> None:
    (directory / name).unlink()
    with pytest.raises(KeyFileProblem, match="authserver init") as caught:
        load_key_files(directory)
    assert str(directory / name) in str(caught.value)


def test_a_missing_directory_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(KeyFileProblem, match="no such file or directory; run: authserver init"):
        load_key_files(tmp_path / "nowhere")
    with pytest.raises(KeyFileProblem, match="authserver init"):
        list_key_ids(tmp_path / "nowhere")


GOOD_LINE = base64.urlsafe_b64encode(bytes(range(32))).rstrip(b"=")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        bytes(32),
        GOOD_LINE[:-1],
        GOOD_LINE + b"A",
        GOOD_LINE + b"=",
        GOOD_LINE[:-1] + b"9",
        GOOD_LINE + b"\n\n",
        b" " + GOOD_LINE,
        b"\xff" * 43,
        b"x" * 100_000,
        GOOD_LINE + b"\n" + GOOD_LINE,
    ],
    ids=range(12),
)
@pytest.mark.parametrize("name", ["kek-1.key", "pepper-1.key", "audit-1.key"])
def test_a_file_that_does_not_hold_32_bytes_is_refused(
    directory: Path, name: str, content: bytes
) -> None:
    (directory / name).write_bytes(content)
    with pytest.raises(KeyFileProblem, match="restore it from your backup") as caught:
        load_key_files(directory)
    assert name in str(caught.value)
    assert GOOD_LINE[:8].decode() not in str(caught.value)


def test_a_final_newline_does_not_matter(directory: Path) -> None:
    (directory / "kek-1.key").write_bytes(GOOD_LINE)
    assert load_key_files(directory).kek.values["1"] == bytes(range(32))


def openssl(*arguments: str) -> bytes:
    return subprocess.run(["openssl", *arguments], check=True, capture_output=True).stdout


def test_a_checkpoint_key_that_openssl_made_serves(directory: Path) -> None:
    path = directory / "checkpoint-1.pem"
    path.write_bytes(openssl("genpkey", "-algorithm", "ed25519"))
    checkpoints = Ed25519Checkpoints(load_key_files(directory).checkpoint)
    assert checkpoints.public_pem("1") == openssl("pkey", "-in", str(path), "-pubout").decode()


def test_other_keys_do_not_serve_as_checkpoint_key(directory: Path) -> None:
    path = directory / "checkpoint-1.pem"
    for content in (
        b"",
        b"-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
        openssl("genpkey", "-algorithm", "x25519"),
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout"),
        openssl("genpkey", "-algorithm", "ed25519", "-aes256", "-pass", "pass:x"),
        openssl("pkey", "-in", str(path), "-pubout"),
    ):
        path.write_bytes(content)
        with pytest.raises(KeyFileProblem, match="Ed25519 private key"):
            load_key_files(directory)
        path.write_bytes(openssl("genpkey", "-algorithm", "ed25519"))


@pytest.mark.parametrize(
    "replace", [lambda path: os.mkfifo(path, 0o600), lambda path: path.mkdir(mode=0o700)]
)
def test_what_is_not_a_file_is_refused_without_waiting(
    directory: Path, replace: Callable[[Path], None]
) -> None:
    path = directory / "audit-1.key"
    path.unlink()
    replace(path)
    with pytest.raises(KeyFileProblem, match="not a regular file"):
        load_key_files(directory)


def test_a_dangling_link_is_named(directory: Path) -> None:
    (directory / "kek-2.key").symlink_to(directory / "gone")
    with pytest.raises(KeyFileProblem, match=r"kek-2\.key: no such file"):
        load_key_files(directory)


@pytest.mark.rule("MD-07")
def test_representations_hold_no_key(directory: Path) -> None:
    files = load_key_files(directory)
    shown = f"{files!r} {files} {files.kek!r}"
    for path in directory.iterdir():
        for line in path.read_text().splitlines():
            assert line not in shown
    assert repr(files.kek.values["1"]) not in shown
    assert "KeyFamily(current='1')" in shown
