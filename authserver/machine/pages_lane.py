"""The pages' lane: the Flask application, in an environment that nobody outside can bend."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

from authserver.machine.bodies import may_be_longer, read_body
from authserver.machine.refusals import FrameRefusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType
    from wsgiref.types import WSGIApplication, WSGIEnvironment

    from authserver.machine.frames import Frame

    ExceptionInfo = (
        tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]
    )

_LOG: Final = logging.getLogger(__name__)

PEER_KEY: Final = "authserver.peer"
"""Where views find the caller's address (empty: unknown)."""
REQUEST_ID_KEY: Final = "authserver.request_id"
"""Where views find the request id."""

METHODS: Final = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
_ALLOW: Final = ", ".join(METHODS)

_KEPT: Final = frozenset(
    {
        "CONTENT_TYPE",
        "PATH_INFO",
        "QUERY_STRING",
        "REQUEST_METHOD",
        "SERVER_PROTOCOL",
    }
)
_DROPPED: Final = frozenset(
    {
        "HTTP_FORWARDED",
        "HTTP_HOST",
        "HTTP_PROXY",
        "HTTP_TRANSFER_ENCODING",
        "HTTP_X_HTTP_METHOD",
        "HTTP_X_HTTP_METHOD_OVERRIDE",
        "HTTP_X_METHOD_OVERRIDE",
        "HTTP_X_ORIGINAL_URL",
        "HTTP_X_RAW_TARGET",
        "HTTP_X_REAL_IP",
        "HTTP_X_REQUEST_ID",
        "HTTP_X_REWRITE_URL",
    }
)
"""Headers that claim to know better than the shell where a request comes from or goes to."""


LongestBody = Callable[["Frame", str], int]
"""How long a body, in bytes, a page takes of whoever has this Authorization header. It is asked of
what is longer than usual, before that is read, and may refuse the request."""


class PageAnswer(NamedTuple):
    """What the application answered; `sent` is the body's length, -1 when it is streamed."""

    status: str
    headers: list[tuple[str, str]]
    body: Iterable[bytes]
    sent: int


class PagesLane:
    """Calls the pages' application with host, scheme and peer as the shell knows them."""

    def __init__(
        self,
        application: WSGIApplication,
        *,
        issuer: str,
        body_limit: int,
        longest_body: LongestBody,
    ) -> None:
        """Fix scheme and host to the issuer's: no header ever gets into a link.

        `body_limit` is what is usual, in bytes.
        """
        self._application = application
        self._longest_body = longest_body
        self._body_limit = body_limit
        parts = urlsplit(issuer)
        default_port = 443 if parts.scheme == "https" else 80
        self._fixed = {
            "SCRIPT_NAME": parts.path,
            "wsgi.url_scheme": parts.scheme,
            "HTTP_HOST": parts.netloc,
            "SERVER_NAME": parts.hostname or "",
            "SERVER_PORT": str(parts.port or default_port),
        }

    def answer(self, environ: WSGIEnvironment, frame: Frame) -> PageAnswer:
        """Call the application.

        Raises:
            FrameRefusal: 405 for a method no page has, 400 for a query string that is not ASCII,
                or what the body's frame deserves.
            DomainError: whoever asks may not send so long a body.
        """
        if frame.method not in METHODS:
            raise FrameRefusal(405, f"allowed methods: {_ALLOW}", headers=(("Allow", _ALLOW),))
        if not environ.get("QUERY_STRING", "").isascii():
            # RFC 3986 section 2; Flask would decode the bytes, or fail.
            raise FrameRefusal(400, "query string: ASCII only, other characters percent-encoded")
        body = read_body(environ, self._limit(environ, frame))
        return _call(self._application, self._environ(environ, frame, body))

    def _limit(self, environ: WSGIEnvironment, frame: Frame) -> int:
        if not may_be_longer(environ, self._body_limit):
            return self._body_limit
        longest = self._longest_body(frame, environ.get("HTTP_AUTHORIZATION", ""))
        return max(longest, self._body_limit)

    def _environ(self, environ: WSGIEnvironment, frame: Frame, body: bytes) -> WSGIEnvironment:
        kept = {
            key: value
            for key, value in environ.items()
            if key in _KEPT
            or "." in key
            or (
                key.startswith("HTTP_")
                and key not in _DROPPED
                and not key.startswith("HTTP_X_FORWARDED_")
            )
        }
        return kept | {
            **self._fixed,
            "REMOTE_ADDR": frame.peer.address,
            "CONTENT_LENGTH": str(len(body)) if body else "",
            "wsgi.input": io.BytesIO(body),
            "wsgi.input_terminated": True,
            PEER_KEY: frame.peer.address,
            REQUEST_ID_KEY: frame.request_id,
        }


def _call(application: WSGIApplication, environ: WSGIEnvironment) -> PageAnswer:
    """Run the application; an answer of known length is read whole, so that it cannot break off."""
    started: list[tuple[str, list[tuple[str, str]]]] = []
    written: list[bytes] = []

    def start_response(
        status: str,
        headers: list[tuple[str, str]],
        exc_info: ExceptionInfo | None = None,  # noqa: ARG001 - nothing was sent yet, so it cannot matter
        /,
    ) -> Callable[[bytes], object]:
        started.append((status, headers))
        return written.append

    chunks = application(environ, start_response)
    streams = bool(started) and all(name.lower() != "content-length" for name, _ in started[-1][1])
    if streams:
        status, headers = started[-1]
        return PageAnswer(status, headers, _Stream(chunks), -1)
    try:
        body = b"".join(chunks)
    finally:
        _close(chunks)
    if written:
        body = b"".join(written) + body
    status, headers = started[-1]
    return PageAnswer(status, headers, [body], len(body))


class _Stream:
    """A streamed body: its errors go to our log, and only their bare fact to the server's."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._chunks
        except Exception:  # noqa: BLE001 - the exception barrier of streamed answers
            _LOG.exception("a streamed answer broke off")
            raise StreamBroken from None

    def close(self) -> None:
        """Let the application release what the stream holds."""
        _close(self._chunks)


class StreamBroken(RuntimeError):
    """A streamed answer broke off; the log says why."""


def _close(chunks: Iterable[bytes]) -> None:
    close = getattr(chunks, "close", None)
    if close is not None:
        close()
