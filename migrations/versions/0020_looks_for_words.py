"""How far members were looked at for missing words, and an index of memberships by user."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from alembic import op

if TYPE_CHECKING:
    from collections.abc import Sequence

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

MEMBERSHIPS = ("group_members", "provider_group_members")
BY_USER = ("issuer_id", "subject", "group_name")
# The new one begins with the same columns.
BY_USER_BEFORE = ("issuer_id", "subject")


def upgrade() -> None:
    """Nothing is looked at here: housekeeping begins with the first member.

    On PostgreSQL everybody goes on writing while the indexes are made. Whatever an upgrade that
    was stopped has left is made anew.
    """
    for table in MEMBERSHIPS:
        make(table, BY_USER)
        drop(table, BY_USER_BEFORE)
    # Last: an index that is made beside others' work ends the transaction.
    op.create_table(
        "search_word_looks",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("laps", sa.Integer(), nullable=False),
        sa.Column("issuer_id", sa.Integer(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("due_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("kind", name="pk_search_word_looks"),
    )


def downgrade() -> None:
    for table in MEMBERSHIPS:
        make(table, BY_USER_BEFORE)
        drop(table, BY_USER)
    op.drop_table("search_word_looks")


def make(table: str, columns: Sequence[str]) -> None:
    drop(table, columns)
    if op.get_bind().dialect.name != "postgresql":
        op.create_index(name_of(table, columns), table, columns)
        return
    with op.get_context().autocommit_block():
        op.create_index(name_of(table, columns), table, columns, postgresql_concurrently=True)


def drop(table: str, columns: Sequence[str]) -> None:
    name = name_of(table, columns)
    if op.get_bind().dialect.name != "postgresql":
        op.drop_index(name, table, if_exists=True)
        return
    if op.get_bind().scalar(sa.select(sa.func.to_regclass(name))) is not None:
        with op.get_context().autocommit_block():
            op.drop_index(name, table, postgresql_concurrently=True)


def name_of(table: str, columns: Sequence[str]) -> str:
    return f"ix_{table}_{'_'.join(columns)}"
