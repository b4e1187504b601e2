"""Logs: one line of JSON for one record, without secrets, whoever writes."""

from __future__ import annotations

import logging
import os
import sys
import threading
import warnings
from typing import TYPE_CHECKING

import pytest
from authlib.oauth2.rfc6749 import grants

from authserver import logs
from authserver.logs import JsonHandler, LineWriter, configure, exception_text
from tests.doubles import EPOCH
from tests.written_logs import CANARY, INJECTION, Lines, open_log, parsed, written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def target(tmp_path: Path) -> Iterator[int]:
    with open_log(tmp_path / "log") as descriptor:
        yield descriptor


@pytest.fixture
def raw(target: int) -> Callable[[], bytes]:
    return lambda: written(target)


@pytest.fixture
def lines(target: int) -> Lines:
    return lambda: parsed(target)


@pytest.fixture
def configured(target: int) -> Iterator[None]:
    """Logs as in the server, at DEBUG; everything is put back afterwards."""
    root = logging.getLogger()
    names = [*logs.HELD, *logs._ADOPTED]
    before = (root.level, root.handlers[:], sys.excepthook, threading.excepthook)
    levels = {name: logging.getLogger(name).level for name in names}
    with warnings.catch_warnings():
        configure("debug", request_id=lambda: "r-1", descriptor=target)
        yield
        logging.captureWarnings(capture=False)
    root.setLevel(before[0])
    root.handlers[:] = before[1]
    sys.excepthook, threading.excepthook = before[2:]
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


@pytest.mark.usefixtures("configured")
def test_a_record_is_one_line_with_its_fields(lines: Lines) -> None:
    logging.getLogger("authserver.x").warning(
        "took %s ms", 5, extra={"peer": "192.0.2.7", "status": 200, "tags": {"a"}}
    )
    (line,) = lines()
    assert line["message"] == "took 5 ms"
    assert (line["level"], line["logger"], line["request_id"]) == ("WARNING", "authserver.x", "r-1")
    assert (line["peer"], line["status"], line["tags"]) == ("192.0.2.7", 200, ["a"])
    assert line["time"].endswith("Z")


@pytest.mark.rule("AU-02")
@pytest.mark.usefixtures("configured")
def test_nothing_that_is_logged_makes_a_second_line_or_steers_a_terminal(
    lines: Lines, raw: Callable[[], bytes]
) -> None:
    logging.getLogger("x").info(INJECTION)
    logging.getLogger("x").info(
        "%s", INJECTION, extra={"path": INJECTION, INJECTION: {INJECTION: 1}}
    )
    try:
        raise ValueError(INJECTION)  # noqa: TRY301 - the exception's text is what is tested
    except ValueError:
        logging.getLogger("x").exception(INJECTION)
    assert len(lines()) == 3
    assert raw().count(b"\n") == 3
    assert set(raw()) <= set(range(0x20, 0x7F)) | {0x0A}
    assert lines()[0]["message"] == INJECTION


class Clumsy(Exception):
    """An exception that says what it should not."""


@pytest.mark.rule("AU-01")
@pytest.mark.usefixtures("configured")
def test_no_part_of_a_record_lets_a_secret_through(raw: Callable[[], bytes]) -> None:
    logger = logging.getLogger("authserver.anything")
    logger.debug("client_secret=%s", CANARY)
    logger.debug("Issue token %r", {"access_token": CANARY})
    logger.debug("headers", extra={"headers": {"Authorization": CANARY, "cookie": CANARY}})
    logger.debug("form", extra={"form": [("password", CANARY)], "client_secret": CANARY})
    logger.debug("deep", extra={"a": [{"b": {"code": CANARY}}]})
    logger.debug("object", extra={"thing": Clumsy(f"token={CANARY}")})
    logger.debug("bytes %r", f"refresh_token={CANARY}".encode())
    try:
        try:
            raise Clumsy(f"secret={CANARY}")  # noqa: TRY301 - the exception's text is what is tested
        except Clumsy as error:
            raise KeyError(f"Bearer {CANARY}") from error
    except KeyError:
        logger.exception("it broke")
    logger.error("a group", exc_info=ExceptionGroup("g", [Clumsy(f"token: {CANARY}")]))
    assert raw().count(b"\n") == 9
    assert CANARY.encode() not in raw()
    assert raw().count(b"[redacted]") >= 11


@pytest.mark.rule("AU-01")
@pytest.mark.usefixtures("configured")
def test_libraries_at_debug_do_not_say_tokens(raw: Callable[[], bytes]) -> None:
    for name in (
        *("authlib.oauth2.rfc6749.grants.client_credentials", "oauthlib.oauth2", "werkzeug"),
        *("requests_oauthlib.oauth2_session", "urllib3.connectionpool", "_granian", "sqlalchemy"),
        *("sqlalchemy.engine.Engine", "granian.access", "httpx", "asyncio"),
    ):
        logging.getLogger(name).debug("Issue token %r to %r", {"access_token": CANARY}, "c")
        logging.getLogger(name).debug('"GET /cb?code=%s HTTP/1.1" 200', CANARY)
    assert CANARY.encode() not in raw()
    assert not grants.client_credentials.log.isEnabledFor(logging.DEBUG)
    assert not logging.getLogger("urllib3.connectionpool").isEnabledFor(logging.DEBUG)
    assert not logging.getLogger("werkzeug").isEnabledFor(logging.INFO)


