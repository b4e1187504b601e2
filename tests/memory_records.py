"""Records of acts as they would stand in a database, made of the events that a world has kept."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from authserver.domain.audit_records import AuditPage, AuditQuery, AuditRecord, Cursor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from authserver.domain.audit import AuditEvent


def record_of(event: AuditEvent, record_id: int = 1) -> AuditRecord:
    """The record that a database gives back: details went through JSON."""
    return AuditRecord(
        record_id=record_id,
        at=event.at,
        recorded_at=event.at,
        action=event.action,
        outcome=str(event.outcome),
        actor_kind=str(event.actor.kind),
        actor=event.actor.identifier,
        client_id=event.client_id,
        resource=event.resource,
        object_kind=event.object_kind,
        object_id=event.object_id,
        token_id=event.token_id,
        reason=event.reason,
        request_id=event.request_id,
        peer=event.peer,
        details=json.loads(json.dumps(event.details)),
        journal=None,
        journal_offset=None,
    )


@dataclass
class MemoryRecords:
    """Satisfies `AuditDatabase` as far as searches go; `identifiers` are those of sites by name."""

    events: Callable[[], Sequence[AuditEvent]]
    identifiers: Callable[[str], str]

    @property
    def audit(self) -> MemoryRecords:
        return self

    @contextmanager
    def reading(self) -> Iterator[Any]:
        yield self

    writing = reading

    def catch_up(self) -> None:
        """Nothing waits in a journal."""

    def get(self, record_id: int) -> AuditRecord | None:
        """One record by its number."""
        events = list(self.events())
        if not 0 < record_id <= len(events):
            return None
        return record_of(events[record_id - 1], record_id)

    def search(self, query: AuditQuery) -> AuditPage:
        """One page, newest first."""
        found = [
            record_of(event, number)
            for number, event in enumerate(self.events(), 1)
            if self._fits(event, query)
        ]
        found.sort(key=lambda each: (each.at, each.record_id), reverse=True)
        before = query.before
        if before is not None:
            end = (before.at, before.record_id)
            found = [each for each in found if (each.at, each.record_id) < end]
        page = found[: query.limit]
        more = len(found) > query.limit
        return AuditPage(page, Cursor(page[-1].at, page[-1].record_id) if more else None)

    def _fits(self, event: AuditEvent, query: AuditQuery) -> bool:
        wanted = query.resource
        return (
            (query.since is None or event.at >= query.since)
            and (not query.action or f"{event.action}.".startswith(f"{query.action}."))
            and (not query.reason or query.reason == event.reason.partition(": ")[0])
            and (not query.object_id or event.object_id == query.object_id)
            and (not wanted or event.resource in {wanted, self.identifiers(wanted)})
        )
