"""What the shell knows of a request before either lane sees it, and the limits it keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from authserver.machine.refusals import FrameRefusal

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

    from authserver.machine.peers import Peer

HEADER_LIMIT: Final = 16_384
"""All request headers together, names and values, in bytes (requirement HT-02)."""
TARGET_LIMIT: Final = 8_192
"""Path and query string together, in bytes."""


class Frame(NamedTuple):
    """The frame of one request; `received_at` is seconds since the epoch."""

    method: str
    path: str
    peer: Peer
    request_id: str
    received_at: float


def check_frame(environ: WSGIEnvironment, header_limit: int = HEADER_LIMIT) -> None:
    """Refuse what is too big or ambiguous, in either lane; `header_limit` is in bytes.

    Raises:
        FrameRefusal: 431 or 414 over the limits, 400 for more than one Host.
    """
    headers = [key for key in environ if key[:5] == "HTTP_"]
    size = sum(map(len, headers)) + sum(map(len, map(environ.__getitem__, headers)))
    if size > header_limit:
        raise FrameRefusal(431, f"all headers together may have at most {header_limit} bytes")
    target = len(environ.get("PATH_INFO", "")) + len(environ.get("QUERY_STRING", ""))
    if target > TARGET_LIMIT:
        raise FrameRefusal(414, f"path and query may have at most {TARGET_LIMIT} bytes")
    # Servers join repeated headers by a comma, and no host name holds one.
    if "," in environ.get("HTTP_HOST", ""):
        raise FrameRefusal(400, "Host: exactly one is allowed")
