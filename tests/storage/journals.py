"""What lies in a directory of journals, and who holds it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from authserver.storage import journal_files
from authserver.storage.journal_records import decode

if TYPE_CHECKING:
    from pathlib import Path


def numbers(directory: Path) -> list[object]:
    """The numbers of the events in all journals of a directory, file by file."""
    return [
        decode(line)["details"]["number"]
        for path in journal_files.listed(directory)
        for line in path.read_bytes().splitlines()
    ]


def is_owned(path: Path) -> bool:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return not journal_files.lock(descriptor)
    finally:
        os.close(descriptor)
