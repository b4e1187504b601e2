"""Stamps of the authority's changes: numbers come back after a restore, stamps do not."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

DRAWN = {
    "sqlite": "hex(randomblob(16))",
    "postgresql": "CAST(gen_random_uuid() AS text)",
}


def upgrade() -> None:
    # The default is for servers of the version before, which know no stamps.
    op.add_column(
        "authority_changes",
        sa.Column("stamp", sa.Text(), nullable=False, server_default=sa.text("''")),
    )
    # An older backup that is restored and upgraded must not look like what it was before.
    drawn = DRAWN[op.get_bind().dialect.name]
    op.execute(f"UPDATE authority_changes SET stamp = {drawn}")  # noqa: S608 - one of two constants
