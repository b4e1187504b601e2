"""The issuer that a database belongs to: stored once, for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from authserver.domain.errors import Conflict
from authserver.storage.rows.issuers import issuers
from authserver.storage.rows.metadata import DEFAULT_ISSUER

if TYPE_CHECKING:
    from authserver.storage.database import SqlDatabase


def stored_issuer(database: SqlDatabase) -> str | None:
    """The issuer URL, `None` before `remember_issuer`.

    Raises:
        StorageUnavailable: the database does not answer.
    """
    with database.connection_for_reading() as connection:
        found = connection.execute(
            select(issuers.c.url).where(issuers.c.issuer_id == DEFAULT_ISSUER)
        ).scalar_one_or_none()
    return None if found is None else str(found)


def remember_issuer(database: SqlDatabase, url: str, now: float) -> bool:
    """Store the issuer; True when that happened now, False when the same was stored before.

    Raises:
        Conflict: another issuer is stored: tokens and clients know this database by that one.
        StorageUnavailable: the database does not answer.
    """
    known = stored_issuer(database)
    if known is None:
        try:
            with database.connection_for_writing() as connection:
                connection.execute(
                    insert(issuers).values(issuer_id=DEFAULT_ISSUER, url=url, created_at=now)
                )
        except IntegrityError:
            known = stored_issuer(database)
        else:
            return True
    if known == url:
        return False
    raise Conflict(
        f"this database belongs to the issuer {known}: set issuer to that, "
        "or use another database for the new one"
    )
