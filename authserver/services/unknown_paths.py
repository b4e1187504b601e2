"""Calls to routes that no operation is known for: what a plugin, or a new version, brought."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Final

from authserver.domain.audit_records import PAGE_MAX, AuditQuery
from authserver.domain.audit_text import visible
from authserver.domain.decisions import DenyReason
from authserver.domain.path_shapes import path_shape
from authserver.services.audit_searches import every_record
from authserver.services.decision_replay import DENIED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from authserver.domain.audit_ports import AuditDatabase
    from authserver.domain.audit_records import AuditRecord
    from authserver.domain.ports import Clock, Database

DAYS: Final = 30
MOST_RECORDS: Final = 1_000_000
"""Of one report; the newest are looked at."""
MOST_ROWS: Final = 1000
"""Routes that are told apart; further ones are only counted."""
MOST_CALLERS: Final = 3
PROGRESS_RECORDS: Final = 50_000
_DAY: Final = 86_400.0
_LONGEST_METHOD: Final = 20
_LONGEST_PATH: Final = 2000


@dataclass
class UnknownRoute:
    """Refused calls of one method to paths of one shape at one site.

    `decision_id` is the newest decision's; `callers` are the last ones, the newest first.
    """

    resource: str
    method: str
    shape: str
    first_at: float
    last_at: float
    decision_id: str
    calls: int = 0
    callers: list[str] = field(default_factory=list)


@dataclass
class UnknownRoutes:
    """What was found, the most called first. `others` are calls that no row counts."""

    since: float
    looked_at: int = 0
    routes: list[UnknownRoute] = field(default_factory=list)
    others: int = 0
    is_cut: bool = False
    """Whether records older than the last one looked at were left out."""


class UnknownPaths:
    """Sums up the decisions that refused a path which no template matches."""

    def __init__(self, *, database: Database, records: AuditDatabase, clock: Clock) -> None:
        """Take the collaborators; hold no state of its own."""
        self._database = database
        self._records = records
        self._clock = clock

    def report(
        self,
        *,
        resource: str = "",
        days: float = DAYS,
        most: int = MOST_RECORDS,
        progress: Callable[[int], None] | None = None,
    ) -> UnknownRoutes:
        """The refused calls of the last `days`, of one site (name or identifier) or of all.

        Memory is bounded whatever there is on record; `progress` is told from time to time how many
        records were looked at.

        Raises:
            StorageUnavailable: the database cannot answer.
        """
        found = UnknownRoutes(since=self._clock.now() - days * _DAY)
        query = AuditQuery(
            since=found.since,
            action=DENIED,
            reason=DenyReason.UNKNOWN_PATH,
            resource=resource,
            limit=PAGE_MAX,
        )
        names = self._names()
        rows: dict[tuple[str, str, str], UnknownRoute] = {}
        records = every_record(self._records, query)
        for record in islice(records, most):
            _count(found, rows, names, record)
            if progress is not None and found.looked_at % PROGRESS_RECORDS == 0:
                progress(found.looked_at)
        found.is_cut = found.looked_at >= most and next(records, None) is not None
        found.routes = sorted(
            rows.values(), key=lambda each: (-each.calls, each.resource, each.shape, each.method)
        )
        return found

    def _names(self) -> Mapping[str, str]:
        """The handles of sites by their identifiers: records of calls hold these."""
        with self._database.reading() as stores:
            return {each.identifier: each.name for each in stores.resources.list()}


def _count(
    found: UnknownRoutes,
    rows: dict[tuple[str, str, str], UnknownRoute],
    names: Mapping[str, str],
    record: AuditRecord,
) -> None:
    found.looked_at += 1
    method = visible(str(record.details.get("method", "")), _LONGEST_METHOD)
    path = visible(str(record.details.get("path", "")), _LONGEST_PATH)
    resource = names.get(record.resource, record.resource)
    key = (resource, method, path_shape(path))
    row = rows.get(key)
    if row is None:
        if len(rows) >= MOST_ROWS:
            found.others += 1
            return
        row = rows[key] = UnknownRoute(*key, record.at, record.at, record.object_id)
    row.calls += 1
    row.first_at = record.at
    caller = _caller(record)
    if len(row.callers) < MOST_CALLERS and caller not in row.callers:
        row.callers.append(caller)


def _caller(record: AuditRecord) -> str:
    """Who called, as far as that is known."""
    username = record.details.get("username")
    if isinstance(username, str) and username:
        return f"user {username}"
    if record.client_id:
        return f"client {record.client_id}"
    subject = record.details.get("subject")
    if isinstance(subject, str) and subject:
        return subject
    return str(record.details.get("credential") or "unknown")
