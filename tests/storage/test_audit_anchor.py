"""Checkpoints in a file outside the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.audit_chain import Unsealed, seal
from authserver.domain.audit_checkpoints import Checkpoint, checkpoint
from authserver.storage.audit_anchor import AnchorFile
from tests.audit_events import KEYS
from tests.audits import SIGNER

if TYPE_CHECKING:
    from pathlib import Path


def checkpoints(count: int) -> list[Checkpoint]:
    link = seal(KEYS.current, None, [Unsealed(1, bytes(16), 1.0)], 1.0)
    made: list[Checkpoint] = []
    for number in range(count):
        made.append(checkpoint(SIGNER, link, made[-1] if made else None, float(number)))
    return made


def test_it_holds_what_was_appended_in_order(tmp_path: Path) -> None:
    anchor = AnchorFile(tmp_path / "anchor")
    assert anchor.last_number() == 0
    made = checkpoints(100)
    for each in made:
        anchor.append(each)
    assert anchor.last_number() == 100
    assert list(anchor.checkpoints()) == made
    assert (tmp_path / "anchor").stat().st_mode & 0o777 == 0o600


def test_a_torn_line_is_replaced_by_the_next(tmp_path: Path) -> None:
    anchor = AnchorFile(tmp_path / "anchor")
    first, second = checkpoints(2)
    anchor.append(first)
    with (tmp_path / "anchor").open("a") as file:
        file.write(second.line()[:20])
    assert anchor.last_number() == 1
    anchor.append(second)
    assert list(anchor.checkpoints()) == [first, second]


def test_a_line_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "anchor").write_bytes(b"{}\n\xff\xfe\n" + b"x" * 10_000 + b"\n")
    anchor = AnchorFile(tmp_path / "anchor")
    read = list(anchor.checkpoints())
    assert all(isinstance(each, str) for each in read)
    assert str(read[0]) == "line 1 is not a checkpoint"
    assert anchor.last_number() == 0


def test_an_anchor_that_is_not_there_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        list(AnchorFile(tmp_path / "anchor").checkpoints())


def test_an_anchor_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="Is a directory"):
        AnchorFile(tmp_path).append(checkpoints(1)[0])
