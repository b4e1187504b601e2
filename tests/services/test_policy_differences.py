"""What differs between two documents is told rule by rule."""

from __future__ import annotations

import pytest

from authserver.services.policy_differences import (
    Difference,
    DifferenceKind,
    KeyDifference,
    differences,
    plain,
)
from authserver.services.policy_reading import parsed
from tests.services.policy_texts import ACCESS, WHOLE

RULE = '[[deny]]\nname = "{}"\nreason = "{}"\n'


def between(before: str, after: str) -> list[tuple[str, str]]:
    return [(each.kind, each.rule) for each in differences(parsed(before), parsed(after))]


def test_equal_documents_do_not_differ() -> None:
    assert between(WHOLE, WHOLE) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (ACCESS, "# a comment\n" + ACCESS),
        (ACCESS, 'access = {reason = "The API is for developers", groups = ["developers"]}\n'),
        (
            RULE.format("a", "x") + RULE.format("b", "x"),
            RULE.format("b", "x") + RULE.format("a", "x"),
        ),
        (
            '[emails]\ndomains = ["a.example", "b.example"]\n',
            '[emails]\ndomains = ["b.example", "a.example"]\n',
        ),
    ],
)
def test_what_means_the_same_does_not_differ(before: str, after: str) -> None:
    assert between(before, after) == []


def test_rules_come_go_and_change_by_their_names() -> None:
    before = RULE.format("gone", "x") + RULE.format("kept", "x") + RULE.format("other", "x")
    after = RULE.format("kept", "x") + RULE.format("other", "y") + RULE.format("come", "x")
    assert differences(parsed(before), parsed(after)) == [
        Difference(
            DifferenceKind.REMOVED,
            "deny.gone",
            '[[deny]] "gone"',
            [KeyDifference("reason", "x", None)],
        ),
        Difference(
            DifferenceKind.CHANGED,
            "deny.other",
            '[[deny]] "other"',
            [KeyDifference("reason", "x", "y")],
        ),
        Difference(
            DifferenceKind.ADDED,
            "deny.come",
            '[[deny]] "come"',
            [KeyDifference("reason", None, "x")],
        ),
    ]


def test_everything_of_a_new_document_is_added_in_the_order_of_the_language() -> None:
    rules = [
        *("access", "access.override.Ada", "tokens", "network.office", "browsers", "emails"),
        *("legacy", "legacy.exception.old-dashboard", "operation.no-deleting", "project.public"),
        *("harmless", "open.plugin", "rate.each", "deny.incident"),
    ]
    assert between("", WHOLE) == [("added", rule) for rule in rules]
    assert between(WHOLE, "") == [("removed", rule) for rule in rules]


def test_an_empty_list_is_not_the_same_as_none() -> None:
    (difference,) = differences(
        parsed(ACCESS), parsed(ACCESS.replace('groups = ["developers"]', "groups = []"))
    )
    assert difference.keys == [KeyDifference("groups", ["developers"], [])]
    (difference,) = differences(
        parsed(ACCESS), parsed(ACCESS.replace('groups = ["developers"]\n', ""))
    )
    assert difference.keys == [KeyDifference("groups", ["developers"], None)]
    assert between("", "network = []\n") == [("added", "network")]


def test_an_override_is_known_by_its_user() -> None:
    def text(effect: str) -> str:
        return f'{ACCESS}[[access.override]]\nuser = "ada"\neffect = "{effect}"\n'

    assert between(text("deny"), text("allow")) == [("changed", "access.override.ada")]
    assert between(ACCESS, text("allow")) == [("added", "access.override.ada")]


def test_moments_are_iso_8601_for_scripts() -> None:
    until = parsed("a = 2027-01-31T12:00:00+01:00\nb = 2027-01-31\n")
    assert plain(until["a"]) == "2027-01-31T12:00:00+01:00"
    assert plain(until["b"]) == "2027-01-31"
    assert plain("a") == "a"
