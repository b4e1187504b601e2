"""Creations that are asked for again: one thing is made, one answer is given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.errors import StorageUnavailable
from authserver.services.repeated_creations import RepeatedCreations
from tests.web.admin_api.rest import problem
from tests.web.admin_api.test_clients import CI

if TYPE_CHECKING:
    import pytest

    from tests.web.admin_api.rest import Rest

KEY = {"Idempotency-Key": '"8e03978e-40d5-43dd-bc93-6894a57f9324"'}


def test_a_key_belongs_to_one_request(rest: Rest) -> None:
    rest.made("/clients", CI, headers=KEY)
    other = rest.call("POST", "/clients", {**CI, "client_id": "ci-2"}, headers=KEY)
    assert problem(other) == (422, "idempotency-key-reused")
    assert problem(rest.call("GET", "/clients/ci-2")) == (404, "not-found")


def test_a_key_belongs_to_its_caller(rest: Rest) -> None:
    first = rest.made("/clients", CI, headers=KEY)
    token = rest.token_with({"admin:clients:write"})
    answer = rest.call("POST", "/clients", CI, headers=KEY, token=token)
    assert problem(answer) == (409, "already-exists")
    assert first["client_secret"].encode() not in answer.body


def test_a_key_counts_for_a_day(rest: Rest) -> None:
    path = "/clients/ci-1/secrets"
    rest.made("/clients", CI)
    first = rest.made(path, {}, headers=KEY)
    assert rest.made(path, {}, headers=KEY) == first
    rest.world.clock.advance(86_400)
    rest.token = rest.token_with({"admin:clients:write"}, client_id="tomorrow")
    assert rest.made(path, {}, headers=KEY) != first


def test_what_was_refused_may_be_asked_for_again_with_the_same_key(rest: Rest) -> None:
    wrong = rest.call("POST", "/clients", {**CI, "scopes": ["REED"]}, headers=KEY)
    assert problem(wrong) == (422, "invalid-members")
    assert rest.made("/clients", CI, headers=KEY)


def test_a_lost_answer_makes_nothing_twice(rest: Rest, monkeypatch: pytest.MonkeyPatch) -> None:
    rest.made("/clients", CI)

    def fail(*_: object) -> None:
        raise StorageUnavailable("the database went away")

    with monkeypatch.context() as patch:
        patch.setattr(RepeatedCreations, "keep", fail)
        made = rest.made("/clients/ci-1/secrets", {}, headers=KEY)
    assert made["client_secret"]
    again = rest.call("POST", "/clients/ci-1/secrets", {}, headers=KEY)
    assert problem(again) == (409, "idempotency-key-in-use")
    assert again.headers["retry-after"] == "1"
    assert len(rest.get("/clients/ci-1/secrets")["items"]) == 2


def test_a_key_is_only_for_creations_and_hard_to_guess(rest: Rest) -> None:
    assert problem(rest.call("GET", "/clients", headers=KEY)) == (400, "invalid-parameter")
    short = rest.call("POST", "/clients", CI, headers={"Idempotency-Key": "1"})
    assert problem(short) == (400, "invalid-parameter")


def test_the_database_holds_no_answer_that_it_could_open(rest: Rest) -> None:
    secret = rest.made("/clients", CI, headers=KEY)["client_secret"]
    with rest.container.database.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM idempotency_keys").all()
    (row,) = rows
    assert secret.encode() not in b"".join(each for each in row if isinstance(each, bytes))
    assert not any(secret in each for each in row if isinstance(each, str))
    assert "8e03978e" not in repr(row)
