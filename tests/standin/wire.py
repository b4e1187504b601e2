"""HTTP/1.1 as it comes: the head byte by byte, the body as its length and digest."""

from __future__ import annotations

import hashlib
from asyncio import IncompleteReadError, LimitOverrunError
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from asyncio import StreamReader, StreamWriter

LONGEST_HEAD: Final = 64 * 1024
LONGEST_BODY: Final = 50 * 1024 * 1024
KEPT: Final = 64 * 1024
"""How much of a body is kept, for answers that repeat it."""
_PIECE: Final = 256 * 1024


class Malformed(Exception):
    """What came is no request that Tomcat would take: why."""


@dataclass(frozen=True, slots=True)
class Head:
    """The request line and the header lines, as bytes without their line ends."""

    line: bytes
    lines: tuple[bytes, ...]

    @property
    def method(self) -> str:
        """The first word of the request line."""
        return self.line.split(b" ")[0].decode("latin-1")

    @property
    def target(self) -> str:
        """The second word of the request line, each byte a character."""
        return self.line.split(b" ")[1].decode("latin-1")

    @property
    def version(self) -> str:
        """The third word of the request line."""
        return self.line.split(b" ")[2].decode("latin-1")

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """Lower-case names and values, in order, repeated where they are repeated."""
        pairs = (line.decode("latin-1").partition(":") for line in self.lines)
        return tuple((name.lower(), value.strip(" \t")) for name, _, value in pairs)

    def values(self, name: str) -> list[str]:
        """Every value of one header, by its lower-case name."""
        return [value for each, value in self.headers if each == name]

    def value(self, name: str) -> str:
        """The first value of one header, or nothing."""
        return next(iter(self.values(name)), "")

    @property
    def keeps_alive(self) -> bool:
        """Whether another request may follow on the connection."""
        return self.version == "HTTP/1.1" and self.value("connection").lower() != "close"


@dataclass(frozen=True, slots=True)
class Body:
    """`framing` is `none`, `length` or `chunked`; `start` the first bytes, at most KEPT."""

    framing: str = "none"
    length: int = 0
    sha256: str = hashlib.sha256().hexdigest()
    start: bytes = b""


async def read_head(reader: StreamReader) -> Head | None:
    """The next head; `None` when the peer has nothing more to say.

    Raises:
        Malformed: the connection ends within it, it is too long, or it is no head.
    """
    try:
        raw = await reader.readuntil(b"\r\n\r\n")
    except IncompleteReadError as end:
        if end.partial:
            raise Malformed("the head has no end") from None
        return None
    except LimitOverrunError:
        raise Malformed("the head is too long") from None
    line, *lines = raw[:-4].split(b"\r\n")
    if len(line.split(b" ")) != 3:
        raise Malformed("no request line of three words")
    if any(b":" not in each or each[:1] in b" \t" for each in lines):
        raise Malformed("a header line without a name")
    return Head(line, tuple(lines))


async def read_body(head: Head, reader: StreamReader, writer: StreamWriter) -> Body:
    """The body that the head announces, to its end.

    Raises:
        Malformed: its length is unclear, it is longer than LONGEST_BODY, or it ends early.
    """
    codings, lengths = head.values("transfer-encoding"), head.values("content-length")
    if not codings and not lengths:
        return Body()
    if (codings and lengths) or len(codings + lengths) > 1:
        raise Malformed("more than one framing")
    if head.value("expect").lower() == "100-continue":
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        await writer.drain()
    taken = _Taken()
    try:
        if lengths:
            if not (lengths[0].isascii() and lengths[0].isdigit()):
                raise Malformed("a length that is no number")
            await taken.read(reader, int(lengths[0]))
        elif codings[0].lower() == "chunked":
            await _read_chunks(taken, reader)
        else:
            raise Malformed("a transfer coding that nobody knows")
    except (IncompleteReadError, LimitOverrunError, ValueError):
        raise Malformed("the body ends early or is no body") from None
    return taken.body("length" if lengths else "chunked")


class _Taken:
    """A body on its way through: counted and digested, not kept."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self._length = 0
        self._start = bytearray()

    async def read(self, reader: StreamReader, length: int) -> None:
        """Take so many bytes."""
        if self._length + length > LONGEST_BODY:
            raise Malformed("the body is too long")
        self._length += length
        while length:
            piece = await reader.read(min(length, _PIECE))
            if not piece:
                raise Malformed("the body ends early")
            length -= len(piece)
            self._digest.update(piece)
            if len(self._start) < KEPT:
                self._start += piece[: KEPT - len(self._start)]

    def body(self, framing: str) -> Body:
        return Body(framing, self._length, self._digest.hexdigest(), bytes(self._start))


async def _read_chunks(taken: _Taken, reader: StreamReader) -> None:
    while length := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
        await taken.read(reader, length)
        if await reader.readexactly(2) != b"\r\n":
            raise Malformed("a chunk without its end")
    while await reader.readuntil(b"\r\n") != b"\r\n":
        pass  # trailers
