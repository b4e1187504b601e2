"""Reading a journal in pieces: whole lines, damaged stretches, and the end that was torn off."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from authserver.storage.journal_records import LINE_MAX, BrokenLine, decode

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINE_BREAK: Final = b"\n"


@dataclass(frozen=True, slots=True)
class Damage:
    """Bytes from `offset` that are no record, `length` of them; `start` shows how they begin."""

    offset: int
    length: int
    problem: str
    start: bytes


@dataclass(frozen=True, slots=True)
class Piece:
    """What one read found: records with their offsets, damage, and where to read on.

    `records` are the JSON objects of whole lines. `end` equals the offset asked for when no
    whole line stands there.
    """

    records: list[tuple[int, dict[str, Any]]]
    damage: list[Damage]
    end: int


def read_piece(descriptor: int, offset: int, length: int) -> Piece:
    """Read whole lines from `offset`, about `length` bytes (at least one longest line).

    Raises:
        OSError: the file cannot be read.
    """
    length = max(length, LINE_MAX)
    block = os.pread(descriptor, length, offset)
    whole = block.rfind(_LINE_BREAK) + 1
    if not whole and len(block) == length:
        # Longer than any record: not ours. Skip to the next line break, in bounded memory.
        return _skip_overlong(descriptor, offset, block)
    piece = Piece([], [], offset + whole)
    for start, line in _lines(block, whole):
        if not line:
            continue
        try:
            piece.records.append((offset + start, decode(line)))
        except BrokenLine as problem:
            piece.damage.append(Damage(offset + start, len(line) + 1, str(problem), line[:200]))
    return piece


def rest_of(descriptor: int, offset: int) -> Damage | None:
    """What stands after the last whole line: a record whose writer died; `None`: nothing.

    Raises:
        OSError: the file cannot be read.
    """
    length = os.fstat(descriptor).st_size - offset
    if length <= 0:
        return None
    return Damage(offset, length, "not written to its end", os.pread(descriptor, 200, offset))


def _lines(block: bytes, end: int) -> Iterator[tuple[int, bytes]]:
    start = 0
    while start < end:
        stop = block.index(_LINE_BREAK, start)
        yield start, block[start:stop]
        start = stop + 1


def _skip_overlong(descriptor: int, offset: int, block: bytes) -> Piece:
    end = offset + len(block)
    while more := os.pread(descriptor, LINE_MAX, end):
        stop = more.find(_LINE_BREAK)
        if stop >= 0:
            length = end + stop + 1 - offset
            damage = Damage(offset, length, "longer than a record", block[:200])
            return Piece([], [damage], offset + length)
        end += len(more)
    return Piece([], [], offset)
