"""How changes of the configuration are shown."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from authserver.domain.declarations import ChangeSign

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from authserver.cli.console import Console
    from authserver.domain.declarations import FieldChange, NewSecret, ObjectChange

COLOURS: Final = {
    ChangeSign.ADDED: "green",
    ChangeSign.REMOVED: "red",
    ChangeSign.CHANGED: "yellow",
}


def show_changes(console: Console, changes: Sequence[ObjectChange]) -> None:
    """Every object with its fields, aligned, and how many there are."""
    for change in changes:
        console.line(f"{change.sign} {change.kind} {change.name}", colour=COLOURS[change.sign])
        width = max((len(each.name) for each in change.fields), default=0)
        for each in change.fields:
            for sign, text in _field_lines(each):
                console.line(f"    {sign} {each.name.ljust(width)}  {text}", colour=COLOURS[sign])
    counts = {sign: sum(each.sign is sign for each in changes) for sign in ChangeSign}
    console.note(
        f"{counts[ChangeSign.ADDED]} to add, {counts[ChangeSign.CHANGED]} to change, "
        f"{counts[ChangeSign.REMOVED]} to remove"
        if changes
        else "nothing to change"
    )


def change_value(change: ObjectChange) -> dict[str, object]:
    """One object as JSON."""
    return {
        "sign": str(change.sign),
        "kind": str(change.kind),
        "name": change.name,
        "fields": [
            {"name": each.name, "before": each.before, "after": each.after}
            for each in change.fields
        ],
    }


def secret_value(secret: NewSecret) -> dict[str, object]:
    """A new secret as JSON: itself, or the file that it is in."""
    return {
        "kind": str(secret.kind),
        "name": secret.name,
        "secret": None if secret.written_to else secret.value,
        "file": secret.written_to or None,
    }


def show_secrets(console: Console, secrets: Sequence[NewSecret]) -> None:
    """New secrets: where they are, or themselves, alone on stdout and only here."""
    for each in secrets:
        if each.written_to:
            console.note(f"secret of {each.kind} {each.name}: in {each.written_to}")
        else:
            console.note(f"secret of {each.kind} {each.name}, shown only here:")
            console.secret(each.value)


def _field_lines(change: FieldChange) -> Iterator[tuple[ChangeSign, str]]:
    before, after = change.before, change.after
    if isinstance(before, list) and isinstance(after, list):
        # Long lists: only what comes and goes.
        gone = [each for each in before if each not in after]
        come = [each for each in after if each not in before]
        for item in gone:
            yield ChangeSign.REMOVED, _shown(item)
        for item in come:
            yield ChangeSign.ADDED, _shown(item)
        if gone or come:
            return
    if before is None:
        yield ChangeSign.ADDED, _shown(after)
    elif after is None:
        yield ChangeSign.REMOVED, _shown(before)
    else:
        yield ChangeSign.CHANGED, f"{_shown(before)} -> {_shown(after)}"


def _shown(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
