"""What differs between two forms of an object, field by field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.declarations import ChangeSign, DeclaredKind, FieldChange, ObjectChange
from authserver.services.policy_differences import differences
from authserver.services.policy_reading import parsed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from authserver.services.declared_objects import DeclaredObjects, Form

TEXT: Final = "text"


def object_change(
    objects: DeclaredObjects, name: str, before: Form | None, after: Form | None
) -> ObjectChange:
    """The change of one object. Of a new one only what is not as it would be by itself is told."""
    if after is None:
        return ObjectChange(ChangeSign.REMOVED, objects.kind, name, ())
    sign = ChangeSign.ADDED if before is None else ChangeSign.CHANGED
    old = {} if before is None else before
    new = objects.plain(after) if before is None else after
    if objects.kind is DeclaredKind.POLICY:
        return ObjectChange(sign, objects.kind, name, _policy_fields(old, new))
    return ObjectChange(sign, objects.kind, name, _fields(old, new))


def _fields(before: Form, after: Form) -> Sequence[FieldChange]:
    old, new = dict(_flat("", before)), dict(_flat("", after))
    return [
        FieldChange(name, old.get(name), new.get(name))
        for name in {**old, **new}
        if old.get(name) != new.get(name)
    ]


def _flat(path: str, form: Form) -> Iterator[tuple[str, object]]:
    """Every value by its path; an empty table has none."""
    for key, value in form.items():
        here = f"{path}.{key}" if path else key
        if isinstance(value, dict):
            yield from _flat(here, value)
        else:
            yield here, value


def _policy_fields(before: Form, after: Form) -> Sequence[FieldChange]:
    """Rule by rule, as `authserver policy diff` tells it."""
    old, new = str(before.get(TEXT, "")), str(after.get(TEXT, ""))
    found = [
        FieldChange(f"{rule.heading} {key.key}", key.before, key.after)
        for rule in differences(parsed(old), parsed(new))
        for key in rule.keys
    ]
    return found or [FieldChange(TEXT, "written otherwise", "as the file has it")]
