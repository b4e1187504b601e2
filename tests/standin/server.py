"""The stand-in on a loopback port: in a thread of a test, or alone in a process."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, Self

from tests.standin.answers import JSON_TYPE, MODIFIED, TAG
from tests.standin.downloads import wanted_range
from tests.standin.wire import LONGEST_HEAD, Malformed, read_body, read_head

if TYPE_CHECKING:
    import ssl
    from types import TracebackType

    from tests.standin.answers import Answer
    from tests.standin.site import StandInSite
    from tests.standin.wire import Head

SESSION_COOKIE: Final = "JSESSIONID=A1B2C3D4; Path=/; HttpOnly"
"""Set with every answer, as Jira does."""
CHUNKED_FROM: Final = 8192
"""Longer JSON is sent in chunks, as Jira sends all of it."""
START_SECONDS: Final = 10.0
_WITHOUT_BODY: Final = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)


class StandInServer:
    """Serves a site from a thread of its own. `port` 0 takes a free one; `tls` makes it https."""

    def __init__(self, site: StandInSite, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        self.site = site
        self.port = port
        self._tls = tls
        self._listening = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run, name="stand-in", daemon=True)
        self._failure: BaseException | None = None

    def start(self) -> Self:
        """Return when it listens."""
        self._thread.start()
        assert self._listening.wait(START_SECONDS), "the stand-in did not start"
        if self._failure is not None:
            raise self._failure
        return self

    def stop(self) -> None:
        """Close every connection and end the thread."""
        if self._loop is not None and self._stop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(START_SECONDS)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except OSError as error:
            self._failure = error
            self._listening.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        tasks: set[asyncio.Task[None]] = set()

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            tasks.add(task)
            try:
                await self._converse(reader, writer)
            except asyncio.CancelledError:
                writer.transport.abort()  # the server stops
            finally:
                writer.close()
                with suppress(OSError):
                    await writer.wait_closed()
                tasks.discard(task)

        server = await asyncio.start_server(
            connected, "127.0.0.1", self.port, limit=LONGEST_HEAD, backlog=512, ssl=self._tls
        )
        self.port = int(server.sockets[0].getsockname()[1])
        self._listening.set()
        await self._stop.wait()
        server.close()
        for task in tuple(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, request by request."""
        peer = str(writer.get_extra_info("peername")[0])
        with suppress(ConnectionError):
            alive = True
            while alive:
                head: Head | None = None
                try:
                    head = await read_head(reader)
                    if head is None:
                        return
                    body = await read_body(head, reader, writer)
                except Malformed as reason:
                    line = b"" if head is None else head.line
                    answer = self.site.note_malformed(line, peer, str(reason))
                    alive = False
                else:
                    answer = self.site.respond(head, body, peer)
                    alive = head.keeps_alive
                await _send(writer, head, answer, alive=alive)


async def _send(
    writer: asyncio.StreamWriter, head: Head | None, answer: Answer, *, alive: bool
) -> None:
    status, body, headers = int(answer.status), answer.body, list(answer.headers)
    current = True
    if answer.tagged and head is not None:
        headers += [("ETag", TAG), ("Last-Modified", MODIFIED)]
        current = head.value("if-range") in {"", TAG}
        if TAG in head.value("if-none-match") or head.value("if-modified-since") == MODIFIED:
            status, body = int(HTTPStatus.NOT_MODIFIED), b""
    if answer.ranges and head is not None and status == HTTPStatus.OK:
        headers.append(("Accept-Ranges", "bytes"))
        try:
            part = wanted_range(head.value("range") if current else "", len(body))
        except ValueError:
            headers.append(("Content-Range", f"bytes */{len(body)}"))
            status, body = int(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE), b""
        else:
            if part is not None:
                start, end = part
                headers.append(("Content-Range", f"bytes {start}-{end - 1}/{len(body)}"))
                status, body = int(HTTPStatus.PARTIAL_CONTENT), body[start:end]
    headers += [("Set-Cookie", SESSION_COOKIE), ("Connection", "keep-alive" if alive else "close")]
    chunked = answer.type == JSON_TYPE and len(body) > CHUNKED_FROM and alive
    if status not in _WITHOUT_BODY:
        framing = ("Transfer-Encoding", "chunked")
        headers.append(framing if chunked else ("Content-Length", str(len(body))))
        headers.append(("Content-Type", answer.type))
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    writer.write(f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n{lines}\r\n".encode("latin-1"))
    if status not in _WITHOUT_BODY and (head is None or head.method != "HEAD"):
        writer.write(b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if chunked else body)
    await writer.drain()
