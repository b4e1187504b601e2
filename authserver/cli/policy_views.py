"""How policy documents, their versions and their differences are shown."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Final

from authserver.cli.administration import json_value
from authserver.domain.texts import shown_time
from authserver.services.policy_differences import DifferenceKind, plain
from authserver.services.policy_versions import digest_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from authserver.cli.console import Console
    from authserver.domain.policy_documents import PolicyVersion
    from authserver.services.policies import PolicyPlan, PolicyState
    from authserver.services.policy_differences import Difference, KeyDifference

VERSION_COLUMNS: Final = ("version", "applied", "by", "comment")
STATE_COLUMNS: Final = ("document", *VERSION_COLUMNS)
_TOKEN_COLUMNS: Final = ("token", "owner", "name", "ends", "will end")
_MOST_TOKENS: Final = 20
_SIGNS: Final = {
    DifferenceKind.ADDED: ("+", "green"),
    DifferenceKind.REMOVED: ("-", "red"),
    DifferenceKind.CHANGED: ("~", "yellow"),
}


def version_row(version: PolicyVersion | None) -> tuple[object, ...]:
    """One version in a table; a document without any has none."""
    if version is None:
        return (0, None, None, None)
    return (
        version.number,
        shown_time(version.applied_at),
        version.applied_by,
        version.comment or None,
    )


def version_value(version: PolicyVersion) -> dict[str, object]:
    """One version as JSON, without its text."""
    value = json_value(
        {
            "name": version.name,
            "version": version.number,
            "applied_at": version.applied_at,
            "applied_by": version.applied_by,
            "comment": version.comment,
        }
    )
    return {**value, "sha256": digest_of(version.text)}


def state_value(state: PolicyState) -> dict[str, object]:
    """One document as JSON; version 0 stands for none."""
    if state.current is None:
        return {"name": state.name, "version": 0}
    return version_value(state.current)


def plan_value(plan: PolicyPlan) -> dict[str, object]:
    """What applying a text would do, as JSON."""
    return {
        "name": plan.name,
        "seen": plan.seen,
        "changes_text": plan.changes_text,
        "differences": [_difference_value(each) for each in plan.differences],
        "notes": list(plan.notes),
        "shortened_tokens": plan.shortening.count,
        "first_shortened_tokens": [
            json_value(
                {
                    "token_id": each.token_id,
                    "name": each.name,
                    "owner": each.owner,
                    "expires_at": each.ends_now_at,
                    "will_expire_at": each.ends_then_at,
                }
            )
            for each in plan.shortening.first
        ],
    }


def show_plan(console: Console, plan: PolicyPlan) -> None:
    """What applying a text would do, for people: rule by rule."""
    for difference in plan.differences:
        sign, colour = _SIGNS[difference.kind]
        console.line(f"{sign} {difference.heading}", colour=colour)
        for key in difference.keys:
            for line, colour_of_line in _key_lines(key):
                console.line(f"    {line}", colour=colour_of_line)
    if not plan.differences and plan.changes_text:
        console.line("no rule differs; only how the text is written")
    elif not plan.changes_text:
        console.line(f"{plan.name} has this text already, at version {plan.seen}")
    show_notes(console, plan.notes)
    _show_shortening(console, plan)


def show_notes(console: Console, notes: Sequence[str]) -> None:
    """What the author may not have meant, on stderr."""
    for note in notes:
        console.note(f"note: {note}")


def _show_shortening(console: Console, plan: PolicyPlan) -> None:
    count = plan.shortening.count
    if not count:
        return
    console.line(f"{count} API {'token ends' if count == 1 else 'tokens end'} sooner:")
    shown = plan.shortening.first[:_MOST_TOKENS]
    rows = [
        (
            each.token_id,
            each.owner,
            each.name,
            shown_time(each.ends_now_at),
            shown_time(each.ends_then_at),
        )
        for each in shown
    ]
    console.table(_TOKEN_COLUMNS, rows)
    if count > len(shown):
        console.line(f"and {count - len(shown)} more, see --json")


def _key_lines(key: KeyDifference) -> Iterator[tuple[str, str]]:
    if isinstance(key.before, list) and isinstance(key.after, list):
        # Long lists: only what comes and goes.
        gone = [each for each in key.before if each not in key.after]
        come = [each for each in key.after if each not in key.before]
        for item in gone:
            yield f"- {key.key}: {_shown(item)}", "red"
        for item in come:
            yield f"+ {key.key}: {_shown(item)}", "green"
        if not key.after:
            yield f"  {key.key} is empty now: nobody, or nothing", "yellow"
        return
    if key.before is not None:
        yield f"- {key.key} = {_shown(key.before)}", "red"
    if key.after is not None:
        yield f"+ {key.key} = {_shown(key.after)}", "green"


def _difference_value(difference: Difference) -> dict[str, object]:
    return {
        "change": str(difference.kind),
        "rule": difference.rule,
        "keys": {
            each.key: {"before": plain(each.before), "after": plain(each.after)}
            for each in difference.keys
        },
    }


def _shown(value: object) -> str:
    """A value as the document writes it."""
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False, default=str)
