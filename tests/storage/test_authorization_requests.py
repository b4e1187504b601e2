"""Authorization requests: kept to the letter, finished once, pushed ones spent once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from authserver.domain.authorization_requests import ANSWER_AGAIN_SECONDS
from authserver.domain.errors import StorageUnavailable
from tests.storage.examples import NOW
from tests.storage.people_examples import HOSTILE, asked, digest, parameters, pushed, request
from tests.storage.racing import race

if TYPE_CHECKING:
    from authserver.domain.authorization_requests import AuthorizationRequest
    from authserver.storage.database import SqlDatabase


@pytest.fixture
def added(database: SqlDatabase) -> AuthorizationRequest:
    with database.writing() as stores:
        stores.authorization_requests.add(request())
        stores.authorization_requests.add(request("another"))
    return request()


def kept(database: SqlDatabase, request_id: str = "request-1") -> AuthorizationRequest | None:
    with database.reading() as stores:
        return stores.authorization_requests.get(request_id)


@pytest.mark.parametrize(
    "stored",
    [
        request(),
        request(parameters=parameters(state=None, max_age=None, prompts=frozenset())),
        request(
            account_chosen_at=NOW + 1,
            consented_at=NOW + 2,
            consented_subject="user:ada",
            consented_scopes=frozenset({"openid"}),
            denied_at=NOW + 3,
            finished_at=NOW + 4,
            sealed_answer=b"\x00sealed\xff",
        ),
    ],
)
def test_a_request_comes_back_as_it_was_added(
    database: SqlDatabase, stored: AuthorizationRequest
) -> None:
    with database.writing() as stores:
        stores.authorization_requests.add(stored)
    assert kept(database) == stored


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_id_is_no_request(database: SqlDatabase, hostile: str) -> None:
    assert kept(database, hostile) is None
    with database.writing() as stores:
        assert not stores.authorization_requests.note_denial(hostile, at=NOW)


def test_each_answer_of_the_user_is_noted_for_its_request_only(
    database: SqlDatabase, added: AuthorizationRequest
) -> None:
    with database.writing() as stores:
        requests = stores.authorization_requests
        assert requests.note_choice("request-1", account_chosen_at=NOW + 1)
        assert requests.note_consent(
            "request-1", subject="user:ada", scopes=frozenset({"openid"}), at=NOW + 2
        )
        assert requests.note_denial("request-1", at=NOW + 3)
    assert kept(database) == replace(
        added,
        account_chosen_at=NOW + 1,
        consented_at=NOW + 2,
        consented_subject="user:ada",
        consented_scopes=frozenset({"openid"}),
        denied_at=NOW + 3,
    )
    assert kept(database, "another") == request("another")


@pytest.mark.usefixtures("added")
def test_what_was_denied_is_not_allowed_afterwards(database: SqlDatabase) -> None:
    with database.writing() as stores:
        requests = stores.authorization_requests
        assert requests.note_denial("request-1", at=NOW)
        assert not requests.note_consent(
            "request-1", subject="user:ada", scopes=frozenset(), at=NOW
        )


@pytest.mark.usefixtures("added")
@pytest.mark.parametrize("request_id", ["request-1", "unknown"])
def test_what_is_finished_or_gone_does_not_change(database: SqlDatabase, request_id: str) -> None:
    with database.writing() as stores:
        requests = stores.authorization_requests
        assert requests.finish("request-1", at=NOW, sealed_answer=b"first")
        assert not requests.finish(request_id, at=NOW, sealed_answer=b"second")
        assert not requests.note_choice(request_id, account_chosen_at=NOW)
        assert not requests.note_consent(request_id, subject="x", scopes=frozenset(), at=NOW)
        assert not requests.note_denial(request_id, at=NOW)
    assert kept(database) == replace(request(), finished_at=NOW, sealed_answer=b"first")


@pytest.mark.usefixtures("added")
def test_of_many_at_once_one_finishes_a_request(database: SqlDatabase) -> None:
    def finish(number: int) -> bool:
        with database.writing() as stores:
            return stores.authorization_requests.finish(
                "request-1", at=NOW, sealed_answer=bytes([number])
            )

    results = race(8, finish)
    assert results.count(True) == 1
    stored = kept(database)
    assert stored is not None
    assert stored.sealed_answer == bytes([results.index(True)])


@pytest.mark.usefixtures("added")
@pytest.mark.parametrize(
    ("at", "goes_at"), [(NOW + 5, NOW + 5 + ANSWER_AGAIN_SECONDS), (NOW + 899, NOW + 900)]
)
def test_a_finished_request_goes_soon(database: SqlDatabase, at: float, goes_at: float) -> None:
    with database.writing() as stores:
        stores.authorization_requests.finish("request-1", at=at, sealed_answer=b"")
    with database.connection_for_reading() as connection:
        goes = connection.execute(
            text("SELECT expires_at FROM authorization_requests WHERE request_id = 'request-1'")
        ).scalar_one()
    assert goes == goes_at


def test_a_pushed_request_is_spent_as_it_was_pushed(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.authorization_requests.push(pushed())
        stores.authorization_requests.push(pushed("another"))
        assert stores.authorization_requests.spend_pushed(asked("pushed"), NOW) == pushed()
        assert stores.authorization_requests.spend_pushed(asked("pushed"), NOW) is None
        assert stores.authorization_requests.spend_pushed(asked("another"), NOW) is not None


@pytest.mark.parametrize(
    ("digests", "now"),
    [
        (asked("pushed"), NOW + 60),
        (asked("other"), NOW),
        (asked("pushed", "p2"), NOW),
        ([("", b"")], NOW),
        ([], NOW),
    ],
)
def test_an_expired_or_unknown_pushed_request_is_not_spent(
    database: SqlDatabase, digests: list[tuple[str, bytes]], now: float
) -> None:
    with database.writing() as stores:
        stores.authorization_requests.push(pushed())
        assert stores.authorization_requests.spend_pushed(digests, now) is None
        assert stores.authorization_requests.spend_pushed(asked("pushed"), NOW) is not None


def test_of_many_at_once_one_spends_a_pushed_request(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.authorization_requests.push(pushed())

    def spend(_: int) -> bool:
        with database.writing() as stores:
            return stores.authorization_requests.spend_pushed(asked("pushed"), NOW) is not None

    assert race(8, spend).count(True) == 1


@pytest.mark.usefixtures("added")
def test_a_request_of_a_newer_release_is_not_guessed_at(database: SqlDatabase) -> None:
    with database.connection_for_writing() as connection:
        connection.execute(
            text(
                "UPDATE authorization_requests SET parameters = replace(parameters, :old, :new)"
                " WHERE request_id = 'request-1'"
            ),
            {"old": '"claims":', "new": '"new_rule":true,"claims":'},
        )
    with pytest.raises(StorageUnavailable, match="unknown members new_rule"):
        kept(database)
    assert kept(database, "another") is not None


def test_no_digest_stands_in_a_representation() -> None:
    shown = repr(request(sealed_answer=b"the-answer")) + repr(pushed())
    assert repr(digest("browser")) not in shown
    assert repr(digest("pushed")) not in shown
    assert "the-answer" not in shown
