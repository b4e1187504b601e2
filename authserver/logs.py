"""Structured logs: one JSON object a line on standard error, secrets masked, nothing injected."""

from __future__ import annotations

import json
import logging
import math
import os
import sys
import threading
import time
from collections.abc import Collection, Mapping
from traceback import TracebackException
from typing import TYPE_CHECKING, Final

from authserver.redaction import MASK, names_a_secret, redact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

    from authserver.machine.access import AccessEntry

STANDARD_ERROR: Final = 2

HELD: Final = {
    "authlib": logging.INFO,  # prints live tokens at DEBUG
    "oauthlib": logging.INFO,
    "requests_oauthlib": logging.INFO,
    "urllib3": logging.INFO,  # prints query strings at DEBUG
    "werkzeug": logging.WARNING,  # prints query strings at INFO
    "granian.access": logging.WARNING,
    "sqlalchemy.engine": logging.WARNING,  # prints parameters at INFO
    "sqlalchemy.pool": logging.WARNING,  # tells at INFO whenever a pool is closed
    "alembic": logging.WARNING,  # lists its plugins at INFO
}
"""Libraries that must not say all they could, with the lowest level they get."""

_ADOPTED: Final = ("_granian", "granian.access")
"""Loggers that servers give handlers of their own, which know no redaction."""

_RECORD_ATTRIBUTES: Final = frozenset(logging.makeLogRecord({}).__dict__) | {
    "message",
    "asctime",
    "taskName",
}
_DEPTH: Final = 6
_PAIR: Final = 2


def configure(
    level: int | str,
    *,
    request_id: Callable[[], str] = str,
    descriptor: int = STANDARD_ERROR,
) -> None:
    """Send everything that is logged in this process to `descriptor`, as JSON lines.

    `level` is a level of the standard library; `request_id` gives the id of the request at hand,
    empty for none. Calling it again replaces the earlier configuration.

    Raises:
        ValueError: there is no such level.
    """
    root = logging.getLogger()
    root.setLevel(level.upper() if isinstance(level, str) else level)
    root.handlers[:] = [JsonHandler(LineWriter(descriptor), request_id)]
    for name in _ADOPTED:
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    for name, lowest in HELD.items():
        logging.getLogger(name).setLevel(max(root.level, lowest))
    logging.captureWarnings(capture=True)
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_uncaught_in_thread


class LineWriter:
    """Writes whole lines with one system call each, so that workers' lines never mix.

    A log that cannot be written takes nothing down: such lines are counted in `lost`.
    """

    def __init__(self, descriptor: int) -> None:
        """Write to an open file descriptor."""
        self._descriptor = descriptor
        self.lost = 0

    def write(self, line: str) -> None:
        """Write one line of ASCII text; the line end is added."""
        rest = line.encode("ascii", "backslashreplace") + b"\n"
        try:
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        except OSError:
            self.lost += 1


