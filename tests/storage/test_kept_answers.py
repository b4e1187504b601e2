"""Answers to creations that may be repeated: one claim for a key, until its end."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from authserver.domain.repeats import UNANSWERED, KeptAnswer
from tests.storage.examples import NOW

if TYPE_CHECKING:
    from authserver.domain.ports import Database

CLAIM: Final = KeptAnswer("client:a", b"key", b"request", UNANSWERED, b"", NOW + 60)


def claimed(database: Database, answer: KeptAnswer, now: float = NOW) -> bool:
    with database.writing() as stores:
        return stores.kept_answers.claim(answer, now)


def test_a_key_is_claimed_once_until_its_end(any_database: Database) -> None:
    assert claimed(any_database, CLAIM)
    other = replace(CLAIM, request_digest=b"other", expires_at=NOW + 200)
    assert not claimed(any_database, other)
    with any_database.reading() as stores:
        assert stores.kept_answers.get("client:a", [b"key"]) == CLAIM
    assert claimed(any_database, other, NOW + 60)
    with any_database.reading() as stores:
        assert stores.kept_answers.get("client:a", [b"none", b"key"]) == other


def test_a_key_is_its_callers_alone(any_database: Database) -> None:
    assert claimed(any_database, CLAIM)
    assert claimed(any_database, replace(CLAIM, caller="client:b"))
    with any_database.reading() as stores:
        assert stores.kept_answers.get("client:c", [b"key"]) is None
        assert stores.kept_answers.get("client:a", []) is None


def test_an_answer_is_written_down_where_its_key_was_claimed(any_database: Database) -> None:
    answered = replace(CLAIM, status=201, sealed=b"sealed")
    assert claimed(any_database, CLAIM)
    with any_database.writing() as stores:
        stores.kept_answers.fill(answered)
    with any_database.reading() as stores:
        assert stores.kept_answers.get("client:a", [b"key"]) == answered
