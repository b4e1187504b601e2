"""Roles of those who administer, and answers to repeated creations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Whoever administers already is an owner, by the flag that is there."""
    for table in ("users", "identities"):
        op.add_column(
            table, sa.Column("roles", sa.Text(), server_default=sa.text("'[]'"), nullable=False)
        )
    op.create_table(
        "idempotency_keys",
        sa.Column(
            "issuer_id",
            sa.Integer(),
            server_default=sa.text("1"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("key_digest", sa.LargeBinary(), nullable=False),
        sa.Column("request_digest", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("sealed_answer", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("issuer_id", "caller", "key_digest", name="pk_idempotency_keys"),
    )
    op.create_index("ix_idempotency_keys_expires_at", "idempotency_keys", ["expires_at"])


def downgrade() -> None:
    """Roles but the owner's end, and so does the administration API: the version before knows none.

    A client keeps its scopes, which mean nothing there.
    """
    op.execute("DELETE FROM provider_rules WHERE effect = 'role'")
    op.execute(
        "DELETE FROM client_permissions WHERE kind = 'resource' AND value IN "
        "(SELECT name FROM resources WHERE kind = 'authserver')"
    )
    op.execute("DELETE FROM resources WHERE kind = 'authserver'")
    op.drop_index("ix_idempotency_keys_expires_at", "idempotency_keys")
    op.drop_table("idempotency_keys")
    for table in ("identities", "users"):
        op.drop_column(table, "roles")
