"""Bytes to download: any number of them, always the same ones."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from typing import Final

ATTACHMENT_SIZE: Final = 3_000_000
LARGEST_DOWNLOAD: Final = 50 * 1024 * 1024
_BLOCK_SIZE: Final = 65_521
"""A prime: bytes that got into another place do not look right by accident."""


@cache
def _block() -> bytes:
    digests = (hashlib.sha256(b"%d" % number).digest() for number in range(_BLOCK_SIZE // 32 + 1))
    return b"".join(digests)[:_BLOCK_SIZE]


def content(size: int) -> bytes:
    """The first `size` bytes."""
    return (_block() * (size // _BLOCK_SIZE + 1))[:size]


def wanted_range(value: str, size: int) -> tuple[int, int] | None:
    """First byte and the one behind the last of a Range header with one range.

    `None` when the header is to be ignored: none came, or one that nobody understands.

    Raises:
        ValueError: nothing of what is asked for is there.
    """
    found = re.fullmatch(r"bytes=([0-9]*)-([0-9]*)", value)
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        start, end = max(0, size - int(found[2])), size
    else:
        start, end = int(found[1]), min(size, int(found[2] or size) + 1)
    if start >= end:
        raise ValueError(value)
    return start, end