@pytest.mark.usefixtures("configured")
def test_a_traceback_keeps_its_code_and_causes(lines: Lines) -> None:
    try:
        try:
            raise Clumsy("first")  # noqa: TRY301 - the chain is what is tested
        except Clumsy as error:
            raise KeyError("second") from error
    except KeyError:
        logging.getLogger("x").exception("it broke")
    text = lines()[0]["exception"]
    assert text.index("first") < text.index("which caused") < text.index("second")
    assert 'raise Clumsy("first")' in text


def test_the_context_of_an_exception_is_told_unless_it_was_hidden() -> None:
    def handled(*, hidden: bool) -> BaseException:
        try:
            try:
                raise Clumsy("first")  # noqa: TRY301 - the chain is what is tested
            except Clumsy:
                if hidden:
                    raise KeyError("second") from None
                raise KeyError("second")  # noqa: B904 - the chain is what is tested
        except KeyError as error:
            return error

    assert "while it was handled" in exception_text(handled(hidden=False))
    assert "first" not in exception_text(handled(hidden=True))


@pytest.mark.usefixtures("configured")
def test_a_stack_that_is_asked_for_is_told(lines: Lines) -> None:
    logging.getLogger("x").info("here", stack_info=True)
    assert "test_a_stack_that_is_asked_for_is_told" in lines()[0]["stack"]


class Unspeakable:
    """Has no text."""

    def __str__(self) -> str:
        raise RuntimeError(CANARY)


@pytest.mark.usefixtures("configured")
def test_a_record_that_cannot_be_rendered_still_leaves_a_line(
    lines: Lines, capsys: pytest.CaptureFixture[str]
) -> None:
    root = logging.getLogger()
    root.handlers[:] = [handler for handler in root.handlers if isinstance(handler, JsonHandler)]
    template = "two %s %s"
    logging.getLogger("x").info(template, "one")
    logging.getLogger("x").info(Unspeakable())
    logging.getLogger("x").info("extra", extra={"thing": Unspeakable()})
    assert [line["message"] for line in lines()] == [
        "two %s %s [the arguments do not fit]",
        "[broken]",
        "[broken]",
    ]
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("configured")
def test_figures_that_json_has_no_word_for_are_words(lines: Lines) -> None:
    logging.getLogger("x").info("x", extra={"a": float("nan"), "b": float("inf"), "c": 1.5})
    assert [lines()[0][name] for name in "abc"] == ["nan", "inf", 1.5]


@pytest.mark.rule("AU-01")
@pytest.mark.usefixtures("configured")
def test_uncaught_errors_go_through_the_same_sieve(lines: Lines, raw: Callable[[], bytes]) -> None:
    def fail() -> None:
        raise Clumsy(f"token={CANARY}")

    thread = threading.Thread(target=fail, name="mover")
    thread.start()
    thread.join()
    try:
        fail()
    except Clumsy as error:
        sys.excepthook(type(error), error, error.__traceback__)
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert [line["level"] for line in lines()] == ["CRITICAL", "CRITICAL"]
    assert lines()[0]["thread_name"] == "mover"
    assert CANARY.encode() not in raw()


@pytest.mark.usefixtures("configured")
def test_servers_loggers_lose_their_own_handlers(target: int, lines: Lines) -> None:
    server = logging.getLogger("_granian")
    server.addHandler(logging.NullHandler())
    server.propagate = False
    configure(logging.INFO, descriptor=target)
    server.info("started")
    assert server.handlers == []
    assert [line["message"] for line in lines()] == ["started"]
    assert "request_id" not in lines()[0]


@pytest.mark.usefixtures("configured")
def test_configuring_twice_does_not_write_twice(target: int, lines: Lines) -> None:
    configure("INFO", descriptor=target)
    logging.getLogger("x").info("once")
    assert len(lines()) == 1


def test_a_level_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="LOUD"):
        configure("loud")


def test_a_log_that_cannot_be_written_takes_nothing_down(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path, os.O_RDONLY)
    os.close(descriptor)
    writer = LineWriter(descriptor)
    writer.write("x")
    assert writer.lost == 1


def test_a_line_is_written_whole_even_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[bytes] = []

    def three_bytes(_: int, data: bytes) -> int:
        written.append(bytes(data[:3]))
        return len(data[:3])

    monkeypatch.setattr(os, "write", three_bytes)
    LineWriter(1).write("abcdefgh")
    assert b"".join(written) == b"abcdefgh\n"


def test_times_are_utc_with_milliseconds() -> None:
    assert logs.timestamp(EPOCH + 0.9996) == "2027-01-15T08:00:00.999Z"
    assert logs.timestamp(0.0) == "1970-01-01T00:00:00.000Z"
