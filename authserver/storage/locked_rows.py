"""Changing rows that were locked first, in one order for everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Text, any_, func, select
from sqlalchemy.dialects.postgresql import ARRAY

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection
    from sqlalchemy.sql.selectable import CTE


def is_among(connection: Connection, key: ColumnElement[Any], locked: CTE) -> ColumnElement[bool]:
    """Whether `key`, a text, is one of those that `locked` gives in its only column.

    PostgreSQL gets an array. Of a join it believes, as long as nobody has counted the rows of a
    table, that a few meet a few, and then compares every one with every one.
    """
    chosen = select(*locked.columns)
    if connection.dialect.name != "postgresql":
        return key.in_(chosen)
    return key == any_(func.array(chosen.scalar_subquery(), type_=ARRAY(Text)))
