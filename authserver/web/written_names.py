"""Names that hold anything, in paths that hold little: as base64url."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64


def name_as_segment(name: str) -> str:
    """The name as one segment of a path."""
    return urlsafe_b64encode(name.encode()).rstrip(b"=").decode()


def name_in_segment(segment: str) -> str:
    """The name, or one that nothing has: a segment of another kind names nothing."""
    try:
        name = urlsafe_b64decode(segment.encode("ascii") + b"=" * (-len(segment) % 4)).decode()
    except (NotBase64, ValueError):
        return ""
    return name if name_as_segment(name) == segment else ""
