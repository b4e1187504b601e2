"""Counting the records of decisions, each once: with the transaction that brings them."""

from __future__ import annotations

import hashlib
from collections import Counter
from operator import itemgetter
from typing import TYPE_CHECKING, Final, NamedTuple

from authserver.domain.call_counts import COUNTED, CallKey, key_of
from authserver.storage.audit_content import COLUMNS
from authserver.storage.inserts import insert_into
from authserver.storage.rows.call_counts import call_counts, caller_counts
from authserver.storage.rows.metadata import DEFAULT_ISSUER

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from sqlalchemy import Connection, Table

COUNTED_BY: Final = ("at", "action", "outcome", "resource", "reason", "client_id")
"""The columns of a record that it is counted by, in the order of `Told`."""
_said: Final = itemgetter(*map(COLUMNS.index, COUNTED_BY))
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
    rows = []
    for key, calls in counts.items():
        row: dict[str, object] = {"issuer_id": DEFAULT_ISSUER, "key": _digest(key), "calls": calls}
        row |= {name: value for name, value in key._asdict().items() if name in table.c}
        rows.append(row)
    # In one order for everybody: two who count the same calls' rows must not cross.
    rows.sort(key=lambda row: (row["hour"], row["key"]))
    adding = insert_into(connection, table)
    columns = table.c
    connection.execute(
        adding.on_conflict_do_update(
            index_elements=list(table.primary_key.columns),
            set_={"calls": columns.calls + adding.excluded.calls},
        ),
        rows,
    )


def _digest(key: CallKey) -> str:
    words = _SEPARATOR.join(key[1:])
    return hashlib.blake2b(words.encode(), digest_size=_DIGEST_BYTES).hexdigest()
