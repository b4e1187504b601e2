"""Journals that dead workers left, and what has come of them in the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.storage.journal_records import encode, line
from tests.audit_events import event

if TYPE_CHECKING:
    from pathlib import Path

    from tests.audits import Trail


def lines(*numbers: int) -> bytes:
    return b"".join(line(encode(event(number))) for number in numbers)


def orphan(directory: Path, content: bytes, name: str = "node-1-dead") -> Path:
    """What a dead worker left."""
    directory.mkdir(exist_ok=True)
    path = directory / f"{name}.journal"
    # A mover that is at work must not find it half written.
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_bytes(content)
    return unfinished.rename(path)


def moved_numbers(trail: Trail) -> list[object]:
    return [record.details["number"] for record in trail.records() if "number" in record.details]


def reports(trail: Trail) -> list[tuple[str, object, object]]:
    return [
        (record.action, record.details["offset"], record.details["bytes"])
        for record in trail.records()
        if record.object_kind == "journal"
    ]
