"""Counters that open with the first call: no file before, and no worker that cannot start."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.rates import Quota, RatesUnavailable
from authserver.storage.late_counters import LateNodeCounters
from authserver.storage.node_rate_storage import NodeStorage
from tests.doubles import FakeClock

if TYPE_CHECKING:
    from pathlib import Path

ONE = Quota(b"k" * 16, 1, 60)


def late(path: Path) -> LateNodeCounters:
    clock = FakeClock()
    return LateNodeCounters(lambda: NodeStorage(f"node://{path}", clock=clock, mebibytes=1))


def test_no_file_is_made_before_the_first_call(tmp_path: Path) -> None:
    path = tmp_path / "var" / "rates"
    counters = late(path)
    assert not path.parent.exists()
    assert not counters.take([ONE]).is_over
    assert path.exists()
    assert counters.take([ONE]).is_over


def test_what_cannot_be_opened_is_tried_again_with_the_next_call(tmp_path: Path) -> None:
    in_the_way = tmp_path / "var"
    in_the_way.write_text("not a folder")
    counters = late(in_the_way / "rates")
    for _ in range(2):
        with pytest.raises(RatesUnavailable, match="cannot be used"):
            counters.take([ONE])
    in_the_way.unlink()
    assert not counters.take([ONE]).is_over


def test_closing_forgets_nothing(tmp_path: Path) -> None:
    counters = late(tmp_path / "rates")
    counters.close()
    counters.take([ONE])
    counters.close()
    assert counters.take([ONE]).is_over
