"""How one setting is declared: kind, default, meaning and unit beside its name."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from authserver.settings_kinds import Kind

HOUR: Final = 3600
DAY: Final = 24 * HOUR
YEAR_DAYS: Final = 365
NOT_SET: Final = "not_set"
"""Marks, in the metadata of a field, what is no setting."""


def setting(kind: Kind, default: object, doc: str, *, unit: str = "") -> Any:
    """Declare one setting; `default` is written as it would stand in `authserver.toml`.

    Args:
        kind: what values are allowed.
        default: the raw default; it goes through `kind` like any other value.
        doc: what the setting means, one or more sentences.
        unit: what a number counts.
    """
    return field(
        default=kind.parse(default),
        metadata={"kind": kind, "default": default, "doc": doc, "unit": unit},
    )
