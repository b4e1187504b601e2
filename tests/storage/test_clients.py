"""Clients and their secrets."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from authserver.domain.clients import ClientAuthMethod, ClientStatus
from authserver.domain.errors import AlreadyExists, NotFound
from authserver.domain.stored_secrets import DigestKind
from authserver.storage.rows.clients import client_permissions
from tests.storage.examples import NOW, client, secret
from tests.storage.racing import race

if TYPE_CHECKING:
    from authserver.domain.clients import Client
    from authserver.storage.database import SqlDatabase


def kept(database: SqlDatabase, client_id: str = "ci-reader") -> Client:
    with database.reading() as stores:
        found = stores.clients.get(client_id)
    assert found is not None
    return found


def test_a_client_comes_back_as_it_was_added(database: SqlDatabase) -> None:
    added = client(
        secrets=(
            secret("s1", created_at=NOW - 2),
            secret("s2", created_at=NOW - 1, expires_at=NOW + 0.3, last_used_at=NOW - 0.1),
            secret("s3", created_at=NOW, kind=DigestKind.BCRYPT, digest=b"$2b$", pepper_id=""),
        )
    )
    with database.writing() as stores:
        stores.clients.add(added)
    assert kept(database) == added


def test_an_empty_list_stays_empty(database: SqlDatabase) -> None:
    added = client(grant_types=frozenset(), scopes=frozenset(), resources=frozenset(), jwks=())
    with database.writing() as stores:
        stores.clients.add(added)
    assert kept(database) == added


def test_an_unknown_client_is_not_found(database: SqlDatabase) -> None:
    with database.reading() as stores:
        assert stores.clients.get("nobody") is None


@pytest.mark.parametrize("hostile", ["a\x00b", "\x00", "\ud800", "a" * 100_000, "", "☃"])
def test_a_hostile_id_is_not_found_rather_than_an_error(
    database: SqlDatabase, hostile: str
) -> None:
    with database.reading() as stores:
        assert stores.clients.get(hostile) is None
        assert stores.clients.get("still alive") is None


def test_an_id_is_given_out_once_even_after_deletion(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.clients.add(client())
        stores.clients.save(client(status=ClientStatus.DELETED))
    with database.writing() as stores, pytest.raises(AlreadyExists, match="client 'ci-reader'"):
        stores.clients.add(client())


def test_a_transaction_goes_on_after_a_taken_id(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.clients.add(client())
    with database.writing() as stores:
        with pytest.raises(AlreadyExists):
            stores.clients.add(client(scopes=frozenset({"other"})))
        stores.clients.add(client("second"))
    assert kept(database) == client()
    assert kept(database, "second") == client("second")


def test_one_of_many_gets_a_contested_id(database: SqlDatabase) -> None:
    def add(number: int) -> bool:
        try:
            with database.writing() as stores:
                stores.clients.add(client(name=f"racer {number}"))
        except AlreadyExists:
            return False
        return True

    won = race(8, add)
    assert won.count(True) == 1
    assert kept(database).name == f"racer {won.index(True)}"


def test_deleted_clients_are_not_listed_but_still_found(database: SqlDatabase) -> None:
    with database.writing() as stores:
        for client_id in ("zeta", "alpha", "Omega", "gone"):
            stores.clients.add(client(client_id, secrets=(secret(f"{client_id}-1"),)))
        stores.clients.save(client("gone", status=ClientStatus.DELETED))
    with database.reading() as stores:
        listed = stores.clients.list()
    assert [each.client_id for each in listed] == ["Omega", "alpha", "zeta"]
    assert listed[1] == client("alpha", secrets=(secret("alpha-1"),))
    assert kept(database, "gone").status is ClientStatus.DELETED


def test_saving_replaces_everything_but_the_secrets(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.clients.add(client(secrets=(secret("s1"),)))
    changed = client(
        name="new",
        auth_method=ClientAuthMethod.PRIVATE_KEY_JWT,
        grant_types=frozenset(),
        scopes=frozenset({"read:jira-work", "manage:jira-project"}),
        resources=frozenset({"jira-main", "wiki"}),
        access_token_seconds=60,
        status=ClientStatus.DISABLED,
        jwks=(),
        contact="",
        secrets=(secret("s9"),),
    )
    with database.writing() as stores:
        stores.clients.save(changed)
    assert kept(database) == replace(changed, secrets=(secret("s1"),))


def test_saving_an_unknown_client_is_refused(database: SqlDatabase) -> None:
    with database.writing() as stores, pytest.raises(NotFound, match="no client named 'nobody'"):
        stores.clients.save(client("nobody"))


def test_read_change_and_save_at_the_same_time_loses_nothing(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.clients.add(client(scopes=frozenset()))

    def allow(number: int) -> None:
        with database.writing() as stores:
            found = stores.clients.get("ci-reader")
            assert found is not None
            stores.clients.save(replace(found, scopes=found.scopes | {f"scope-{number}"}))

    race(8, allow)
    assert kept(database).scopes == {f"scope-{number}" for number in range(8)}


def test_who_may_have_a_scope_can_be_asked(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.clients.add(client("one", scopes=frozenset({"a", "b"})))
        stores.clients.add(client("two", scopes=frozenset({"b"})))
    with database.connection_for_reading() as connection:
        rows = client_permissions.c
        holders = connection.scalars(
            select(rows.client_id).where(rows.kind == "scope", rows.value == "a")
        ).all()
    assert holders == ["one"]


def test_a_secret_is_added(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.clients.add(client(secrets=(secret("s1", created_at=NOW),)))
        stores.clients.add_secret("ci-reader", secret("s2", created_at=NOW + 1))
    assert [each.secret_id for each in kept(database).secrets] == ["s1", "s2"]


def test_nobody_gets_a_secret_who_is_not_there(database: SqlDatabase) -> None:
    with database.writing() as stores, pytest.raises(NotFound):
        stores.clients.add_secret("nobody", secret("s1"))


def test_replacing_a_secret_changes_how_it_is_compared_and_nothing_else(
    database: SqlDatabase,
) -> None:
    imported = secret("s1", kind=DigestKind.BCRYPT, digest=b"$2b$", pepper_id="", hint="")
    with database.writing() as stores:
        stores.clients.add(client(secrets=(imported,)))
        stores.clients.expire_secrets("ci-reader", keep="", at=NOW + 60)
        assert stores.clients.replace_secret("ci-reader", secret("s1"))
    # The expiry that was set meanwhile is not undone.
    assert kept(database).secrets == (secret("s1", expires_at=NOW + 60),)


def test_only_the_clients_own_secret_is_replaced(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.clients.add(client("one", secrets=(secret("s1"),)))
        stores.clients.add(client("two"))
        assert not stores.clients.replace_secret("two", secret("s1", digest=b"x" * 32))
        assert not stores.clients.replace_secret("one", secret("unknown"))
    assert kept(database, "one").secrets == (secret("s1"),)


def test_the_other_secrets_end_at_the_latest_when_told(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.clients.add(
            client(
                secrets=(
                    secret("never"),
                    secret("later", expires_at=NOW + 500),
                    secret("sooner", expires_at=NOW + 5),
                    secret("new"),
                )
            )
        )
        stores.clients.add(client("other", secrets=(secret("others"),)))
        assert stores.clients.expire_secrets("ci-reader", keep="new", at=NOW + 60) == 2
    ends = {each.secret_id: each.expires_at for each in kept(database).secrets}
    assert ends == {"never": NOW + 60, "later": NOW + 60, "sooner": NOW + 5, "new": None}
    assert kept(database, "other").secrets[0].expires_at is None


def test_the_last_use_never_moves_back(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.clients.add(client(secrets=(secret("s1"), secret("s2"))))
    for uses in ({}, {"s1": NOW}, {"s1": NOW - 5, "s2": NOW + 1, "unknown": NOW}):
        with database.writing() as stores:
            stores.clients.note_use(uses)
    ends = {each.secret_id: each.last_used_at for each in kept(database).secrets}
    assert ends == {"s1": NOW, "s2": NOW + 1}


def test_uses_noted_at_the_same_time_do_not_cross(database: SqlDatabase) -> None:
    names = [f"s{number}" for number in range(300)]
    with database.writing() as stores:
        stores.clients.add(client(secrets=tuple(secret(name) for name in names)))

    def note(number: int) -> None:
        order = names if number % 2 else list(reversed(names))
        for turn in range(3):
            with database.writing() as stores:
                stores.clients.note_use(dict.fromkeys(order, NOW + 10 * turn + number))

    race(4, note)
    assert {each.last_used_at for each in kept(database).secrets} == {NOW + 23}


def test_no_secret_stands_in_a_representation(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.clients.add(client(secrets=(secret("s1", digest=b"digest-of-a-secret"),)))
    assert "digest-of-a-secret" not in repr(kept(database))
