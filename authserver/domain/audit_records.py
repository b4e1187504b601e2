"""Stored audit records, and how to ask for them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from authserver.domain.errors import InvalidField

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authserver.domain.audit import Outcome

PAGE_MAX: Final = 1000
"""How many records one page may hold."""


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """A record as it stands in the store, every text printable (`audit_text.visible`).

    `recorded_at` is when the row was made (seconds since the epoch): the same moment as the act,
    or a little later when it came by a journal. `journal` and `journal_offset` (bytes) say by
    which; both are `None` for records written in the act's own transaction. The other fields are
    those of `AuditEvent`, as texts: what an older or newer version wrote is shown as it is.
    """

    record_id: int
    at: float
    recorded_at: float
    action: str
    outcome: str
    actor_kind: str
    actor: str
    client_id: str
    resource: str
    object_kind: str
    object_id: str
    token_id: str
    reason: str
    request_id: str
    peer: str
    details: Mapping[str, object]
    journal: int | None
    journal_offset: int | None


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page ended: the time and id of its last record."""

    at: float
    record_id: int

    def __str__(self) -> str:
        """The form that `parse` reads."""
        return f"{self.at!r}_{self.record_id}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a cursor that an earlier page gave.

        Raises:
            InvalidField: it is none.
        """
        at, _, record_id = text.partition("_")
        try:
            cursor = cls(float(at), int(record_id))
        except ValueError:
            raise _not_a_cursor() from None
        if not math.isfinite(cursor.at) or not 0 <= cursor.record_id < 1 << 63:
            raise _not_a_cursor()
        return cursor


def _not_a_cursor() -> InvalidField:
    return InvalidField("cursor", "the value of next_cursor from the page before")


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """What to look for; an empty field does not narrow. Newest first.

    `since` is included, `until` is not (seconds since the epoch). `action` matches the whole
    action or its leading parts: `token` finds `token.issued`. `resource` is a protected
    resource's name or identifier: either finds the records that hold the other, too. `object_id`
    may stand without `object_kind`. `reason` is the whole one, or what stands before its colon.
    """

    since: float | None = None
    until: float | None = None
    actor: str = ""
    client_id: str = ""
    resource: str = ""
    action: str = ""
    outcome: Outcome | None = None
    request_id: str = ""
    token_id: str = ""
    object_kind: str = ""
    object_id: str = ""
    reason: str = ""
    before: Cursor | None = None
    limit: int = 100

    def __post_init__(self) -> None:
        """Refuse a page nobody can want."""
        if not 1 <= self.limit <= PAGE_MAX:
            raise InvalidField("limit", f"a whole number from 1 to {PAGE_MAX}")


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Records, newest first, and where the next page begins (`None`: this was the last)."""

    records: Sequence[AuditRecord]
    next_cursor: Cursor | None
