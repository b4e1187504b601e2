"""What files made is remembered, for each issuer by itself."""

from __future__ import annotations

from authserver.domain.declarations import DeclaredKind, MadeObject
from authserver.storage.database import SqlDatabase
from tests.storage.examples import NOW

CLIENT = MadeObject(DeclaredKind.CLIENT, "reader", NOW)
GROUP = MadeObject(DeclaredKind.GROUP, "reader", NOW + 1)


def test_what_was_made_is_known_until_it_is_forgotten(database: SqlDatabase) -> None:
    other = SqlDatabase(database.engine, issuer_id=2)
    again = MadeObject(DeclaredKind.CLIENT, "reader", NOW + 2)
    with database.writing() as stores:
        for each in (GROUP, CLIENT, again):
            stores.made_objects.put(each)
        stores.made_objects.remove(DeclaredKind.GATEWAY, "reader")
    with other.writing() as stores:
        assert not stores.made_objects.list()
        stores.made_objects.remove(DeclaredKind.CLIENT, "reader")
    with database.writing() as stores:
        assert stores.made_objects.list() == [again, GROUP]
        stores.made_objects.remove(DeclaredKind.CLIENT, "reader")
        assert stores.made_objects.list() == [GROUP]
