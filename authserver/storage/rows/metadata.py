"""What every table shares: the metadata, constraint names, the issuer column."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Double, Integer, MetaData, text

metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
"""Names are part of the schema: migrations refer to constraints by them."""

DEFAULT_ISSUER: Final = 1
"""The one issuer of a deployment today."""
NOT_ENDED: Final = text("ended_at IS NULL")
"""Grants or sessions that nobody ended, in the words of their indexes."""
ADMINISTERS: Final = text("(is_administrator OR roles <> '[]')")
"""Those few users or identities that have a role, in the words of their indexes."""


def issuer_column() -> Column[int]:
    """The first part of the primary key of everything that belongs to an issuer."""
    return Column(
        "issuer_id", Integer, primary_key=True, autoincrement=False, server_default=text("1")
    )


def time_column(name: str, *, nullable: bool = False, index: bool = False) -> Column[float]:
    """A point in time: seconds since the epoch, UTC, as a double.

    The domain's floats come back bit for bit from both back-ends, and a double still tells
    microseconds apart for centuries.
    """
    return Column(name, Double, nullable=nullable, index=index)
