"""Key files are made whole or not at all, and never replaced."""

from __future__ import annotations

import os
import stat
import threading
from typing import TYPE_CHECKING

import pytest

from authserver.crypto.key_file_making import add_key_file, ensure_key_files
from authserver.crypto.key_files import KeyFileProblem, KeyKind, load_key_files
from authserver.crypto.system import SystemEntropy

if TYPE_CHECKING:
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


def test_a_new_directory_gets_one_file_of_each_kind(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "keys"
    assert ensure_key_files(path, ENTROPY) == ALL
    assert sorted(each.name for each in path.iterdir()) == sorted(ALL)
    files = load_key_files(path)
    values = {
        files.kek.values["1"],
        files.pepper.values["1"],
        files.audit.values["1"],
        files.checkpoint.values["1"],
    }
    assert {len(value) for value in values} == {32}
    assert len(values) == 4


def test_files_and_directory_are_the_owners_alone(directory: Path) -> None:
    assert mode(directory) == 0o700
    assert {mode(path) for path in directory.iterdir()} == {0o600}


def test_modes_do_not_depend_on_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o777)
    try:
        ensure_key_files(tmp_path, ENTROPY)
    finally:
        os.umask(before)
    assert {mode(path) for path in tmp_path.iterdir()} == {0o600}


def test_making_again_changes_nothing(directory: Path) -> None:
    before = {path.name: path.read_bytes() for path in directory.iterdir()}
    assert ensure_key_files(directory, ENTROPY) == ()
    assert {path.name: path.read_bytes() for path in directory.iterdir()} == before


def test_only_what_is_missing_is_made(directory: Path) -> None:
    kek = (directory / "kek-1.key").read_bytes()
    (directory / "pepper-1.key").unlink()
    assert ensure_key_files(directory, ENTROPY) == ("pepper-1.key",)
    assert (directory / "kek-1.key").read_bytes() == kek


def test_an_open_directory_is_closed_and_its_other_files_stay(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "README.md").write_text("about keys")
    ensure_key_files(tmp_path, ENTROPY)
    assert mode(tmp_path) == 0o700
    assert (tmp_path / "README.md").read_text() == "about keys"


def test_processes_that_start_at_once_end_with_the_same_files(tmp_path: Path) -> None:
    for round_number in range(20):
        path = tmp_path / str(round_number)
        barrier = threading.Barrier(4)
        made: list[str] = []

        def start(path: Path = path, barrier: threading.Barrier = barrier) -> None:
            barrier.wait()
            made.extend(ensure_key_files(path, ENTROPY))  # noqa: B023 - joined before it changes

        threads = [threading.Thread(target=start) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(made) == sorted(ALL)
        assert sorted(each.name for each in path.iterdir()) == sorted(ALL)
        load_key_files(path)


def test_a_crash_while_writing_leaves_no_half_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", crash)
    with pytest.raises(KeyFileProblem, match="no space left"):
        ensure_key_files(tmp_path, ENTROPY)
    assert list(tmp_path.iterdir()) == []
    monkeypatch.undo()
    assert ensure_key_files(tmp_path, ENTROPY) == ALL


def test_a_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file" / "keys", tmp_path / "file"):
        with pytest.raises(KeyFileProblem, match="choose another directory"):
            ensure_key_files(path, ENTROPY)


def test_the_newest_id_is_current_and_older_ones_still_count(directory: Path) -> None:
    first = load_key_files(directory).pepper.values["1"]
    for number in range(2, 12):
        assert add_key_file(directory, KeyKind.PEPPER, ENTROPY) == f"pepper-{number}.key"
    pepper = load_key_files(directory).pepper
    assert pepper.current == "11"
    assert list(pepper.values) == [str(number) for number in range(11, 0, -1)]
    assert pepper.values["1"] == first
    assert load_key_files(directory).kek.current == "1"


def test_a_first_file_can_be_added_too(tmp_path: Path) -> None:
    assert add_key_file(tmp_path, KeyKind.CHECKPOINT, ENTROPY) == "checkpoint-1.pem"
    with pytest.raises(KeyFileProblem, match="no such file"):
        add_key_file(tmp_path / "missing", KeyKind.KEK, ENTROPY)


def test_adding_at_once_never_replaces(directory: Path) -> None:
    made: list[str] = []
    threads = [
        threading.Thread(target=lambda: made.append(add_key_file(directory, KeyKind.KEK, ENTROPY)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == sorted(f"kek-{number}.key" for number in range(2, 10))
    assert len(set(load_key_files(directory).kek.values.values())) == 9
