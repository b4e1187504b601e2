"""How calls are handed over to sites, and which accounts stand for subjects there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ORDERED = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "hand_overs",
        sa.Column("issuer_id", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("resource_name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("header", sa.Text(), nullable=False),
        sa.Column("sealed_credential", sa.LargeBinary(), nullable=False),
        sa.Column("changed_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("issuer_id", "resource_name", name="pk_hand_overs"),
        sa.ForeignKeyConstraint(
            ["issuer_id", "resource_name"],
            ["resources.issuer_id", "resources.name"],
            name="fk_hand_overs_resources",
        ),
    )
    op.create_table(
        "subject_accounts",
        sa.Column("issuer_id", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("resource_name", sa.Text(), nullable=False),
        sa.Column("subject", ORDERED, nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint(
            "issuer_id", "resource_name", "subject", name="pk_subject_accounts"
        ),
        sa.ForeignKeyConstraint(
            ["issuer_id", "resource_name"],
            ["resources.issuer_id", "resources.name"],
            name="fk_subject_accounts_resources",
        ),
    )


def downgrade() -> None:
    """Credentials of sites and mappings are lost: the version before knows neither."""
    op.drop_table("subject_accounts")
    op.drop_table("hand_overs")
