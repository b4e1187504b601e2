"""Every refusal of the core as an answer."""

from __future__ import annotations

import pytest

from authserver.domain.errors import (
    AlreadyExists,
    Conflict,
    DomainError,
    InvalidClient,
    InvalidField,
    NotFound,
    ProtocolRefusal,
    StorageUnavailable,
    Throttled,
)
from authserver.machine.refusals import FrameRefusal, refusal_response


class Unheard(DomainError):
    """A refusal that nobody taught the front door."""


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (InvalidField("scope", "no"), 400, b"invalid_request"),
        (InvalidClient("no such client"), 401, b"invalid_client"),
        (ProtocolRefusal("invalid_scope", "x"), 400, b"invalid_scope"),
        (ProtocolRefusal("invalid_target", "x"), 400, b"invalid_target"),
        (ProtocolRefusal("invalid_grant", "x"), 400, b"invalid_grant"),
        (ProtocolRefusal("unauthorized_client", "x"), 400, b"unauthorized_client"),
        (ProtocolRefusal("unsupported_grant_type", "x"), 400, b"unsupported_grant_type"),
        (ProtocolRefusal("invalid_token", "x"), 401, b"invalid_token"),
        (ProtocolRefusal("insufficient_scope", "x"), 403, b"insufficient_scope"),
        (Throttled(7, "x"), 429, b"temporarily_unavailable"),
        (StorageUnavailable("db at 10.0.0.1 is down"), 503, b"temporarily_unavailable"),
        (NotFound("client", "hunter2"), 404, b"not_found"),
        (AlreadyExists("client", "hunter2"), 409, b"conflict"),
        (Conflict("hunter2"), 409, b"conflict"),
        (Unheard("hunter2"), 400, b"invalid_request"),
        (FrameRefusal(411, "length required"), 411, b"invalid_request"),
    ],
)
def test_every_refusal_has_its_status_and_code(
    error: DomainError | FrameRefusal, status: int, code: bytes
) -> None:
    answer = refusal_response(error)
    assert answer.status == status
    assert b'"error":"' + code + b'"' in answer.body
    assert ("Cache-Control", "no-store") in answer.headers
    assert b"hunter2" not in answer.body


@pytest.mark.parametrize(
    "error",
    [
        InvalidClient("hunter2"),
        Throttled(7, "hunter2"),
        StorageUnavailable("hunter2"),
        ProtocolRefusal("invalid_grant", "expired", detail="hunter2"),
    ],
)
def test_what_is_for_operators_does_not_leave_the_house(error: DomainError) -> None:
    answer = refusal_response(error)
    assert b"hunter2" not in answer.body
    assert "hunter2" not in str(answer.headers)


def test_a_401_says_how_to_authenticate() -> None:
    headers = dict(refusal_response(InvalidClient("x")).headers)
    assert headers["WWW-Authenticate"] == 'Basic realm="authserver", charset="UTF-8"'
    headers = dict(refusal_response(ProtocolRefusal("invalid_token", "x")).headers)
    assert headers["WWW-Authenticate"].startswith("Bearer ")


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (Throttled(7, "x"), "7"),
        (Throttled(0, "x"), "1"),
        (StorageUnavailable("x"), "2"),
        (StorageUnavailable("x", retry_after_seconds=9), "9"),
    ],
)
def test_whoever_may_come_back_is_told_when(error: DomainError, seconds: str) -> None:
    assert dict(refusal_response(error).headers)["Retry-After"] == seconds


@pytest.mark.rule("TK-09")
def test_descriptions_use_only_the_characters_of_rfc_6749() -> None:
    answer = refusal_response(ProtocolRefusal("x", 'say "ü\\\r\n\x00" ~!#[]' + "y" * 500))
    text = answer.body.split(b'"error_description":"')[1]
    assert text.startswith(b"say '?????' ~!#[]yyy")
    assert len(text) < 420
