"""What an author may not have meant is said, and is no mistake."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from authserver.services.policy_notes import notes_on
from authserver.services.policy_reading import read_policy
from tests.services.policy_texts import WHOLE

NOW = datetime(2026, 11, 22, tzinfo=UTC).timestamp()
REASON = 'reason = "x"\n'
RULE = f'name = "n"\n{REASON}'


def notes(text: str, default: str | None = None) -> list[str]:
    beside = None if default is None else read_policy(default)
    return list(notes_on(read_policy(text), beside, NOW))


def test_a_document_that_means_what_it_says_has_no_notes() -> None:
    assert notes(WHOLE.replace("clients = []\n", "")) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"[access]\ngroups = []\n{REASON}", "access.groups is empty: no user may call"),
        (f"[access]\nclients = []\n{REASON}", "access.clients is empty: no service may call"),
        (f"[tokens]\nholders = []\n{REASON}", "tokens.holders is empty: no token of a user counts"),
        (
            f"[tokens]\npresentations = []\n{REASON}",
            "tokens.presentations is empty: no token counts",
        ),
        (f"[[network]]\nallow = []\n{RULE}", "network.n: allow is empty: nothing is allowed"),
        (f"[[operation]]\nallow = []\n{RULE}", "operation.n: allow is empty: nothing is allowed"),
        (f"[[project]]\nallow = []\n{RULE}", "project.n: allow is empty: nothing is allowed"),
        (
            f"[[network]]\ndeny = []\ngroups = []\n{RULE}",
            "network.n is about nobody: it names empty lists of callers",
        ),
        (
            f'[[rate]]\nper = "site"\ncalls = 1\nseconds = 1\nclients = []\n{RULE}',
            "rate.n is about nobody: it names empty lists of callers",
        ),
        (f"[[deny]]\n{RULE}", "deny.n has no condition: every call is denied"),
        (f"[[deny]]\ngroups = []\n{RULE}", "deny.n denies nothing: one of its lists is empty"),
        (
            (
                f'[legacy]\n{REASON}[[legacy.exception]]\nway = "basic"\neffect = "allow"\n'
                f"until = 2026-11-21\n{RULE}"
            ),
            "legacy.exception.n ended at 2026-11-22 00:00:00 UTC",
        ),
        (
            (
                f'[access]\n{REASON}[[access.override]]\nuser = "ada"\neffect = "allow"\n'
                f"until = 2026-01-01\n{REASON}"
            ),
            "access.override.ada ended at 2026-01-02 00:00:00 UTC",
        ),
    ],
)
def test_what_says_nothing_or_stops_everything_is_noted(text: str, told: str) -> None:
    assert notes(text) == [told]


def test_sections_that_take_the_place_of_the_default_are_named() -> None:
    both = WHOLE.replace("clients = []\n", "")
    assert notes(both, both) == [
        f"{section}: takes the place of what the default document says there"
        for section in (
            *("access", "network", "browsers", "emails", "legacy"),
            *("operation", "project", "harmless", "open", "rate"),
        )
    ]
    assert notes(f"[emails]\ndomains = []\n{REASON}", f"[[deny]]\n{RULE}") == []
    assert notes("network = []\n", WHOLE) == [
        "network: takes the place of what the default document says there"
    ]
