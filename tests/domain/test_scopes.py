from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authserver.domain.errors import InvalidField
from authserver.domain.resources import ResourceKind
from authserver.domain.scopes import (
    MAX_SCOPE_CHARACTERS,
    MAX_SCOPE_TOKEN_CHARACTERS,
    USER_SCOPES,
    Product,
    Risk,
    ScopeCatalogue,
    ScopeInfo,
    ScopeKind,
    close_matches,
    format_scope,
    is_scope_token,
    parse_scope,
)

TOKEN_CHARACTERS = [chr(code) for code in range(0x21, 0x7F) if chr(code) not in '"\\']
TOKENS = st.text(st.sampled_from(TOKEN_CHARACTERS), min_size=1, max_size=20)


def info(name: str) -> ScopeInfo:
    return ScopeInfo(name, Product.JIRA, ScopeKind.CLASSIC, f"Title of {name}", Risk.READ)


def test_names_are_separated_by_single_spaces() -> None:
    assert parse_scope("read:jira-work READ") == {"read:jira-work", "READ"}


def test_a_name_given_twice_counts_once() -> None:
    assert parse_scope("a b a") == {"a", "b"}


@pytest.mark.parametrize(
    "value",
    [
        "",
        " ",
        " a",
        "a ",
        "a  b",
        "a\tb",
        "a\nb",
        "a\n",
        'a"b',
        "a\\b",
        "é",
        "a\x00b",
        "a\x7f",
        "a\u00a0b",
    ],
)
def test_what_the_grammar_does_not_allow_is_refused(value: str) -> None:
    with pytest.raises(InvalidField, match="single spaces") as caught:
        parse_scope(value)
    assert caught.value.field == "scope"


def test_a_refusal_never_repeats_the_value() -> None:
    with pytest.raises(InvalidField) as caught:
        parse_scope('secret"secret')
    assert "secret" not in str(caught.value)


def test_an_over_long_parameter_is_refused_and_the_limit_named() -> None:
    longest = " ".join(["a" * 63] * 128)
    assert len(longest) == MAX_SCOPE_CHARACTERS - 1
    assert parse_scope(longest) == {"a" * 63}
    with pytest.raises(InvalidField, match=str(MAX_SCOPE_CHARACTERS)):
        parse_scope("aa " + longest)


def test_an_over_long_name_is_refused_and_the_limit_named() -> None:
    longest = "a" * MAX_SCOPE_TOKEN_CHARACTERS
    assert parse_scope(longest) == {longest}
    with pytest.raises(InvalidField, match=str(MAX_SCOPE_TOKEN_CHARACTERS)):
        parse_scope(longest + "a")


@given(st.frozensets(TOKENS, min_size=1, max_size=20))
def test_what_is_formatted_parses_to_the_same_names(names: frozenset[str]) -> None:
    assert parse_scope(format_scope(names)) == names


@given(st.text(st.sampled_from([*"ab:", " ", '"', "\\", "\x7f", "é", "\n"]), max_size=12))
def test_a_value_is_read_exactly_when_every_part_between_spaces_is_a_name(value: str) -> None:
    parts = value.split(" ")
    if all(part and set(part) <= set(TOKEN_CHARACTERS) for part in parts):
        assert parse_scope(value) == set(parts)
    else:
        with pytest.raises(InvalidField):
            parse_scope(value)


def test_equal_sets_are_formatted_alike() -> None:
    assert format_scope(["b", "a", "C"]) == format_scope(["C", "b", "a"]) == "C a b"


@pytest.mark.parametrize(
    ("name", "good"), [("a:b.c-d", True), ("", False), ("a b", False), ("a" * 129, False)]
)
def test_a_single_name_is_judged_by_grammar_and_length(name: str, good: bool) -> None:  # noqa: FBT001 - the expectation is a fact of the row
    assert is_scope_token(name) is good


def test_the_scopes_of_a_signed_in_user_are_known_by_name() -> None:
    assert {"openid", "profile", "email", "groups", "offline_access"} == USER_SCOPES


def test_a_catalogue_finds_what_it_holds_and_nothing_else() -> None:
    catalogue = ScopeCatalogue([info("b"), info("a")], {ResourceKind.JIRA_DC: frozenset("a")})
    assert [each.name for each in catalogue] == ["b", "a"]
    assert len(catalogue) == 2
    assert catalogue.find("a") == info("a")
    assert catalogue.find("A") is None
    assert catalogue.of_kind(ResourceKind.JIRA_DC) == {"a"}
    assert catalogue.by_kind == {ResourceKind.JIRA_DC: {"a"}}


def test_a_catalogue_describes_a_scope_once() -> None:
    with pytest.raises(ValueError, match="once"):
        ScopeCatalogue([info("a"), info("a")], {})


def test_a_kind_of_resource_has_only_described_scopes() -> None:
    with pytest.raises(ValueError, match="jira-dc: undescribed scopes b c"):
        ScopeCatalogue([info("a")], {ResourceKind.JIRA_DC: frozenset("abc")})


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("read:jira_work", "read:jira-work"), ("READ:JIRA-WORK", "read:jira-work"), ("read", "READ")],
)
def test_a_mistyped_name_leads_to_the_meant_one(typed: str, meant: str) -> None:
    assert close_matches(typed, {"read:jira-work", "write:jira-work", "READ", "WRITE"})[0] == meant


def test_a_name_like_no_other_leads_nowhere() -> None:
    assert close_matches("x" * 5000, {"read:jira-work"}) == ()


def test_no_more_names_are_suggested_than_asked_for() -> None:
    assert len(close_matches("read:a", {f"read:{letter}" for letter in "bcdefg"}, limit=2)) == 2
