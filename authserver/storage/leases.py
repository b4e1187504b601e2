"""Named leases: the `LeaseStore` port."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, or_

from authserver.storage.inserts import insert_into
from authserver.storage.rows.leases import leases

if TYPE_CHECKING:
    from authserver.storage.transactions import Transaction


class LeaseRows:
    """The leases of one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        """Work inside the transaction."""
        self._connection = transaction.connection

    def acquire(self, name: str, holder: str, now: float, seconds: float) -> bool:
        """Take or renew; False while somebody else's lease runs."""
        statement = insert_into(self._connection, leases).values(
            name=name, holder=holder, until=now + seconds
        )
        taken = self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=[leases.c.name],
                set_={"holder": statement.excluded.holder, "until": statement.excluded.until},
                where=or_(leases.c.holder == holder, leases.c.until <= now),
            )
        )
        return taken.rowcount == 1

    def release(self, name: str, holder: str) -> None:
        """Give back early; somebody else's lease stays."""
        self._connection.execute(
            delete(leases).where(leases.c.name == name, leases.c.holder == holder)
        )
