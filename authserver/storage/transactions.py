"""What a store works on: a connection inside a transaction, and for whom.

Who locks several things takes them in one order, so that nobody waits in a circle: policy
documents (the default one first, then by their names), API tokens by their ids, clients, resources,
providers, identities, users by their subjects, groups by their names, tickets for tokens, mails,
authorization requests, devices, sessions; then a code or a refresh token, then its grant; then the
authority's sequence, after everything that it tells of; and the lock of those who write audit
records last, which whoever opened the transaction takes for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Connection, Select


@dataclass(frozen=True, slots=True)
class Lookup:
    """A query that is built once, as it is and locking its rows (`Transaction.for_change`)."""

    plain: Select[Any]
    locking: Select[Any]

    @classmethod
    def of(cls, query: Select[Any]) -> Lookup:
        """Both forms of the query."""
        return cls(query, query.with_for_update(key_share=True))


@dataclass(frozen=True, slots=True)
class Transaction:
    """One open transaction of one issuer."""

    connection: Connection
    issuer_id: int
    writing: bool

    def for_change(self, query: Select[Any]) -> Select[Any]:
        """The query, locking its rows until the end when this transaction may write.

        So that of two administrators who read, change and save one row at the same time, the
        second sees what the first did. SQLite has one writer anyway and ignores it.
        """
        return query.with_for_update(key_share=True) if self.writing else query

    def form_of(self, lookup: Lookup) -> Select[Any]:
        """What `for_change` would make of the query, made before."""
        return lookup.locking if self.writing else lookup.plain
