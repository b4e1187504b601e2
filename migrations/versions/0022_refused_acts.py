"""Which acts are refused at all, for PostgreSQL's plans."""

from __future__ import annotations

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

NAME = "st_audit_records_action_outcome"


def upgrade() -> None:
    """Action and outcome go together: a call that was allowed is never refused.

    PostgreSQL takes them for independent, and looks for refused ones among all that were refused.
    It learns better with its next look at the table, which it takes by itself.
    """
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE STATISTICS IF NOT EXISTS {NAME} (mcv) ON action, outcome FROM audit_records"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"DROP STATISTICS IF EXISTS {NAME}")
