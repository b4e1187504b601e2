"""The access log: one line of JSON for one answer, without secrets, whoever asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.logs import AccessLog
from authserver.machine.access import AccessEntry
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


@pytest.mark.rule("AU-02")
def test_nothing_that_is_asked_for_makes_a_second_access_line(
    target: int, lines: Lines, raw: Callable[[], bytes]
) -> None:
    log = AccessLog(target)
    for path in ("/" + INJECTION, "/\ud800", "/" + "ü" * 5000):
        log(AccessEntry(EPOCH, "G\nET", "", path, 404, 0.0123, 9, "192.0.2.7", "r-1"))
    log(AccessEntry(EPOCH, 'X"Y', "/livez", "/livez", 405, 0.0, 9, "", "r-2"))
    assert raw().count(b"\n") == 4
    assert set(raw()) <= set(range(0x20, 0x7F)) | {0x0A}
    assert lines()[0]["path"] == "/" + INJECTION
    assert lines()[3]["method"] == 'X"Y'


def test_an_access_line_says_what_was_answered(target: int, lines: Lines) -> None:
    entry = AccessEntry(EPOCH, "POST", "/oauth2/token", "/oauth2/token", 200, 0.0123, 9, "::1", "r")
    AccessLog(target)(entry)
    assert lines() == [
        {
            "time": "2027-01-15T08:00:00.000Z",
            "level": "INFO",
            "logger": "authserver.access",
            "method": "POST",
            "path": "/oauth2/token",
            "status": 200,
            "ms": 12.3,
            "sent": 9,
            "peer": "::1",
            "request_id": "r",
        }
    ]


@pytest.mark.rule("AU-01")
def test_a_secret_in_a_path_does_not_get_into_the_access_log(
    target: int, raw: Callable[[], bytes]
) -> None:
    for route in ("", "pages"):
        path = f"/leak/asv_cs_{CANARY}"
        AccessLog(target)(AccessEntry(EPOCH, "GET", route, path, 404, 0.1, 9, "::1", "r"))
    assert CANARY.encode() not in raw()
    assert raw().count(b"asv_cs_[redacted]") == 2
