"""Up to when denials were swept: a clock that is set back must not bring back what was revoked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "authority",
        sa.Column("denials_swept_until", sa.Double(), nullable=False, server_default=sa.text("0")),
    )
