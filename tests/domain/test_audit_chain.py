"""Codes of records and seals."""

from __future__ import annotations

from dataclasses import replace

import pytest

from authserver.domain.audit_chain import FIRST_PREVIOUS, Seal, Unsealed, record_code, seal
from tests.audit_events import TestKey

KEY = TestKey("1")


def unsealed(*ids: int) -> list[Unsealed]:
    return [Unsealed(each, bytes([each] * 16), 100.0 + each) for each in ids]


def test_seals_are_linked_and_positions_go_on() -> None:
    first = seal(KEY, None, unsealed(3, 4, 9), 200.0)
    second = seal(KEY, first, unsealed(12), 201.0)
    assert (first.number, first.position, first.count, first.last_position) == (1, 1, 3, 3)
    assert (first.first_id, first.last_id, first.newest_at) == (3, 9, 109.0)
    assert first.previous == FIRST_PREVIOUS
    assert (second.number, second.position, second.last_position) == (2, 4, 4)
    assert second.previous == first.code
    assert first.record_ids() == (3, 4, 9)
    assert first.record_codes() == [bytes([3] * 16), bytes([4] * 16), bytes([9] * 16)]


@pytest.mark.parametrize(
    "change",
    [
        {"number": 2},
        {"position": 2},
        {"count": 2},
        {"first_id": 2},
        {"last_id": 10},
        {"newest_at": 0.0},
        {"sealed_at": 0.0},
        {"content": bytes(32)},
        {"previous": b"x" * 32},
        {"code": bytes(32)},
        {"key_id": "2"},
        {"content": b""},
        {"number": -1},
        {"previous": FIRST_PREVIOUS + b"x"},
    ],
)
def test_every_part_of_a_seal_is_under_its_code(change: dict[str, object]) -> None:
    link = seal(KEY, None, unsealed(3, 4, 9), 200.0)
    assert link.is_authentic(KEY)
    assert not replace(link, **change).is_authentic(KEY)  # type: ignore[arg-type]  # any field
    assert not link.is_authentic(TestKey("2"))


@pytest.mark.parametrize(
    "change",
    [
        {"ids": b""},
        {"codes": b""},
        {"ids": bytes(24)},
        {"codes": bytes(48)},
        {"count": 2},
        {"ids": bytes(32)},
    ],
)
def test_the_lists_of_a_seal_are_under_its_digest(change: dict[str, object]) -> None:
    link = seal(KEY, None, unsealed(3, 4, 9), 200.0)
    assert link.content_fits()
    assert not replace(link, **change).content_fits()  # type: ignore[arg-type]  # any field


def test_a_code_of_the_wrong_length_does_not_shift_the_others() -> None:
    records = [Unsealed(1, b"short", 1.0), Unsealed(2, b"l" * 17, 1.0), *unsealed(3)]
    link = seal(KEY, None, records, 200.0)
    assert link.content_fits()
    assert link.record_codes() == [bytes(16), bytes(16), bytes([3] * 16)]


def test_a_tampered_list_of_ids_can_still_be_read() -> None:
    link: Seal = replace(seal(KEY, None, unsealed(3), 200.0), ids=b"123", codes=b"456")
    assert link.record_ids() == ()
    assert link.record_codes() == [b"456"]


def test_a_record_code_tells_neighbouring_fields_apart() -> None:
    assert record_code(KEY, ["ab", "c"]) != record_code(KEY, ["a", "bc"])
    assert record_code(KEY, ["1"]) != record_code(KEY, [1])
    assert record_code(KEY, [None]) != record_code(KEY, [""])
    assert record_code(KEY, ["é"]) != record_code(TestKey("2"), ["é"])
    assert len(record_code(KEY, ["x"])) == 16


def test_what_json_cannot_say_has_no_record_code() -> None:
    with pytest.raises(TypeError):
        record_code(KEY, [b"bytes"])
    with pytest.raises(ValueError, match="not JSON compliant"):
        record_code(KEY, [float("nan")])
