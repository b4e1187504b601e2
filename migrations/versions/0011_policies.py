"""Versions of policy documents."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def issuer_id() -> sa.Column[int]:
    return sa.Column(
        "issuer_id",
        sa.Integer(),
        server_default=sa.text("1"),
        autoincrement=False,
        nullable=False,
    )


def upgrade() -> None:
    op.create_table(
        "policy_documents",
        issuer_id(),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("issuer_id", "name", name="pk_policy_documents"),
    )
    op.create_table(
        "policy_versions",
        issuer_id(),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("applied_at", sa.Double(), nullable=False),
        sa.Column("applied_by", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("issuer_id", "name", "number", name="pk_policy_versions"),
    )


def downgrade() -> None:
    """The version before asks no policies."""
    op.drop_table("policy_versions")
    op.drop_table("policy_documents")
