"""Which API tokens a filter means, on every database the services are tested with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.api_tokens import ApiTokenFilter, ApiTokenStatus, LastUse, SubjectType
from tests.storage.api_token_examples import api_token
from tests.storage.api_token_rows import DAY, add, kept, meant
from tests.storage.examples import NOW
from tests.storage.people_examples import HOSTILE

if TYPE_CHECKING:
    from authserver.domain.ports import Database
    from authserver.storage.database import SqlDatabase


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_text_is_not_found(any_database: Database, hostile: str) -> None:
    add(any_database, api_token())
    assert kept(any_database, hostile) is None
    for name in ("token_id", "lineage_id", "subject", "owner", "client_id", "team", "ticket"):
        assert meant(any_database, **{name: hostile}) == []
    assert meant(any_database, resource=hostile) == []
    assert meant(any_database, scope=hostile) == []


@pytest.mark.parametrize(
    ("asked", "changes"),
    [
        ({"token_id": "t1"}, {}),
        ({"lineage_id": "l2"}, {"lineage_id": "l2"}),
        ({"subject": "user:bob"}, {"subject": "user:bob"}),
        ({"owner": "user:bob"}, {"owner": "user:bob"}),
        ({"client_id": "Zapier"}, {"client_id": "Zapier"}),
        ({"resource": "wiki"}, {"resources": frozenset({"wiki", "jira-main"})}),
        ({"team": "Ops"}, {"team": "Ops"}),
        ({"ticket": "OPS-2"}, {"ticket": "OPS-2"}),
        ({"purpose": "bi EXPORT"}, {"purpose": "the BI Export of ÄÖ"}),
        ({"purpose": "äö"}, {"purpose": "the BI Export of ÄÖ"}),
        ({"scope": "write:x"}, {"scopes": frozenset({"write:x", "read:x"})}),
        ({"status": ApiTokenStatus.DISABLED}, {"status": ApiTokenStatus.DISABLED}),
        ({"subject_type": SubjectType.SERVICE}, {"subject_type": SubjectType.SERVICE}),
        ({"created_before": NOW}, {"created_at": NOW - 1}),
        ({"created_after": NOW}, {"created_at": NOW + 1}),
        ({"changed_since": NOW + 1}, {"status_changed_at": NOW + 1}),
        ({"expires_before": NOW}, {"expires_at": NOW - 1}),
        ({"longer_than": 91 * DAY}, {"expires_at": NOW + 91 * DAY + 1}),
        (
            {"networks": ("198.51.100.0/24", "2001:db8::/32")},
            {"last_use": LastUse(NOW, "2001:db8::5")},
        ),
        ({"networks": ("198.51.100.0/24",)}, {"last_use": LastUse(NOW, "198.51.100.255")}),
        (
            {"networks": ("0.0.0.0/0",), "owner": "x"},
            {"last_use": LastUse(NOW, "9.9.9.9"), "owner": "x"},
        ),
        ({"team": "Ops", "ticket": "OPS-2"}, {"team": "Ops", "ticket": "OPS-2"}),
    ],
)
def test_every_field_of_a_filter_narrows(
    any_database: Database, asked: dict[str, Any], changes: dict[str, Any]
) -> None:
    others = {"created_at": NOW} | {"last_use": LastUse(NOW, "192.0.2.1", "curl")}
    add(
        any_database,
        api_token(**(others | changes)),
        api_token("t2", **others),
        api_token("t3", client_id="zapier", team="ops", **(others | {"last_use": None})),
    )
    assert meant(any_database, **asked) == ["t1"]
    assert meant(any_database) == ["t1", "t2", "t3"]


def test_words_are_only_found_whole(any_database: Database) -> None:
    add(any_database, api_token(scopes=frozenset({"read:a", "read:b"}), resources=frozenset()))
    for scope in ("read", "read:a read:b", "READ:A", " ", "%", "read:_"):
        assert meant(any_database, scope=scope) == []
    assert meant(any_database, scope="read:b") == ["t1"]
    assert meant(any_database, resource="") == []


def test_empty_networks_mean_nothing(any_database: Database) -> None:
    add(any_database, api_token(last_use=LastUse(NOW, "192.0.2.1", "")))
    assert meant(any_database, networks=()) == []


def test_a_token_is_unused_when_it_was_neither_made_nor_used_since(any_database: Database) -> None:
    since = NOW - 30 * DAY
    add(
        any_database,
        api_token("new", created_at=NOW, last_use=None),
        api_token("never", created_at=since - 1, last_use=None),
        api_token("long-ago", created_at=since - 9, last_use=LastUse(since - 1)),
        api_token("lately", created_at=since - 9, last_use=LastUse(since)),
    )
    assert meant(any_database, unused_since=since) == ["long-ago", "never"]


def test_what_is_revoked_or_over_is_not_live(any_database: Database) -> None:
    add(
        any_database,
        *(api_token(each.value, status=each, expires_at=NOW + 1) for each in ApiTokenStatus),
        api_token("over", expires_at=NOW),
    )
    assert meant(any_database, live_at=NOW) == ["disabled", "enabled", "pending"]


def test_tokens_come_in_pages_by_id(any_database: Database) -> None:
    ids = ["A", "B_", "a", "b-", "b_", "ba"]
    add(any_database, *(api_token(each) for each in reversed(ids)))
    with any_database.reading() as stores:
        page = stores.api_tokens.page
        first = page(ApiTokenFilter(), limit=4)
        second = page(ApiTokenFilter(), after=first[-1].token_id, limit=4)
    by_bytes = sorted(ids)
    assert [each.token_id for each in first] == by_bytes[:4]
    assert [each.token_id for each in second] == by_bytes[4:]


@pytest.mark.parametrize("networks", [("300.1.1.1/8",), ("",)])
def test_what_is_no_network_holds_nobody(database: SqlDatabase, networks: tuple[str, ...]) -> None:
    add(database, api_token(last_use=LastUse(NOW, "192.0.2.1")), api_token("t2"))
    assert meant(database, networks=networks) == []
    with database.writing() as stores:
        stores.api_tokens.note_use({"t1": LastUse(NOW + 1, "unix:")})
    assert meant(database, networks=("0.0.0.0/0", "::/0")) == ["t2"]


def test_an_address_is_of_a_network_in_either_spelling(database: SqlDatabase) -> None:
    add(database, api_token(last_use=LastUse(NOW, "::ffff:192.0.2.1")))
    assert meant(database, networks=("192.0.2.0/24",)) == ["t1"]
    assert meant(database, networks=("::/0",)) == []


def test_a_page_behind_a_hostile_id_is_empty(database: SqlDatabase) -> None:
    add(database, api_token())
    with database.reading() as stores:
        assert stores.api_tokens.page(ApiTokenFilter(), after="\ud800") == []
