"""Bodies are read exactly, and never more than allowed."""

from __future__ import annotations

import io
from typing import Any

import pytest

from authserver.machine.bodies import read_body
from authserver.machine.refusals import FrameRefusal
from tests.machine.doors import FORM, Door

LIMIT = 65_536


class Recorder(io.BytesIO):
    """A stream that remembers whether anybody read it."""

    def __init__(self, content: bytes = b"", *, piece: int | None = None) -> None:
        super().__init__(content)
        self.piece = piece
        self.asked: list[int] = []

    def read(self, size: int | None = -1, /) -> bytes:
        size = -1 if size is None else size
        self.asked.append(size)
        return super().read(size if self.piece is None else min(size, self.piece))


class Broken(io.BytesIO):
    """A stream whose client went away."""

    def read(self, size: int | None = -1, /) -> bytes:
        raise OSError("connection reset")


def read(stream: io.BytesIO, **environ: Any) -> bytes:
    return read_body({"wsgi.input": stream, **environ}, 10)


def refused(stream: io.BytesIO, **environ: Any) -> int:
    with pytest.raises(FrameRefusal) as refusal:
        read(stream, **environ)
    return refusal.value.status


def test_exactly_the_declared_length_is_read() -> None:
    stream = Recorder(b"0123456789ABC")
    assert read(stream, CONTENT_LENGTH="10") == b"0123456789"
    assert sum(stream.asked) == 10


def test_a_stream_in_pieces_is_read_to_its_end() -> None:
    assert read(Recorder(b"0123456789", piece=3), CONTENT_LENGTH="10") == b"0123456789"
    undeclared = Recorder(b"01234567", piece=3)
    assert read(undeclared, **{"wsgi.input_terminated": True}) == b"01234567"


def test_a_declared_length_over_the_limit_is_refused_unread() -> None:
    stream = Recorder(b"x" * 100)
    assert refused(stream, CONTENT_LENGTH="11") == 413
    assert stream.asked == []


def test_a_body_without_length_is_refused_as_soon_as_it_is_too_long() -> None:
    stream = Recorder(b"x" * 1_000_000)
    assert refused(stream, **{"wsgi.input_terminated": True}) == 413
    assert stream.tell() == 11


@pytest.mark.parametrize(
    "length", ["-1", "+1", "1_0", " 5", "5 ", "0x5", "\u0665", "1.0", "9" * 13]
)
def test_a_length_that_is_no_number_is_refused(length: str) -> None:
    assert refused(io.BytesIO(b"01234"), CONTENT_LENGTH=length) == 400


def test_a_body_shorter_than_declared_is_refused() -> None:
    assert refused(io.BytesIO(b"0123"), CONTENT_LENGTH="5") == 400


def test_length_and_transfer_encoding_together_are_refused() -> None:
    environ = {"CONTENT_LENGTH": "4", "HTTP_TRANSFER_ENCODING": "chunked"}
    assert refused(io.BytesIO(b"0123"), **environ) == 400


@pytest.mark.parametrize("terminated", [False, True])
@pytest.mark.parametrize(
    "coding", ["chunked", "Chunked", "gzip, chunked", "chunked,chunked", "identity", "x"]
)
def test_no_transfer_encoding_is_read(coding: str, *, terminated: bool) -> None:
    stream = Recorder(b"0123")
    environ = {"HTTP_TRANSFER_ENCODING": coding, "wsgi.input_terminated": terminated}
    assert refused(stream, **environ) == 411
    assert stream.asked == []


def test_where_the_end_cannot_be_known_nothing_is_read() -> None:
    stream = Recorder(b"0123")
    assert read(stream) == b""
    assert stream.asked == []


def test_a_client_that_goes_away_is_a_400() -> None:
    assert refused(Broken(), CONTENT_LENGTH="5") == 400


@pytest.mark.rule("HT-02")
def test_an_oauth_body_over_64_kib_is_413() -> None:
    door = Door()
    body = b"grant_type=" + b"x" * (LIMIT + 1 - 11)
    answer = door.knock("POST", "/oauth2/token", body, headers={"Content-Type": FORM})
    assert answer.status == 413
    assert str(LIMIT) in answer.description
    fits = b"unknown=" + b"x" * (LIMIT - 8)
    assert door.knock("POST", "/oauth2/token", fits, headers={"Content-Type": FORM}).status == 200
