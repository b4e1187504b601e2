"""What every store works with: its transaction, and the rows of its issuer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Table

    from authserver.storage.transactions import Transaction


ISSUER: Final = "own_issuer"
"""The parameter of `of_issuer`."""


def of_issuer(table: Table) -> ColumnElement[bool]:
    """Whether a row is the issuer's whose statement it is, for statements that are built once.

    To build a statement costs more than to run it: those of every request are module constants.
    Their parameters begin with `own_`, columns being taken where a statement sets values.
    """
    return table.c.issuer_id == bindparam(ISSUER)


class Store:
    """A store of one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        """Work inside the transaction."""
        self._transaction = transaction
        self._connection = transaction.connection
        self._issuer_id = transaction.issuer_id

    def _own(self, **values: Any) -> dict[str, Any]:
        """The parameters of a statement with `of_issuer`."""
        return {ISSUER: self._issuer_id, **values}

    def _mine(self, table: Table) -> ColumnElement[bool]:
        return table.c.issuer_id == self._issuer_id
