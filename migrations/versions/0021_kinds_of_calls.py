"""Indexes of counted calls by their kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from alembic import op

if TYPE_CHECKING:
    from collections.abc import Sequence

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

TABLE = "call_counts"
INDEXED = tuple(("issuer_id", each, "hour") for each in ("resource", "way", "outcome", "reason"))


def upgrade() -> None:
    """The hours in which calls of a kind were are found at once, however rare those are.

    On PostgreSQL everybody goes on counting meanwhile. Whatever an upgrade that was stopped has
    left is made anew.
    """
    for columns in INDEXED:
        make(columns)


def downgrade() -> None:
    for columns in INDEXED:
        drop(columns)


def make(columns: Sequence[str]) -> None:
    drop(columns)
    if op.get_bind().dialect.name != "postgresql":
        op.create_index(name_of(columns), TABLE, columns)
        return
    with op.get_context().autocommit_block():
        op.create_index(name_of(columns), TABLE, columns, postgresql_concurrently=True)


def drop(columns: Sequence[str]) -> None:
    name = name_of(columns)
    if op.get_bind().dialect.name != "postgresql":
        op.drop_index(name, TABLE, if_exists=True)
        return
    if op.get_bind().scalar(sa.select(sa.func.to_regclass(name))) is not None:
        with op.get_context().autocommit_block():
            op.drop_index(name, TABLE, postgresql_concurrently=True)


def name_of(columns: Sequence[str]) -> str:
    return f"ix_{TABLE}_{'_'.join(columns)}"
