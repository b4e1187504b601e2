"""Remembered consents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.storage.examples import NOW
from tests.storage.people_examples import HOSTILE, consent

if TYPE_CHECKING:
    from authserver.storage.database import SqlDatabase

KEY = ("user:ada", "web-app", "https://jira.example.org")


def test_a_consent_comes_back_as_it_was_put(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.consents.put(consent())
        assert stores.consents.get(*KEY) == consent()
    with database.reading() as stores:
        assert stores.consents.get(*KEY) == consent()


def test_a_later_one_replaces_it(database: SqlDatabase) -> None:
    later = consent(scopes=frozenset({"email"}), updated_at=NOW + 9)
    with database.writing() as stores:
        stores.consents.put(consent())
        stores.consents.put(later)
        assert stores.consents.list("user:ada") == [later]


@pytest.mark.parametrize("place", range(3))
@pytest.mark.parametrize("other", ["other", *HOSTILE])
def test_every_part_of_the_key_counts(database: SqlDatabase, place: int, other: str) -> None:
    key = (*KEY[:place], other, *KEY[place + 1 :])
    with database.writing() as stores:
        stores.consents.put(consent())
        assert stores.consents.get(*key) is None
        assert stores.consents.remove(*key) == 0
        assert stores.consents.list("user:ada") == [consent()]


def test_all_of_one_user_are_listed_by_client_and_audience(database: SqlDatabase) -> None:
    listed = [
        consent(client_id="Zeta", audience="b"),
        consent(client_id="alpha", audience="a"),
        consent(client_id="alpha", audience="b"),
    ]
    with database.writing() as stores:
        for each in (*reversed(listed), consent(subject="user:bob")):
            stores.consents.put(each)
        assert stores.consents.list("user:ada") == listed
        assert stores.consents.list("\ud800") == []


def test_a_consent_is_forgotten_for_one_audience_or_all(database: SqlDatabase) -> None:
    stay = [consent(client_id="spa"), consent(subject="user:bob")]
    with database.writing() as stores:
        for each in (*stay, consent(), consent(audience="b"), consent(audience="c")):
            stores.consents.put(each)
        assert stores.consents.remove("user:ada", "web-app", "b") == 1
        assert stores.consents.remove("user:ada", "web-app", "b") == 0
        assert stores.consents.remove("user:ada", "web-app") == 2
        found = [*stores.consents.list("user:ada"), *stores.consents.list("user:bob")]
    assert found == stay
