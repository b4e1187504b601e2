"""Gateways and their keys."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.errors import AlreadyExists, NotFound
from authserver.domain.gateways import Gateway, SessionCookies
from tests.storage.examples import NOW, resource, secret
from tests.storage.racing import race

if TYPE_CHECKING:
    from authserver.storage.database import SqlDatabase


def gateway(name: str = "edge", **changes: Any) -> Gateway:
    values: dict[str, Any] = {
        "name": name,
        "resource": "jira-main",
        "session_cookies": SessionCookies.OBSERVE,
        "keys": (),
        "created_at": NOW,
    }
    return Gateway(**(values | changes))


@pytest.fixture
def database(database: SqlDatabase) -> SqlDatabase:
    with database.writing() as stores:
        stores.resources.add(resource())
        stores.resources.add(resource("wiki"))
    return database


def kept(database: SqlDatabase, name: str = "edge") -> Gateway | None:
    with database.reading() as stores:
        return stores.gateways.get(name)


def test_a_gateway_comes_back_as_it_was_added(database: SqlDatabase) -> None:
    keys = (secret("k1"), secret("k2", created_at=NOW, expires_at=NOW + 9, last_used_at=NOW))
    added = gateway(keys=keys)
    with database.writing() as stores:
        stores.gateways.add(added)
    assert kept(database) == added


@pytest.mark.parametrize("hostile", ["a\x00b", "\ud800", ""])
def test_a_hostile_name_is_not_found(database: SqlDatabase, hostile: str) -> None:
    assert kept(database, hostile) is None


def test_a_name_is_taken_until_its_gateway_is_removed(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.gateways.add(gateway(keys=(secret("k1"),)))
        with pytest.raises(AlreadyExists, match="gateway 'edge' already"):
            stores.gateways.add(gateway(resource="wiki"))
        stores.gateways.remove("edge")
        stores.gateways.add(gateway(resource="wiki"))
    assert kept(database) == gateway(resource="wiki")


def test_gateways_are_listed_by_name_with_their_keys(database: SqlDatabase) -> None:
    listed = [gateway(name, keys=(secret(name),)) for name in ("Zeta", "alpha", "beta")]
    with database.writing() as stores:
        for each in reversed(listed):
            stores.gateways.add(each)
        assert stores.gateways.list() == listed


def test_saving_replaces_everything_but_the_keys(database: SqlDatabase) -> None:
    changed = gateway(
        resource="wiki", session_cookies=SessionCookies.BLOCK, created_at=NOW + 1, keys=()
    )
    with database.writing() as stores:
        stores.gateways.add(gateway(keys=(secret("k1"),)))
        stores.gateways.save(changed)
    assert kept(database) == replace(changed, keys=(secret("k1"),))


def test_what_is_not_there_is_not_changed(database: SqlDatabase) -> None:
    with database.writing() as stores:
        with pytest.raises(NotFound, match="no gateway named 'nowhere'"):
            stores.gateways.save(gateway("nowhere"))
        with pytest.raises(NotFound):
            stores.gateways.add_key("nowhere", secret("k1"))
        with pytest.raises(NotFound):
            stores.gateways.remove("nowhere")
        assert not stores.gateways.list()


def test_a_removed_gateway_is_gone_with_its_keys_and_no_other(database: SqlDatabase) -> None:
    other = gateway("other", keys=(secret("k2", digest=bytes(32)),))
    with database.writing() as stores:
        stores.gateways.add(gateway(keys=(secret("k1"),)))
        stores.gateways.add(other)
        stores.gateways.remove("edge")
        assert stores.gateways.by_key([("p1", secret("k1").digest)]) is None
        assert stores.gateways.list() == [other]


def test_a_gateway_is_found_by_its_key_live_or_not(database: SqlDatabase) -> None:
    first, second = bytes([1]) * 32, bytes([2]) * 32
    added = gateway(
        keys=(secret("k1", digest=first, expires_at=NOW - 1), secret("k2", digest=second))
    )
    with database.writing() as stores:
        stores.gateways.add(added)
        stores.gateways.add(gateway("other", keys=(secret("k3"),)))
    with database.reading() as stores:
        for digest in (first, second):
            assert stores.gateways.by_key([("p0", bytes(32)), ("p1", digest)]) == added


@pytest.mark.parametrize(
    "digests", [[], [("p2", bytes([1]) * 32)], [("p1", bytes(32))], [("", b"")]]
)
def test_a_digest_counts_only_under_its_own_pepper(
    database: SqlDatabase, digests: list[tuple[str, bytes]]
) -> None:
    with database.writing() as stores:
        stores.gateways.add(gateway(keys=(secret("k1", digest=bytes([1]) * 32),)))
        assert stores.gateways.by_key(digests) is None


def test_only_the_other_keys_of_the_gateway_end(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.gateways.add(gateway(keys=(secret("k1"), secret("k2", expires_at=NOW + 5))))
        stores.gateways.add(gateway("other", keys=(secret("k4"),)))
        stores.gateways.add_key("edge", secret("k3"))
        assert stores.gateways.expire_keys("edge", keep="k3", at=NOW + 60) == 1
        found = stores.gateways.list()
    ends = {key.secret_id: key.expires_at for each in found for key in each.keys}
    assert ends == {"k1": NOW + 60, "k2": NOW + 5, "k3": None, "k4": None}


def test_the_last_use_never_moves_back(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.gateways.add(gateway(keys=(secret("k1"),)))
        stores.gateways.note_use({"k1": NOW})
        stores.gateways.note_use({"k1": NOW - 1})
        stores.gateways.note_use({})
    found = kept(database)
    assert found is not None
    assert found.keys[0].last_used_at == NOW


def test_two_who_add_a_key_when_there_is_room_for_one_come_one_after_the_other(
    database: SqlDatabase,
) -> None:
    with database.writing() as stores:
        stores.gateways.add(gateway())

    def add_the_first(number: int) -> None:
        with database.writing() as stores:
            found = stores.gateways.get("edge")
            assert found is not None
            if not found.keys:
                stores.gateways.add_key("edge", secret(f"k{number}"))

    race(6, add_the_first)
    found = kept(database)
    assert found is not None
    assert len(found.keys) == 1
