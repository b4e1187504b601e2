"""Reading a request body exactly: as long as it says it is, and never longer than allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.machine.refusals import FrameRefusal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Protocol

    class Readable(Protocol):
        """`wsgi.input` as far as it is needed here."""

        def read(self, size: int, /) -> bytes:
            """Up to `size` bytes."""
            ...


_LONGEST_LENGTH: Final = 12
"""Digits of a Content-Length: more is nonsense, and long numbers are slow to convert."""


def read_body(environ: Mapping[str, object], limit: int) -> bytes:
    """The body of a WSGI request.

    Chunks are not read: where one is broken or the last one missing, servers end the stream as if
    the body were complete. Without a Content-Length (HTTP/2) the body is read only where the
    server says that it ends the stream itself (`wsgi.input_terminated`).

    Raises:
        FrameRefusal: 413 over `limit` bytes, 411 for a Transfer-Encoding, 400 for a
            Content-Length that is no number, stands beside one, or is more than came.
    """
    declared = str(environ.get("CONTENT_LENGTH") or "")
    if environ.get("HTTP_TRANSFER_ENCODING"):
        if declared:
            raise FrameRefusal(400, "Content-Length: not allowed with Transfer-Encoding")
        raise FrameRefusal(411, "Content-Length: required, Transfer-Encoding is not read")
    if declared:
        return _read_exactly(environ, _length(declared), limit)
    if not environ.get("wsgi.input_terminated"):
        return b""
    body = _read(environ, limit + 1)
    if len(body) > limit:
        raise _too_long(limit)
    return body


def may_be_longer(environ: Mapping[str, object], size: int) -> bool:
    """Whether the body of a WSGI request is longer than that, or says nothing of its length.

    Raises:
        FrameRefusal: 400 for a Content-Length that is no number.
    """
    declared = str(environ.get("CONTENT_LENGTH") or "")
    return _length(declared) > size if declared else bool(environ.get("wsgi.input_terminated"))


def _length(declared: str) -> int:
    if not (declared.isascii() and declared.isdigit()) or len(declared) > _LONGEST_LENGTH:
        raise FrameRefusal(400, "Content-Length: must be a decimal number of bytes")
    return int(declared)


def _read_exactly(environ: Mapping[str, object], length: int, limit: int) -> bytes:
    if length > limit:
        raise _too_long(limit)
    body = _read(environ, length) if length else b""
    if len(body) != length:
        raise FrameRefusal(400, "the body ended before its Content-Length")
    return body


def _read(environ: Mapping[str, object], size: int) -> bytes:
    """Up to `size` bytes, until the stream ends."""
    stream: Readable = environ["wsgi.input"]  # type: ignore[assignment]  # WSGI promises it
    try:
        body = stream.read(size)
        while 0 < len(body) < size:
            chunk = stream.read(size - len(body))
            if not chunk:
                break
            body += chunk
    except Exception as broken:
        # Every server has its own exception for a client that broke off.
        raise FrameRefusal(400, "the body could not be read to its end") from broken
    return body


def _too_long(limit: int) -> FrameRefusal:
    return FrameRefusal(413, f"the body may have at most {limit} bytes")
