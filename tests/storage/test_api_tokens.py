"""API tokens as they are stored, on every database the services are tested with."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

import pytest

from authserver.domain.access_details import AccessDetail
from authserver.domain.api_tokens import (
    ApiTokenFilter,
    ApiTokenStatus,
    LastUse,
    Presentation,
)
from authserver.domain.errors import AlreadyExists, NotFound, StorageUnavailable
from authserver.storage.database import SqlDatabase
from authserver.storage.sweeping import API_TOKEN_HISTORY_SECONDS, Sweeper
from tests.doubles import FakeClock
from tests.storage.api_token_examples import api_token, digests_of
from tests.storage.api_token_rows import add, kept
from tests.storage.examples import NOW, secret
from tests.storage.test_people_migration import run

if TYPE_CHECKING:
    from authserver.domain.api_tokens import ApiToken
    from authserver.domain.ports import Database


@pytest.mark.parametrize(
    "token",
    [
        api_token(),
        api_token(status=ApiTokenStatus.PENDING, secret=None, last_use=None, exposed_at=None),
        api_token(details=None, networks=None, scopes=frozenset(), resources=frozenset()),
        api_token(details=(), networks=(), presentations=frozenset()),
        api_token(details=(AccessDetail("https://a", (), None), AccessDetail("https://b"))),
        api_token(secret=secret("s", expires_at=NOW + 5), purpose="Straße \x7f"),
    ],
    ids=["full", "pending", "unlimited", "nothing", "details", "secret"],
)
def test_a_token_comes_back_as_it_was_added(any_database: Database, token: ApiToken) -> None:
    add(any_database, token)
    assert kept(any_database) == token
    with any_database.writing() as stores:
        assert stores.api_tokens.get("t1") == token


def test_an_id_is_taken_for_ever(any_database: Database) -> None:
    add(any_database, api_token())
    with any_database.writing() as stores, pytest.raises(AlreadyExists, match="'t1' already"):
        stores.api_tokens.add(api_token(subject="user:bob"))


def test_a_token_is_found_by_its_secret_whatever_its_status(any_database: Database) -> None:
    for each in ApiTokenStatus:
        token = api_token(each.value, status=each)
        add(any_database, token)
        with any_database.reading() as stores:
            assert stores.api_tokens.by_secret(digests_of(token)) == token


def test_a_digest_counts_only_under_its_own_pepper(any_database: Database) -> None:
    token = api_token()
    add(any_database, token, api_token("t2", secret=None))
    (_, digest) = digests_of(token)[-1]
    with any_database.reading() as stores:
        for asked in ((), (("p0", digest),), (("p1", bytes(32)),), (("", b""),)):
            assert stores.api_tokens.by_secret(asked) is None


def test_saving_replaces_everything_but_the_last_use(any_database: Database) -> None:
    add(any_database, api_token())
    changed = api_token(
        **{
            field.name: getattr(api_token("other", secret=secret("new")), field.name)
            for field in fields(api_token())
            if field.name not in {"token_id", "last_use"}
        },
        last_use=LastUse(NOW + 99, "192.0.2.9", "no"),
    )
    with any_database.writing() as stores:
        stores.api_tokens.save(changed)
        with pytest.raises(NotFound):
            stores.api_tokens.save(api_token("nobody"))
    assert kept(any_database) == replace(changed, last_use=api_token().last_use)


def test_the_last_use_never_moves_back(any_database: Database) -> None:
    add(any_database, api_token(last_use=None), api_token("t2", last_use=LastUse(NOW)))
    latest = LastUse(NOW + 5, "192.0.2.1", "curl/8")
    with any_database.writing() as stores:
        stores.api_tokens.note_use({"t1": latest, "t2": LastUse(NOW - 1, "::1"), "nobody": latest})
        stores.api_tokens.note_use({"t1": LastUse(NOW, "192.0.2.2", "old")})
        stores.api_tokens.note_use({})
    assert kept(any_database) == api_token(last_use=latest)
    assert kept(any_database, "t2") == api_token("t2", last_use=LastUse(NOW))


@pytest.mark.parametrize(
    "damage",
    [
        "details = '{}'",
        "details = '[1]'",
        'details = \'[{"location": "x", "more": 1}]\'',
        "details = '[{}]'",
        "networks = '[1]'",
        "status = 'asleep'",
        "subject_type = 'group'",
        "presentations = ' query '",
        "secret_kind = 'none'",
    ],
)
def test_a_row_of_a_newer_release_is_not_guessed_at(database: SqlDatabase, damage: str) -> None:
    add(database, api_token())
    run(database, f"UPDATE api_tokens SET {damage}")
    with pytest.raises(StorageUnavailable, match="API token t1"):
        kept(database)


def test_tokens_are_of_one_issuer(database: SqlDatabase) -> None:
    add(database, api_token())
    other = SqlDatabase(database.engine, issuer_id=2)
    with other.writing() as stores:
        assert stores.api_tokens.get("t1") is None
        assert stores.api_tokens.by_secret(digests_of(api_token())) is None
        assert stores.api_tokens.count(ApiTokenFilter()) == 0
        stores.api_tokens.note_use({"t1": LastUse(NOW + 99)})
        assert not stores.api_tokens.set_status(
            ApiTokenFilter(),
            among=frozenset(ApiTokenStatus),
            to=ApiTokenStatus.REVOKED,
            at=NOW,
            reason="",
        )
    assert kept(database) == api_token()


def test_a_token_that_is_long_gone_is_swept(database: SqlDatabase) -> None:
    add(database, api_token(expires_at=NOW), api_token("t2", expires_at=NOW + 1))

    def swept(now: float) -> int:
        return Sweeper(database, FakeClock(now)).sweep()["api_tokens"]

    assert swept(NOW + API_TOKEN_HISTORY_SECONDS - 0.5) == 0
    assert swept(NOW + API_TOKEN_HISTORY_SECONDS) == 1
    assert kept(database) is None
    assert kept(database, "t2") is not None


def test_presentations_are_kept_apart(any_database: Database) -> None:
    for each in Presentation:
        add(any_database, api_token(each.value, presentations=frozenset({each})))
        found = kept(any_database, each.value)
        assert found is not None
        assert found.presentations == {each}


def test_ids_come_by_their_characters_and_of_some_states_alone(any_database: Database) -> None:
    for token_id, status in (
        ("b", "enabled"),
        ("a", "disabled"),
        ("B", "enabled"),
        ("c", "revoked"),
    ):
        add(any_database, api_token(token_id, status=ApiTokenStatus(status)))
    among = frozenset({ApiTokenStatus.ENABLED, ApiTokenStatus.DISABLED})
    with any_database.reading() as stores:
        assert stores.api_tokens.ids(ApiTokenFilter(), among) == ["B", "a", "b"]
