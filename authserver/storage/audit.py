"""Audit records of one transaction: written, and looked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from authserver.storage.audit_chain import ChainRows
from authserver.storage.audit_content import content_of
from authserver.storage.audit_keys import NoKeys
from authserver.storage.audit_searches import record_of, search
from authserver.storage.audit_writing import enter, insert
from authserver.storage.journal_records import encode

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from authserver.domain.audit import AuditEvent
    from authserver.domain.audit_key_ports import ChainKeys
    from authserver.domain.audit_records import AuditPage, AuditQuery, AuditRecord


class AuditRows:
    """Satisfies `authserver.domain.store_ports.AuditStore` on a connection inside a transaction.

    Records are written last in their transaction: from then on it holds the lock that the sealer
    waits for, and newcomers wait behind the sealer. Whoever waited for something else meanwhile
    could close a circle.

    Without `keys` its records carry no code; a verification calls them forged.
    """

    __slots__ = ("_added", "_connection", "_entered", "_keys")

    def __init__(self, connection: Connection, keys: ChainKeys | None = None) -> None:
        self._connection = connection
        self._keys: ChainKeys = NoKeys() if keys is None else keys
        self._entered = False
        self._added: list[tuple[object, ...]] = []

    def add(self, event: AuditEvent) -> None:
        """Append one record; it is written by `write`, after everything else.

        Raises:
            TypeError: `details` hold something that is neither JSON nor a set.
        """
        said = orjson.loads(encode(event))
        self._added.append(content_of(said, self._keys.current, event.at, None, None))

    def write(self) -> None:
        """Write what was added, in its order. `SqlDatabase.writing` does so before its commit."""
        if not self._added:
            return
        if not self._entered:
            enter(self._connection)
            self._entered = True
        insert(self._connection, self._added)
        self._added = []

    def search(self, query: AuditQuery) -> AuditPage:
        """One page, newest first."""
        return search(self._connection, query)

    def get(self, record_id: int) -> AuditRecord | None:
        """One record by its id."""
        return record_of(self._connection, record_id)

    @property
    def chain(self) -> ChainRows:
        """Seals and checkpoints."""
        return ChainRows(self._connection)
