"""No text crashes the reader, and what a document says comes back as it was said."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authserver.domain.policy_documents import PolicyDocument
from authserver.domain.policy_problems import PolicyInvalid
from authserver.services.policy_differences import differences
from authserver.services.policy_language import DOCUMENT
from authserver.services.policy_reading import parsed, read_policy
from authserver.services.policy_tables import Rules, Table
from tests.services.policy_texts import WHOLE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authserver.domain.policy_problems import PolicyProblem

NAMES = st.from_regex(r"[a-z0-9-]{1,40}", fullmatch=True)
WORDS = st.from_regex(r"[A-Za-z][A-Za-z0-9]{2,20}", fullmatch=True)
DURATIONS = st.integers(1, 365).map(lambda days: f"{days}d")
MOMENTS = st.dates(date(2000, 1, 1), date(2100, 1, 1)) | st.floats(946_684_800, 4e9).map(
    lambda at: datetime.fromtimestamp(at, UTC)
)
REASONS = st.text("abc äöü☃\"\\'#[]{}=", min_size=1, max_size=30).filter(lambda text: text.strip())
LEGACY = st.sampled_from(["allow", "observe", "block"])
LISTS = {
    "networks": st.sampled_from(["10.0.0.0/8", "2001:db8::/32", "192.0.2.7", "0.0.0.0/0"]),
    "origins": st.sampled_from(["https://app.example.com", "http://localhost:3000"]),
    "domains": st.sampled_from(["example.com", "example.org"]),
    "paths": st.sampled_from(["/rest/api/2", "/rest/tempo/4/worklogs"]),
    "methods": st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE"]),
    "presentations": st.sampled_from(["bearer", "basic"]),
}
ONES: dict[str, st.SearchStrategy[Any]] = {
    "name": NAMES,
    "reason": REASONS,
    "user": st.from_regex(r"[a-z0-9][a-z0-9._@+-]{0,20}", fullmatch=True),
    "until": MOMENTS,
    "scope": WORDS,
    "creators": st.sampled_from(["everyone", "groups", "administrators"]),
    "max_lifetime": DURATIONS,
    "stale_after": DURATIONS,
    "delete_after": DURATIONS,
    "max_count": st.integers(0, 10_000),
    "require_ticket": st.booleans(),
    "require_team": st.booleans(),
    "way": st.sampled_from(["basic", "oauth1", "session", "anonymous", "atlassian_token"]),
    "per": st.sampled_from(["token", "client", "user", "group", "site"]),
    "calls": st.integers(1, 1_000_000),
    "seconds": st.integers(1, 86_400),
    **dict.fromkeys(["basic", "oauth1", "session", "anonymous", "atlassian_token"], LEGACY),
}


def values_of(section: str, key: str) -> st.SearchStrategy[Any]:
    """Good values of one key."""
    if key == "effect":
        return st.sampled_from(["allow", "read-only", "deny"]) if "override" in section else LEGACY
    if key in ONES:
        return ONES[key]
    name = "networks" if section == "network" and key in {"allow", "deny"} else key
    return st.lists(LISTS.get(name, WORDS), unique=True, max_size=4)


def tables(table: Table, path: str) -> st.SearchStrategy[dict[str, Any]]:
    """Good tables: all that must be there, and some of what may."""
    wanted: dict[str, st.SearchStrategy[Any]] = {}
    optional: dict[str, st.SearchStrategy[Any]] = {}
    for key in table.keys:
        here = f"{path}.{key.name}".lstrip(".")
        if isinstance(key.kind, Rules):
            of_rule = tables(key.kind.table, here)
            told_apart = itemgetter("user" if key.name == "override" else "name")
            drawn: st.SearchStrategy[Any] = st.lists(of_rule, max_size=2, unique_by=told_apart)
        elif isinstance(key.kind, Table):
            drawn = tables(key.kind, here)
        else:
            drawn = values_of(path, key.name)
        (optional if key.unset else wanted)[key.name] = drawn
    return st.fixed_dictionaries(wanted, optional=optional).map(lambda made: mended(path, made))


def mended(path: str, table: dict[str, Any]) -> dict[str, Any]:
    """What rules between keys ask for."""
    match path:
        case "tokens":
            table["creators"] = "groups" if "creator_groups" in table else "everyone"
            if "stale_after" not in table:
                table.pop("delete_after", None)
        case "network" | "operation" | "project":
            table.setdefault("deny", [])
        case "open":
            table.setdefault("paths", [])
        case "rate":
            table.setdefault("groups", [])
        case _:
            pass
    return table


def written(document: Mapping[str, Any]) -> str:
    """The document as TOML, everything inline."""
    return "".join(f"{key} = {inline(value)}\n" for key, value in document.items())


def inline(value: object) -> str:
    match value:
        case dict():
            return "{" + ", ".join(f"{key} = {inline(part)}" for key, part in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(inline, value)) + "]"
        case bool() | int():
            return str(value).lower()
        case date():
            return value.isoformat()
        case _:
            return json.dumps(value)


DOCUMENTS = tables(DOCUMENT, "")


@settings(max_examples=40, deadline=None)
@given(DOCUMENTS)
def test_what_a_document_says_comes_back_as_it_was_said(said: dict[str, Any]) -> None:
    text = written(said)
    document = read_policy(text)
    assert not differences(said, parsed(text))
    for key in DOCUMENT.keys:
        # Nothing is lost, and nothing comes of itself.
        value = getattr(document, key.goes_to)
        if key.name not in said:
            assert value == getattr(PolicyDocument(), key.goes_to)
        elif isinstance(key.kind, Rules):
            assert [rule.name for rule in value] == [rule["name"] for rule in said[key.name]]
            assert [rule.reason for rule in value] == [r["reason"].strip() for r in said[key.name]]
        else:
            assert value is not None
    if "access" in said and document.access is not None:
        groups = said["access"].get("groups")
        assert document.access.groups == (None if groups is None else frozenset(groups))
        assert [each.until for each in document.access.overrides] == [
            seconds(each["until"]) for each in said["access"].get("override", [])
        ]


def seconds(until: date) -> float:
    stated = (
        until.timestamp()
        if isinstance(until, datetime)
        else datetime.combine(until, time(), UTC).timestamp() + 86_400
    )
    return min(stated, datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp())


def refused_or_read(text: str) -> None:
    problems: Sequence[PolicyProblem] = ()
    document = None
    try:
        document = read_policy(text)
    except PolicyInvalid as refusal:
        problems = refusal.problems
    assert bool(problems) != isinstance(document, PolicyDocument)
    assert all(each.allowed and str(each).isprintable() for each in problems)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_no_text_crashes_the_reader(text: str) -> None:
    refused_or_read(text)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, len(WHOLE)),
    st.integers(0, 40),
    st.text('[]{}="\n. ,#0tfa\\\u202e\x00', max_size=12),
)
def test_no_bent_document_crashes_the_reader(place: int, cut: int, put: str) -> None:
    refused_or_read(WHOLE[:place] + put + WHOLE[place + cut :])


VALUES = st.recursive(
    st.booleans()
    | st.integers()
    | st.text('ab-"\\\n☃', max_size=8)
    | st.dates()
    | st.datetimes(timezones=st.none() | st.just(UTC)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)
KEYS = sorted(
    {
        key.name
        for section in DOCUMENT.keys
        for key in getattr(getattr(section.kind, "table", section.kind), "keys", ())
    }
)
STRANGE = st.dictionaries(
    st.sampled_from([key.name for key in DOCUMENT.keys]),
    VALUES
    | st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=5)
    | st.lists(st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=5), max_size=3),
    max_size=4,
)


@settings(max_examples=60, deadline=None)
@given(STRANGE)
def test_no_value_in_any_place_crashes_the_reader(said: dict[str, Any]) -> None:
    refused_or_read(written(said))


@pytest.mark.slow
@settings(max_examples=5_000, deadline=None)
@given(STRANGE | DOCUMENTS)
def test_no_document_whatsoever_crashes_the_reader(said: dict[str, Any]) -> None:
    refused_or_read(written(said))
