"""Signed checkpoints and their lines."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from authserver.domain.audit_chain import Seal, Unsealed, seal
from authserver.domain.audit_checkpoints import Checkpoint, NotACheckpoint, checkpoint
from tests.audit_events import TestKey
from tests.audits import SIGNER, TestSigner


def a_seal() -> Seal:
    return seal(TestKey("1"), None, [Unsealed(5, bytes(16), 1.0), Unsealed(6, bytes(16), 2.0)], 3.0)


def test_a_checkpoint_says_how_far_the_chain_came() -> None:
    link = a_seal()
    first = checkpoint(SIGNER, link, None, 10.0)
    second = checkpoint(SIGNER, link, first, 11.0, pruned=1)
    third = checkpoint(SIGNER, link, second, 12.0)
    assert (first.number, first.seal, first.code, first.position) == (1, 1, link.code, 2)
    assert [each.number for each in (first, second, third)] == [1, 2, 3]
    assert [each.pruned_through for each in (first, second, third)] == [0, 1, 1], "never taken back"
    assert all(each.is_signed(SIGNER) for each in (first, second, third))


@pytest.mark.parametrize(
    "change",
    [
        {"number": 2},
        {"at": 11.0},
        {"seal": 2},
        {"code": bytes(32)},
        {"position": 3},
        {"pruned_through": 1},
        {"key_id": "2"},
        {"signature": bytes(64)},
        {"signature": b""},
    ],
)
def test_every_part_of_a_checkpoint_is_signed(change: dict[str, object]) -> None:
    signed = checkpoint(SIGNER, a_seal(), None, 10.0)
    assert not replace(signed, **change).is_signed(SIGNER)  # type: ignore[arg-type]  # any field
    assert not signed.is_signed(TestSigner(b"o" * 32))


def test_a_checkpoint_survives_its_line() -> None:
    signed = checkpoint(SIGNER, a_seal(), None, 1_800_000_000.123)
    line = signed.line()
    assert "\n" not in line
    assert Checkpoint.from_line(line) == signed


@pytest.mark.parametrize(
    "line",
    ["", "{}", "[]", "null", "{", '{"number":"x"}', "[" * 100_000, "\x00", "1"],
)
def test_another_line_is_no_checkpoint(line: str) -> None:
    with pytest.raises(NotACheckpoint):
        Checkpoint.from_line(line)


@pytest.mark.parametrize(("name", "value"), [("seal", 1 << 63), ("number", -1), ("at", 1e999)])
def test_a_number_that_no_database_holds_is_no_checkpoint(name: str, value: float) -> None:
    line = json.loads(checkpoint(SIGNER, a_seal(), None, 10.0).line())
    with pytest.raises(NotACheckpoint):
        Checkpoint.from_line(json.dumps({**line, name: value}))
