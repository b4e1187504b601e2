"""What grants are limited to beyond scopes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Grants that are there already are not limited."""
    op.add_column("grants", sa.Column("details", sa.Text(), nullable=True))


def downgrade() -> None:
    """Grants that were limited end: without their limits they would give more."""
    op.execute("DELETE FROM grants WHERE details IS NOT NULL")
    op.drop_column("grants", "details")
