"""Conditions on API tokens, on every database the services are tested with."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final

import pytest

from authserver.domain.api_token_conditions import AllOf, AnyOf, Comparison, Relation, TokenField
from authserver.domain.api_tokens import ApiTokenFilter, ApiTokenStatus, LastUse
from tests.databases import opened
from tests.memory_api_token_conditions import holds
from tests.storage.api_token_examples import api_token
from tests.storage.examples import NOW
from tests.storage.people_examples import HOSTILE

if TYPE_CHECKING:
    from authserver.domain.api_token_conditions import Condition
    from authserver.domain.ports import Database

TOKENS: Final = (
    api_token("t1"),
    api_token("t2", client_id="", team="", last_use=None, secret=None, reason=""),
    api_token("t3", owner="user:bob", subject="client:zapier", purpose="BULK Straße"),
    api_token("t4", status=ApiTokenStatus.DISABLED, reason="incident 7: leaked", ticket="x y"),
    api_token("t5", created_at=NOW - 100, expires_at=NOW + 5, reason="incident 7"),
    api_token("t6", last_use=LastUse(NOW - 9, "2001:db8::7", ""), reason="incident 77: no"),
    api_token("t7", last_use=LastUse(NOW - 9, "", ""), scopes=frozenset({"READ"})),
    api_token("t8", resources=frozenset({"jira-main", "wiki"}), reason="of incident 7"),
)


def every_comparison() -> list[Comparison]:
    texts = ("zapier", "", "user:ada", "client:zapier", "data", "OPS-1", "x y", "nightly run")
    fields = ("client", "owner", "subject", "team", "ticket", "purpose")
    found = [
        Comparison(TokenField(field), Relation.IS, text)
        for field, text in itertools.product(fields, (*texts, *HOSTILE))
    ]
    found += [
        Comparison(TokenField(field), Relation.IS, text)
        for field, texts in (
            ("resource", ("jira-main", "wiki", "jira", "jira-main wiki", "")),
            ("scope", ("READ", "read:jira-work", "read")),
            ("status", ("enabled", "disabled", "expired")),
            ("incident", ("7", "77", "7: leaked", "")),
        )
        for text in texts
    ]
    found += [
        Comparison(TokenField.PURPOSE, Relation.CONTAINS, text)
        for text in ("NIGHT", "strasse", "%", "")
    ]
    found += [
        Comparison(TokenField.NETWORK, Relation.IN, text)
        for text in ("192.0.2.8/32", "192.0.2.0/24", "2001:db8::/32", "0.0.0.0/0")
    ]
    orders = (Relation.BEFORE, Relation.NOT_AFTER, Relation.AFTER, Relation.NOT_BEFORE)
    found += [
        Comparison(TokenField(field), relation, at)
        for field, relation, at in itertools.product(
            ("created", "expires", "last-used"), orders, (NOW - 100, NOW - 1, NOW + 5)
        )
    ]
    return [*found, Comparison(TokenField.LAST_USED, Relation.NEVER, "")]


def meant(database: Database, condition: Condition) -> list[str]:
    with database.reading() as stores:
        chosen = ApiTokenFilter(where=condition)
        return [each.token_id for each in stores.api_tokens.page(chosen)]


def test_every_comparison_means_what_it_says(any_database: Database) -> None:
    with any_database.writing() as stores:
        for each in TOKENS:
            stores.api_tokens.add(each)
    seen = set()
    for comparison in every_comparison():
        expected = [each.token_id for each in TOKENS if holds(each, comparison)]
        assert meant(any_database, comparison) == expected, comparison
        seen.add((comparison.field, bool(expected)))
    for field in TokenField:
        assert (field, True) in seen, field
    one, other, third = (
        Comparison(TokenField.CLIENT, Relation.IS, "zapier"),
        Comparison(TokenField.STATUS, Relation.IS, "disabled"),
        Comparison(TokenField.LAST_USED, Relation.NEVER, ""),
    )
    for condition in (
        AllOf((one, other)),
        AnyOf((other, third)),
        AllOf((AnyOf((other, third)), one)),
        AnyOf((AllOf((one, other)), third)),
    ):
        expected = [each.token_id for each in TOKENS if holds(each, condition)]
        assert expected
        assert meant(any_database, condition) == expected


@pytest.mark.parametrize(
    "nonsense",
    [
        Comparison(TokenField.CLIENT, Relation.BEFORE, "zapier"),
        Comparison(TokenField.CLIENT, Relation.IN, "192.0.2.0/24"),
        Comparison(TokenField.TEAM, Relation.CONTAINS, "data"),
        Comparison(TokenField.CREATED, Relation.IS, "zapier"),
        Comparison(TokenField.CREATED, Relation.BEFORE, "zapier"),
        Comparison(TokenField.NETWORK, Relation.IS, "192.0.2.8"),
        Comparison(TokenField.NETWORK, Relation.IN, "nowhere"),
    ],
)
def test_what_cannot_be_compared_means_no_token(sqlite_url: str, nonsense: Comparison) -> None:
    with opened(sqlite_url) as database:
        with database.writing() as stores:
            stores.api_tokens.add(TOKENS[0])
        assert meant(database, nonsense) == []