class JsonHandler(logging.Handler):
    """Turns log records into lines."""

    def __init__(self, writer: LineWriter, request_id: Callable[[], str]) -> None:
        """Write to `writer`; ask `request_id` for the id of the request at hand."""
        super().__init__()
        self._writer = writer
        self._request_id = request_id

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record; a record that cannot be rendered leaves a line that says so."""
        try:
            line = self._line(record)
        except Exception:  # noqa: BLE001 - the library's own report would print the arguments
            line = encode({"level": record.levelname, "logger": record.name, "message": "[broken]"})
        self._writer.write(line)

    def _line(self, record: logging.LogRecord) -> str:
        fields: dict[str, object] = {
            "time": timestamp(record.created),
            "level": record.levelname,
            "logger": record.name,
            "message": redact(_message(record)),
        }
        identifier = self._request_id()
        if identifier:
            fields["request_id"] = redact(identifier)
        for name, value in record.__dict__.items():
            if name not in _RECORD_ATTRIBUTES:
                fields.setdefault(name, _cleaned(name, value, _DEPTH))
        if record.exc_info and record.exc_info[1] is not None:
            fields["exception"] = exception_text(record.exc_info[1])
        if record.stack_info:
            fields["stack"] = record.stack_info
        return encode(fields)


class AccessLog:
    """Writes the access log; takes `AccessEntry` values from the shell."""

    def __init__(self, descriptor: int = STANDARD_ERROR) -> None:
        """Write to an open file descriptor."""
        self._writer = LineWriter(descriptor)

    def __call__(self, entry: AccessEntry) -> None:
        """Write one line."""
        if entry.route == entry.path and entry.method.isascii() and entry.method.isalpha():
            # The path is one of ours: nothing in the entry needs escaping or masking.
            method, path = f'"{entry.method}"', f'"{entry.path}"'
        else:
            method, path = encode(entry.method[:32]), encode(redact(entry.path[:2048]))
        self._writer.write(
            f'{{"time":"{timestamp(entry.received_at)}","level":"INFO",'
            f'"logger":"authserver.access","method":{method},"path":{path},'
            f'"status":{entry.status},"ms":{entry.seconds * 1000:.3f},"sent":{entry.sent},'
            f'"peer":"{entry.peer}","request_id":"{entry.request_id}"}}'
        )


def encode(value: object) -> str:
    """JSON in printable ASCII only: no control character or line separator survives as such."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    return text.replace("\x7f", "\\u007f")


_second = (0, "1970-01-01T00:00:00")


def timestamp(at: float) -> str:
    """RFC 3339 in UTC with milliseconds; `at` is seconds since the epoch."""
    global _second  # noqa: PLW0603 - one second's text, reused by every line of that second
    whole = int(at)
    second, text = _second
    if second != whole:
        text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(whole))
        _second = (whole, text)
    return f"{text}.{int((at - whole) * 1000):03d}Z"


def exception_text(error: BaseException) -> str:
    """The traceback with the exceptions' own words masked; lines of code are no data and stay."""
    return "".join(_exception_parts(TracebackException.from_exception(error, compact=True)))


def _exception_parts(error: TracebackException) -> Iterator[str]:
    if error.__cause__ is not None:
        yield from _exception_parts(error.__cause__)
        yield "\nwhich caused:\n\n"
    elif error.__context__ is not None and not error.__suppress_context__:
        yield from _exception_parts(error.__context__)
        yield "\nwhile it was handled:\n\n"
    yield from error.stack.format()
    yield redact("".join(error.format_exception_only()))
    for part in error.exceptions or ():
        yield from _exception_parts(part)


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception:  # noqa: BLE001 - arguments that do not fit their text must not hide it
        return f"{record.msg} [the arguments do not fit]"


def _cleaned(name: str, value: object, depth: int) -> object:
    """A field's value as JSON can say it, masked by its name and by its look."""
    if names_a_secret(name):
        return MASK
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, (Mapping, list, tuple, set, frozenset)) and depth:
        return _cleaned_parts(value, depth - 1)
    return redact(str(value))


def _cleaned_parts(value: Mapping[object, object] | Collection[object], depth: int) -> object:
    if isinstance(value, Mapping):
        return {redact(str(key)): _cleaned(str(key), part, depth) for key, part in value.items()}
    if isinstance(value, tuple) and len(value) == _PAIR and isinstance(value[0], str):
        return [redact(value[0]), _cleaned(value[0], value[1], depth)]
    return [_cleaned("", part, depth) for part in value]


def _log_uncaught(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger(__name__).critical("uncaught error", exc_info=(kind, error, traceback))


def _log_uncaught_in_thread(arguments: threading.ExceptHookArgs) -> None:
    if arguments.exc_value is not None:
        name = "" if arguments.thread is None else arguments.thread.name
        _log_error_of_thread(name, arguments.exc_value)


def _log_error_of_thread(name: str, error: BaseException) -> None:
    logging.getLogger(__name__).critical(
        "uncaught error in a thread", exc_info=error, extra={"thread_name": name}
    )
