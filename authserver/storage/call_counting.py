"""Counting the records of decisions, each once: with the transaction that brings them."""

from __future__ import annotations

import hashlib
from collections import Counter
from operator import itemgetter
from typing import TYPE_CHECKING, Final, NamedTuple

from authserver.domain.call_counts import COUNTED, CallKey, key_of
from authserver.storage.audit_content import COLUMNS
from authserver.storage.rows.call_counts import call_counts, caller_counts
from authserver.storage.rows.metadata import DEFAULT_ISSUER

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from sqlalchemy import Connection, Table

COUNTED_BY: Final = ("at", "action", "outcome", "resource", "reason", "client_id")
"""The columns of a record that it is counted by, in the order of `Told`."""
_said: Final = itemgetter(*map(COLUMNS.index, COUNTED_BY))
_NAMES: Final = {
    table.name: tuple(name for name in CallKey._fields if name in table.c)
    for table in (call_counts, caller_counts)
}
_PLACEHOLDERS: Final = {"sqlite": "?", "postgresql": "%s"}
# Written out: there are thousands of rows a second, and SQLAlchemy takes longer than the database.
_ADD: Final = {
    (dialect, table): f"INSERT INTO {table}"  # noqa: S608 - our own names
    f" (issuer_id, hour, key, {', '.join(names[1:])}, calls)"
    f" VALUES ({DEFAULT_ISSUER}, {', '.join([placeholder] * (len(names) + 2))})"
    f" ON CONFLICT (issuer_id, hour, key) DO UPDATE SET calls = {table}.calls + excluded.calls"
    for dialect, placeholder in _PLACEHOLDERS.items()
    for table, names in _NAMES.items()
}
_DIGEST_BYTES: Final = 16
_SEPARATOR: Final = "\x00"


class Told(NamedTuple):
    """What a record is counted by, beside its details."""

    at: float
    action: str
    outcome: str
    resource: str
    reason: str
    client_id: str


def told(content: tuple[object, ...]) -> Told:
    """The same, of the columns of a new record (`content_of`)."""
    return Told(*_said(content))


def counted(records: Iterable[tuple[Told, Mapping[str, Any]]]) -> Counter[CallKey]:
    """What to count of records, given with their details as read."""
    counts: Counter[CallKey] = Counter()
    for said, details in records:
        if said.action.startswith(COUNTED):
            key = key_of(
                at=said.at,
                outcome=said.outcome,
                resource=said.resource,
                reason=said.reason,
                client_id=said.client_id,
                details=details,
            )
            counts[key] += 1
    return counts


def add_counts(connection: Connection, counts: Mapping[CallKey, int]) -> None:
    """Add to what is there.

    Belongs before the records are announced (`audit_writing.enter`): rows of the present hour are
    waited for, and nobody who waits may hold what the sealer waits for.
    """
    if not counts:
        return
    totals: Counter[CallKey] = Counter()
    for key, calls in counts.items():
        totals[key._replace(client_id="", subject="")] += calls
    _add(connection, call_counts, totals)
    _add(connection, caller_counts, counts)


def _add(connection: Connection, table: Table, counts: Mapping[CallKey, int]) -> None:
    names = _NAMES[table.name]
    rows = []
    for key, calls in counts.items():
        words = key if table is caller_counts else key[: len(names)]
        rows.append((key.hour, _digest(key), *words[1:], calls))
    # In one order for everybody: two who count the same calls' rows must not cross.
    connection.exec_driver_sql(_ADD[connection.dialect.name, table.name], sorted(rows))


def _digest(key: CallKey) -> str:
    words = _SEPARATOR.join(key[1:])
    return hashlib.blake2b(words.encode(), digest_size=_DIGEST_BYTES).hexdigest()
