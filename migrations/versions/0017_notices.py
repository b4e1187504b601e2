"""Notices by mail that users do without."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

KINDS = "('token-made', 'device-allowed', 'refresh-reused', 'new-sign-in', 'notices-off')"


def upgrade() -> None:
    """Everybody gets all of them."""
    op.add_column(
        "users",
        sa.Column("muted_notices", sa.Text(), server_default=sa.text("'[]'"), nullable=False),
    )


def downgrade() -> None:
    """Notices that wait are not sent any more: the version before cannot write them."""
    op.execute(f"DELETE FROM mails WHERE kind IN {KINDS}")  # noqa: S608 - names of ours
    op.drop_column("users", "muted_notices")
