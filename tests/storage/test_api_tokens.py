"""API tokens as they are stored, on every database the services are tested with."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, Final

import pytest
from sqlalchemy import event

from authserver.domain.access_details import AccessDetail
from authserver.domain.api_tokens import (
    ApiTokenFilter,
    ApiTokenStatus,
    LastUse,
    Presentation,
    SubjectType,
)
from authserver.domain.errors import AlreadyExists, NotFound, StorageUnavailable
from authserver.storage.database import SqlDatabase
from authserver.storage.rows.api_tokens import api_tokens
from authserver.storage.sweeping import API_TOKEN_HISTORY_SECONDS, Sweeper
from tests.doubles import FakeClock
from tests.storage.api_token_examples import api_token, digests_of
from tests.storage.examples import NOW, secret
from tests.storage.people_examples import HOSTILE
from tests.storage.racing import race
from tests.storage.test_people_migration import run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authserver.domain.api_tokens import ApiToken
    from authserver.domain.ports import Database

EVERY: Final = frozenset(ApiTokenStatus)
LIVE: Final = frozenset({ApiTokenStatus.ENABLED})
DAY: Final = 86_400.0


def add(database: Database, *tokens: ApiToken) -> None:
    with database.writing() as stores:
        for each in tokens:
            stores.api_tokens.add(each)


def kept(database: Database, token_id: str = "t1") -> ApiToken | None:
    with database.reading() as stores:
        return stores.api_tokens.get(token_id)


def meant(database: Database, **asked: Any) -> list[str]:
    with database.reading() as stores:
        chosen = ApiTokenFilter(**asked)
        found = [each.token_id for each in stores.api_tokens.page(chosen)]
        assert stores.api_tokens.count(chosen) == len(found)
    return found


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


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_text_is_not_found(any_database: Database, hostile: str) -> None:
    add(any_database, api_token())
    assert kept(any_database, hostile) is None
    for name in ("token_id", "lineage_id", "subject", "owner", "client_id", "team", "ticket"):
        assert meant(any_database, **{name: hostile}) == []
    assert meant(any_database, resource=hostile) == []
    assert meant(any_database, scope=hostile) == []


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


def test_only_those_of_the_right_status_change_and_all_are_given_back(
    any_database: Database,
) -> None:
    add(
        any_database,
        *(api_token(each.value, status=each, owner="user:ada") for each in ApiTokenStatus),
        api_token("others", owner="user:bob"),
    )
    with any_database.writing() as stores:
        changed = stores.api_tokens.set_status(
            ApiTokenFilter(owner="user:ada"),
            among=frozenset({ApiTokenStatus.ENABLED, ApiTokenStatus.PENDING}),
            to=ApiTokenStatus.REVOKED,
            at=NOW + 7,
            reason="incident 7",
        )
        none = stores.api_tokens.set_status(
            ApiTokenFilter(), among=frozenset(), to=ApiTokenStatus.ENABLED, at=NOW, reason=""
        )
    assert not none
    assert [each.token_id for each in changed] == ["enabled", "pending"]
    for each in changed:
        assert (each.status, each.status_changed_at) == (ApiTokenStatus.REVOKED, NOW + 7)
        assert each.reason == "incident 7"
        assert kept(any_database, each.token_id) == each
    assert kept(any_database, "disabled") == api_token("disabled", status=ApiTokenStatus.DISABLED)
    assert kept(any_database, "others") == api_token("others", owner="user:bob")


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


def test_tokens_are_of_one_issuer(database: SqlDatabase) -> None:
    add(database, api_token())
    other = SqlDatabase(database.engine, issuer_id=2)
    with other.writing() as stores:
        assert stores.api_tokens.get("t1") is None
        assert stores.api_tokens.by_secret(digests_of(api_token())) is None
        assert stores.api_tokens.count(ApiTokenFilter()) == 0
        stores.api_tokens.note_use({"t1": LastUse(NOW + 99)})
        assert not stores.api_tokens.set_status(
            ApiTokenFilter(), among=EVERY, to=ApiTokenStatus.REVOKED, at=NOW, reason=""
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


@pytest.fixture
def statements(database: SqlDatabase) -> Iterator[list[str]]:
    """What the database is told, apart from what begins and ends transactions."""
    told: list[str] = []

    def note(*arguments: Any) -> None:
        told.append(arguments[2])

    event.listen(database.engine, "before_cursor_execute", note)
    yield told
    event.remove(database.engine, "before_cursor_execute", note)


def test_ten_thousand_tokens_are_revoked_by_one_statement(
    database: SqlDatabase, statements: list[str]
) -> None:
    with database.writing() as stores:
        stores.api_tokens.add(api_token())
    columns = ", ".join(each.name for each in api_tokens.columns if each.name != "token_id")
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9999)"
    run(
        database,
        f"INSERT INTO api_tokens (token_id, {columns}) {numbers}"
        f" SELECT CAST('n' || i AS TEXT), {columns} FROM api_tokens, n",
    )
    del statements[:]
    with database.writing() as stores:
        changed = stores.api_tokens.set_status(
            ApiTokenFilter(), among=LIVE, to=ApiTokenStatus.REVOKED, at=NOW, reason="leak"
        )
    assert len(changed) == 10_000
    assert len([each for each in statements if "api_tokens" in each]) == 1
    assert meant(database, status=ApiTokenStatus.ENABLED) == []


def test_of_two_who_change_the_same_tokens_one_does(database: SqlDatabase) -> None:
    add(database, *(api_token(f"t{number}") for number in range(40)))
    changed: list[str] = []

    def revoke(number: int) -> None:
        with database.writing() as stores:
            found = stores.api_tokens.set_status(
                ApiTokenFilter(created_before=NOW + number),
                among=LIVE,
                to=ApiTokenStatus.REVOKED,
                at=NOW,
                reason="",
            )
        changed.extend(each.token_id for each in found)

    race(6, revoke)
    assert sorted(changed) == sorted(f"t{number}" for number in range(40))


def test_a_page_behind_a_hostile_id_is_empty(database: SqlDatabase) -> None:
    add(database, api_token())
    with database.reading() as stores:
        assert stores.api_tokens.page(ApiTokenFilter(), after="\ud800") == []


def test_presentations_are_kept_apart(any_database: Database) -> None:
    for each in Presentation:
        add(any_database, api_token(each.value, presentations=frozenset({each})))
        found = kept(any_database, each.value)
        assert found is not None
        assert found.presentations == {each}


def test_what_lives_too_long_is_shortened_once(any_database: Database) -> None:
    add(
        any_database,
        api_token("far", created_at=NOW, expires_at=NOW + 90 * DAY),
        api_token("exact", created_at=NOW, expires_at=NOW + 30 * DAY),
        api_token("over", created_at=NOW - 60 * DAY, expires_at=NOW + 1),
        api_token("others", created_at=NOW, expires_at=NOW + 90 * DAY, owner="user:bob"),
    )
    with any_database.writing() as stores:
        chosen = ApiTokenFilter(owner="user:ada")
        changed = stores.api_tokens.shorten(chosen, 30 * DAY)
        assert not stores.api_tokens.shorten(chosen, 30 * DAY)
        assert [stores.api_tokens.get(each.token_id) for each in changed] == changed
        others = stores.api_tokens.get("others")
    assert {each.token_id: each.expires_at for each in changed} == {
        "far": NOW + 30 * DAY,
        "over": NOW - 30 * DAY,
    }
    assert others is not None
    assert others.expires_at == NOW + 90 * DAY
