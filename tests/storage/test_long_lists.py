"""Long lists page by page, on both back-ends and in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.errors import InvalidField
from authserver.domain.pages import PAGE_MAX, Page, Place
from authserver.domain.searches import ClientSearch, ClientSort, IdentitySearch, UserSearch
from tests.storage.examples import NOW, client, user
from tests.storage.listed import EVERYTHING, NAMES, SORTS, WANTED, fill
from tests.storage.provider_examples import identity, provider

if TYPE_CHECKING:
    from collections.abc import Callable

    from authserver.domain.ports import Database, Stores


def page(stores: Stores, noun: str, wanted: Any, **how: Any) -> Page[Any]:
    store = getattr(stores, noun)
    turned: Callable[..., Page[Any]] = getattr(store, "listed", store.page)
    return turned(wanted, **how)


def names(found: Page[Any], noun: str) -> list[str]:
    return [getattr(each, NAMES[noun]) for each in found.items]


def test_each_filter_narrows_lists_and_counts(any_database: Database) -> None:
    with any_database.writing() as stores:
        fill(stores)
    with any_database.reading() as stores:
        for noun, wanted, expected in WANTED:
            assert sorted(names(page(stores, noun, wanted), noun)) == expected, wanted
            assert getattr(stores, noun).count(wanted) == len(expected), wanted


def test_pages_follow_each_other_in_every_order_without_gap_or_repeat(
    any_database: Database,
) -> None:
    with any_database.writing() as stores:
        fill(stores)
    with any_database.reading() as stores:
        for noun, sorts in SORTS.items():
            everything = EVERYTHING[noun]
            for sort in sorts:
                whole = names(page(stores, noun, everything, sort=sort, descending=False), noun)
                assert len(whole) == getattr(stores, noun).count(everything)
                for descending in (False, True):
                    found: list[str] = []
                    after: Place | None = None
                    while True:
                        how = {"sort": sort, "descending": descending, "limit": 2}
                        part = page(stores, noun, everything, after=after, **how)
                        found += names(part, noun)
                        if part.next_place is None:
                            break
                        after = part.next_place
                    assert found == (whole[::-1] if descending else whole), (noun, sort)


def test_lists_begin_with_what_people_look_for(any_database: Database) -> None:
    with any_database.writing() as stores:
        fill(stores)
    with any_database.reading() as stores:
        assert names(page(stores, "clients", ClientSearch()), "clients") == ["c1", "c2", "c3"]
        assert names(page(stores, "users", UserSearch()), "users") == ["ada", "bob", "cyd"]
        # Newest first.
        for noun in ("sessions", "grants", "api_tokens", "identities", "mails"):
            made = [each.created_at for each in page(stores, noun, EVERYTHING[noun]).items]
            assert made == sorted(made, reverse=True)


def test_members_of_a_page_are_whole(any_database: Database) -> None:
    with any_database.writing() as stores:
        fill(stores)
    with any_database.reading() as stores:
        for found in stores.clients.page(ClientSearch()).items:
            assert found == stores.clients.get(found.client_id)
        for known in stores.users.page(UserSearch()).items:
            assert known == stores.users.get(known.subject)


def test_a_place_of_another_list_and_a_senseless_limit_are_refused(any_database: Database) -> None:
    with any_database.writing() as stores:
        fill(stores)
    with any_database.reading() as stores:
        for values in ((), (5.0,), ("a", "b"), ("a", 5.0), (5.0, 5.0)):
            with pytest.raises(InvalidField, match="cursor"):
                stores.clients.page(ClientSearch(), sort=ClientSort.CREATED, after=Place(values))
        for limit in (0, -1, PAGE_MAX + 1):
            with pytest.raises(InvalidField, match="limit"):
                stores.clients.page(ClientSearch(), limit=limit)


def test_words_follow_what_is_saved(any_database: Database) -> None:
    with any_database.writing() as stores:
        stores.clients.add(client("c1", name="before"))
        stores.users.add(user("ada"))
        stores.clients.save(client("c1", name="behind"))
        stores.users.save(user("eve", subject="user:ada"))
    with any_database.reading() as stores:
        asked = [("before", 0), ("behind", 1), ("be", 1), ("c1 behind", 1)]
        assert [stores.clients.count(ClientSearch(text=text)) for text, _ in asked] == [
            number for _, number in asked
        ]
        assert not stores.users.count(UserSearch(text="ada"))
        assert stores.users.count(UserSearch(text="eve"))


def test_a_word_that_many_have_is_found_in_order_and_counted(any_database: Database) -> None:
    many = [f"c{number:04d}" for number in range(1100)]
    with any_database.writing() as stores:
        for name in many:
            stores.clients.add(
                client(name, name=f"robot number{name}", contact="", created_at=NOW + int(name[1:]))
            )
    with any_database.reading() as stores:
        found = stores.clients.page(ClientSearch(text="robo"), limit=3)
        assert names(found, "clients") == many[:3]
        found = stores.clients.page(ClientSearch(text="robo"), limit=3, after=found.next_place)
        assert names(found, "clients") == many[3:6]
        newest: dict[str, Any] = {"sort": ClientSort.CREATED, "descending": True, "limit": 2}
        found = stores.clients.page(ClientSearch(text="robo"), **newest)
        assert names(found, "clients") == many[:-3:-1]
        assert stores.clients.count(ClientSearch(text="robot")) == len(many)
        assert names(stores.clients.page(ClientSearch(text="robot numberc0042")), "clients") == [
            "c0042"
        ]


@pytest.mark.parametrize("descending", [False, True])
def test_members_that_only_their_keys_tell_apart_are_each_shown_once(
    any_database: Database, *, descending: bool
) -> None:
    keys = ["k1", "k2", "k3", "k4", "k5"]
    with any_database.writing() as stores:
        stores.providers.add(provider())
        for each in keys:
            stores.identities.add(identity(subject_key=each))
        stores.identities.add(identity(subject_key="k6", subject="user:zoe"))
    found: list[str] = []
    after: Place | None = None
    with any_database.reading() as stores:
        for _ in range(len(keys)):
            part = stores.identities.page(
                IdentitySearch(), descending=descending, after=after, limit=2
            )
            found += names(part, "identities")
            after = part.next_place
            if after is None:
                break
    assert found == sorted([*keys, "k6"], reverse=descending)
