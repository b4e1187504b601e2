"""What every store works with: its transaction, and the rows of its issuer."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Table

    from authserver.storage.transactions import Transaction


class Store:
    """A store of one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        """Work inside the transaction."""
        self._transaction = transaction
        self._connection = transaction.connection
        self._issuer_id = transaction.issuer_id

    def _mine(self, table: Table) -> ColumnElement[bool]:
        return table.c.issuer_id == self._issuer_id
