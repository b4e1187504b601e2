"""The language in which administrators say which API tokens they mean."""

from __future__ import annotations

from typing import Final

import pytest

from authserver.domain.api_token_conditions import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    Relation,
    TokenField,
)
from authserver.domain.errors import InvalidField
from authserver.services.api_token_language import read_condition

NOW: Final = 1_800_000_000.0
NEW_YEAR: Final = 1_735_689_600.0
DAY: Final = 86_400.0
ZAPIER: Final = Comparison(TokenField.CLIENT, Relation.IS, "zapier")
OFFICE: Final = Comparison(TokenField.NETWORK, Relation.IN, "203.0.113.0/24")
OLD: Final = Comparison(TokenField.CREATED, Relation.BEFORE, NEW_YEAR)


def read(text: str) -> Condition:
    return read_condition(text, NOW, lambda each: each)


@pytest.mark.feature(15)
def test_the_example_of_the_promise_is_understood() -> None:
    text = "client=zapier or ip in 203.0.113.0/24 or created<2025-01-01"
    assert read(text) == AnyOf((ZAPIER, OFFICE, OLD))


def test_and_binds_closer_than_or_and_parentheses_bind_closest() -> None:
    assert read("client=zapier or network in 203.0.113.0/24 and created<2025-01-01") == AnyOf(
        (ZAPIER, AllOf((OFFICE, OLD)))
    )
    assert read("(client = zapier OR network in 203.0.113.0/24) AND created < 2025-01-01") == AllOf(
        (AnyOf((ZAPIER, OFFICE)), OLD)
    )


@pytest.mark.parametrize(
    ("text", "field", "relation", "value"),
    [
        ('purpose="BI export"', "purpose", "=", "BI export"),
        ("purpose ~ 'bi'", "purpose", "~", "bi"),
        ('team=""', "team", "=", ""),
        ("scope=read:jira-work", "scope", "=", "read:jira-work"),
        ("site=jira-main", "resource", "=", "jira-main"),
        ("status=pending", "status", "=", "pending"),
        ("incident=abc-_9", "incident", "=", "abc-_9"),
        ("owner=and", "owner", "=", "and"),
        ("owner='('", "owner", "=", "("),
        ("network=192.0.2.1", "network", "in", "192.0.2.1/32"),
        ("network in 2001:DB8::1/32", "network", "in", "2001:db8::/32"),
        ("last-used=never", "last-used", "never", ""),
        ("created<=2025-01-01", "created", "<", NEW_YEAR + DAY),
        ("created>2025-01-01", "created", ">=", NEW_YEAR + DAY),
        ("created>=2025-01-01", "created", ">=", NEW_YEAR),
        ("created>2025-01-01T00:00:00Z", "created", ">", NEW_YEAR),
        ("created<2025-01-01T01:00:00+01:00", "created", "<", NEW_YEAR),
        ("last-used<90d", "last-used", "<", NOW - 90 * DAY),
        ("expires<1d12h", "expires", "<", NOW + 1.5 * DAY),
    ],
)
def test_fields_are_compared_with_what_they_hold(
    text: str, field: str, relation: str, value: str | float
) -> None:
    assert read(text) == Comparison(TokenField(field), Relation(relation), value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "at its end: a field (client, owner,"),
        ("client", "at its end: after client one of ="),
        ("client=", "at its end: a value"),
        ("client=zapier owner=ada", "at character 15: `and`, `or`, or nothing more"),
        ("client=zapier or", "at its end: a field"),
        ("klient=zapier", "at character 1: a field"),
        ("klient=zapier", "did you mean client?"),
        ("has-secret=yes", "at character 1: a field"),
        ("(client=zapier", "at its end: `and`, `or`, or the closing parenthesis"),
        ("client=zapier)", "at character 14: `and`, `or`, or nothing more"),
        ("client~zap", "at character 7: after client one of ="),
        ("client<zap", "at character 7: after client one of ="),
        ("created=2025-01-01", "at character 8: after created one of < <= > >="),
        ("created<yesterday", "at character 9: a date (2025-01-01)"),
        ("created<2025-01-01T00:00:00", "at character 9: a date (2025-01-01)"),
        ("created<2025-13-01", "at character 9: a date"),
        ("created<never", "at character 9: a date"),
        ("network in office", "at character 12: an IPv4 or IPv6 address"),
        ("status=gone", "at character 8: one of pending, enabled"),
        ('purpose="BI export', "at character 9: a quotation mark without its partner"),
        ("client==zapier", "at character 8: a value"),
        ('"client"=zapier', "at character 1: a field"),
        ("client=(zapier)", "at character 8: a value"),
        (" or ".join(["client=a"] * 101), "at most 100 comparisons"),
        ("(" * 21 + "client=a" + ")" * 21, "at character 21: at most 20 parentheses"),
        ("client=" + "a" * 4000, "at most 4000 characters"),
    ],
)
def test_a_mistake_is_named_with_its_place(text: str, said: str) -> None:
    with pytest.raises(InvalidField) as refused:
        read(text)
    assert refused.value.field == "where"
    assert said in refused.value.allowed


@pytest.mark.parametrize("text", ["created<0001-01-01", "created<9999-12-31", "expires<999999999w"])
def test_times_at_the_ends_of_the_calendar_are_numbers_like_all_others(text: str) -> None:
    condition = read(text)
    assert isinstance(condition, Comparison)
    assert isinstance(condition.value, float)
