"""The shell's barrier: whatever goes wrong behind it, there is an answer that tells no more."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from authserver.domain.errors import InvalidClient, StorageUnavailable
from authserver.machine.correlation import current_request_id
from authserver.machine.routes import Route
from tests.machine.doors import Door

if TYPE_CHECKING:
    from authserver.machine.access import AccessEntry
    from authserver.machine.requests import Request
    from authserver.machine.responses import Response

CANARY = "swordfish-canary"


def raising(error: BaseException) -> tuple[Route, ...]:
    def endpoint(_: Request) -> Response:
        raise error

    return (Route("/oauth2/token", {"POST": endpoint, "GET": endpoint}),)


@pytest.mark.rule("HT-06")
def test_an_unexpected_error_tells_the_caller_only_where_to_look(
    caplog: pytest.LogCaptureFixture,
) -> None:
    door = Door(raising(RuntimeError(f"cannot reach {CANARY}")))
    with caplog.at_level(logging.INFO):
        answer = door.knock("POST", "/oauth2/token")
    assert answer.error == (500, "server_error")
    assert answer.json["request_id"] == answer.headers["x-request-id"]
    assert CANARY not in str(answer)
    assert "Traceback" not in str(answer)
    assert [record.exc_info is not None for record in caplog.records] == [True]
    assert door.registry.get_sample_value("authserver_unexpected_errors_total") == 1


def test_an_error_that_cannot_be_counted_is_answered_all_the_same(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    door = Door(raising(RuntimeError("x")))

    def full() -> None:
        raise OSError("disk full")

    monkeypatch.setattr(door.shell._metrics, "unexpected", full)
    assert door.knock("POST", "/oauth2/token").error == (500, "server_error")
    assert "a metric could not be written" in caplog.text


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(1)])
def test_a_server_that_is_told_to_stop_stops(error: BaseException) -> None:
    with pytest.raises(type(error)):
        Door(raising(error)).knock("POST", "/oauth2/token")
    assert current_request_id() == ""


def test_a_refusal_of_the_core_is_answered_and_its_detail_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO):
        answer = Door(raising(InvalidClient("no live secret matches"))).knock(
            "POST", "/oauth2/token"
        )
    assert answer.error == (401, "invalid_client")
    assert "matches" not in str(answer)
    (record,) = caplog.records
    assert record.__dict__["detail"] == "no live secret matches"
    assert record.__dict__["route"] == "/oauth2/token"
    assert record.levelno == logging.INFO


def test_trouble_with_storage_is_a_503_and_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        answer = Door(raising(StorageUnavailable("disk full"))).knock("POST", "/oauth2/token")
    assert (answer.status, answer.headers["retry-after"]) == (503, "2")
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_an_access_log_that_fails_takes_no_answer_away(caplog: pytest.LogCaptureFixture) -> None:
    door = Door()

    def full(_: AccessEntry) -> None:
        raise OSError("disk full")

    door.shell._record_access = full
    assert door.knock("GET", "/livez").status == 200
    assert [record.getMessage() for record in caplog.records] == [
        "a request could not be counted or logged"
    ]


@pytest.mark.parametrize(
    "key",
    [
        "REQUEST_METHOD",
        "PATH_INFO",
        "QUERY_STRING",
        "REMOTE_ADDR",
        "HTTP_HOST",
        "SERVER_NAME",
        "CONTENT_LENGTH",
        "wsgi.input_terminated",
    ],
)
def test_an_environment_with_a_piece_missing_is_answered(key: str) -> None:
    answer = Door().knock("POST", "/oauth2/token", b"scope=a", changes={key: None})
    assert answer.status < 500
