"""Questions to the audit records, as people put them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from authserver.domain.audit import Outcome
from authserver.domain.audit_records import PAGE_MAX, AuditQuery, Cursor
from authserver.domain.audit_times import moment
from authserver.domain.errors import InvalidField

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authserver.domain.audit_ports import AuditDatabase
    from authserver.domain.audit_records import AuditPage, AuditRecord


@dataclass(frozen=True, slots=True)
class SearchTerms:
    """Texts as typed; an empty one does not narrow.

    `since` and `until` are times with a zone or ages (`15m`); `object_name` is `kind:id` or an
    id alone.
    """

    since: str = ""
    until: str = ""
    actor: str = ""
    client: str = ""
    resource: str = ""
    action: str = ""
    outcome: str = ""
    request_id: str = ""
    token_id: str = ""
    object_name: str = ""
    reason: str = ""


def query_of(
    terms: SearchTerms, now: float, *, limit: int = PAGE_MAX, cursor: str = ""
) -> AuditQuery:
    """Read the terms at the time `now` (seconds since the epoch).

    `cursor` is the `next_cursor` of the page before, `limit` how many records a page holds.

    Raises:
        InvalidField: one of them cannot be read; it is named.
    """
    kind, separator, object_id = terms.object_name.partition(":")
    if not separator:
        kind, object_id = "", kind
    return AuditQuery(
        since=moment(terms.since, now, "since") if terms.since else None,
        until=moment(terms.until, now, "until") if terms.until else None,
        actor=terms.actor,
        client_id=terms.client,
        resource=terms.resource,
        action=terms.action,
        outcome=_outcome(terms.outcome),
        request_id=terms.request_id,
        token_id=terms.token_id,
        object_kind=kind,
        object_id=object_id,
        reason=terms.reason,
        before=Cursor.parse(cursor) if cursor else None,
        limit=limit,
    )


def search(database: AuditDatabase, query: AuditQuery) -> AuditPage:
    """One page of records, newest first.

    Raises:
        StorageUnavailable: the database cannot answer.
    """
    with database.reading() as stores:
        return stores.audit.search(query)


def every_record(database: AuditDatabase, query: AuditQuery) -> Iterator[AuditRecord]:
    """Every record from `query.before` on, newest first; each page in a transaction of its own.

    Raises:
        StorageUnavailable: the database cannot answer.
    """
    narrowed: AuditQuery | None = query
    while narrowed is not None:
        page = search(database, narrowed)
        yield from page.records
        rest = page.next_cursor
        narrowed = None if rest is None else replace(narrowed, before=rest)


def _outcome(text: str) -> Outcome | None:
    if not text:
        return None
    try:
        return Outcome(text)
    except ValueError:
        allowed = ", ".join(outcome.value for outcome in Outcome)
        raise InvalidField("outcome", f"one of {allowed}") from None
