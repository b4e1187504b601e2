"""`kill -9` of whoever writes or moves journals: no answered record is lost, none doubled."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from authserver.storage import journal_files
from tests.audits import Trail, trail_on
from tests.doubles import FakeEntropy
from tests.storage.journal_writer import THREADS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FAR = 1_000_000
"""Each round counts from a multiple of this."""


@pytest.fixture
def trail(database_url: str) -> Iterator[Trail]:
    with trail_on(database_url) as trail:
        yield trail


class Dice:
    """Reproducible chance."""

    def __init__(self, seed: str) -> None:
        self._entropy = FakeEntropy(seed)

    def between(self, lowest: int, highest: int) -> int:
        return lowest + int.from_bytes(self._entropy.token_bytes(4)) % (highest - lowest + 1)


def killed_writer(directory: Path, number: int, answers: int) -> list[int]:
    """Start a worker, kill it after about so many answers; all that it answered."""
    arguments = [str(directory), str(number * FAR + 1), f"writer {number}"]
    command = [sys.executable, "-m", "tests.storage.journal_writer", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        answered = [int(writer.stdout.readline()) for _ in range(answers)]
        writer.kill()
        rest = writer.stdout.read()
        # Whatever the pipe holds was answered; only the last line may be cut.
        answered += [int(line) for line in rest.splitlines(keepends=True) if line[-1:] == b"\n"]
    return answered


def moved(trail: Trail) -> list[int]:
    return [
        int(str(record.details["number"]))
        for record in trail.records()
        if "number" in record.details
    ]


def assert_complete(trail: Trail, rounds: list[list[int]]) -> None:
    found = moved(trail)
    assert len(found) == len(set(found)), "no record is doubled"
    answered = {number for each in rounds for number in each}
    assert not answered - set(found), "no answered record is lost"
    unanswered = sorted(set(found) - answered)
    for number in range(len(rounds)):
        of_round = [each for each in unanswered if each // FAR == number]
        assert len(of_round) <= THREADS, "what was not answered was in flight"


def writers_die(trail: Trail, directory: Path, rounds: int) -> None:
    dice = Dice("writers")
    mover = trail.mover(directory)
    answered = []
    for number in range(rounds):
        answered.append(killed_writer(directory, number, dice.between(0, 400)))
        if dice.between(0, 2):
            mover.run_once()
    mover.run_once()
    assert journal_files.listed(directory) == []
    assert_complete(trail, answered)


def everybody_dies(trail: Trail, url: str, directory: Path, rounds: int) -> None:
    dice = Dice("everybody")
    answered = []
    for number in range(rounds):
        command = [sys.executable, "-m", "tests.storage.journal_moving", url, str(directory)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as mover:
            assert mover.stdout is not None
            assert mover.stderr is not None
            assert mover.stdout.readline() == b"ready\n"
            answered.append(killed_writer(directory, number, dice.between(100, 2000)))
            mover.kill()
            assert mover.stderr.read() == b""
    trail.mover(directory).run_once()
    assert journal_files.listed(directory) == []
    assert_complete(trail, answered)
    trail.sealer(seal_records=1000).step()
    assert trail.verify().is_clean


@pytest.mark.rule("AU-05")
def test_no_answered_record_is_lost_when_writers_die(trail: Trail, tmp_path: Path) -> None:
    writers_die(trail, tmp_path / "journals", 6)


@pytest.mark.rule("AU-05")
def test_no_answered_record_is_lost_when_writers_and_movers_die(
    trail: Trail, database_url: str, tmp_path: Path
) -> None:
    everybody_dies(trail, database_url, tmp_path / "journals", 2)


@pytest.mark.slow
@pytest.mark.rule("AU-05")
def test_no_answered_record_is_lost_when_200_writers_die(trail: Trail, tmp_path: Path) -> None:
    writers_die(trail, tmp_path / "journals", 200)


@pytest.mark.slow
@pytest.mark.rule("AU-05")
def test_no_answered_record_is_lost_when_100_writers_and_movers_die(
    trail: Trail, database_url: str, tmp_path: Path
) -> None:
    everybody_dies(trail, database_url, tmp_path / "journals", 100)
