"""What was made by files that are applied."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing was, so far."""
    op.create_table(
        "made_objects",
        sa.Column(
            "issuer_id",
            sa.Integer(),
            server_default=sa.text("1"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("issuer_id", "kind", "name", name="pk_made_objects"),
    )


def downgrade() -> None:
    """What files made stays; nobody knows any more that they did."""
    op.drop_table("made_objects")
