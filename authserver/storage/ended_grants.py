"""What grants that ended before their time leave behind: codes and refresh tokens."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from authserver.storage.bounded_deletions import bounded_deletion
from authserver.storage.rows.grants import UNCLEARED, authorization_codes, grants, refresh_tokens

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection, Table


@dataclass(frozen=True, slots=True)
class EndedGrants:
    """Removes the codes and refresh tokens of grants that ended `keep_seconds` ago.

    Whoever ends a grant leaves them alone: a family can be thousands of rows, which nobody should
    wait for, and their locks come before the grant's.
    """

    keep_seconds: float
    name: str = "ended grants"

    def delete_batch(self, connection: Connection, now: float, limit: int) -> int:
        """Clear at most `limit` grants; the rows deleted, and the grants that are clear now."""
        ended = connection.execute(
            select(grants.c.issuer_id, grants.c.grant_id)
            .where(UNCLEARED, grants.c.ended_at <= now - self.keep_seconds)
            .order_by(grants.c.ended_at)
            .limit(limit)
        )
        by_issuer: dict[int, list[str]] = defaultdict(list)
        for row in ended:
            by_issuer[row.issuer_id].append(row.grant_id)
        deleted = 0
        for table in (refresh_tokens, authorization_codes):
            for issuer_id, grant_ids in by_issuer.items():
                deleted += _delete(connection, table, issuer_id, grant_ids, limit - deleted)
                if deleted >= limit:
                    return deleted
        return deleted + _mark(connection, by_issuer)


def _delete(
    connection: Connection, table: Table, issuer_id: int, grant_ids: Sequence[str], limit: int
) -> int:
    # Rows that somebody else has locked stay until they expire by themselves.
    return connection.execute(
        bounded_deletion(
            connection,
            table,
            limit,
            table.c.issuer_id == issuer_id,
            table.c.grant_id.in_(grant_ids),
        )
    ).rowcount


def _mark(connection: Connection, by_issuer: Mapping[int, Sequence[str]]) -> int:
    marked = 0
    for issuer_id, grant_ids in by_issuer.items():
        marked += connection.execute(
            update(grants)
            .where(grants.c.issuer_id == issuer_id, grants.c.grant_id.in_(grant_ids))
            .values(is_cleared=True)
        ).rowcount
    return marked
