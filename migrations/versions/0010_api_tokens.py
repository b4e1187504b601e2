"""API tokens, and users whose credentials rest."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ORDERED = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INDEXED = (
    ("expires_at",),
    ("issuer_id", "digest"),
    ("issuer_id", "subject"),
    ("issuer_id", "owner"),
    ("issuer_id", "client_id"),
    ("issuer_id", "lineage_id"),
)


def word(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def moment(name: str, *, nullable: bool = False) -> sa.Column[float]:
    return sa.Column(name, sa.Double(), nullable=nullable)


def octets(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(), nullable=True)


def upgrade() -> None:
    create_api_tokens()
    op.add_column("users", moment("credentials_disabled_at", nullable=True))


def downgrade() -> None:
    """Nobody's credentials rest any more; API tokens are forgotten, and with them what they did.

    The version before knows no API tokens, and refuses them.
    """
    op.drop_column("users", "credentials_disabled_at")
    op.drop_table("api_tokens")


def create_api_tokens() -> None:
    op.create_table(
        "api_tokens",
        sa.Column(
            "issuer_id",
            sa.Integer(),
            server_default=sa.text("1"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("token_id", ORDERED, nullable=False),
        word("lineage_id"),
        word("subject_type"),
        word("subject"),
        word("owner"),
        word("client_id"),
        word("name"),
        word("purpose"),
        word("folded_purpose"),
        word("team"),
        word("ticket"),
        word("scopes"),
        word("resources"),
        word("presentations"),
        word("details", nullable=True),
        word("networks", nullable=True),
        word("status"),
        word("secret_id", nullable=True),
        word("secret_kind", nullable=True),
        octets("digest"),
        word("pepper_id", nullable=True),
        word("hint", nullable=True),
        moment("secret_created_at", nullable=True),
        moment("secret_expires_at", nullable=True),
        moment("created_at"),
        word("created_by"),
        word("created_from"),
        moment("expires_at"),
        word("successor_id"),
        moment("status_changed_at"),
        word("reason"),
        moment("exposed_at", nullable=True),
        moment("last_used_at", nullable=True),
        word("last_network"),
        octets("last_network_key"),
        word("last_agent"),
        sa.PrimaryKeyConstraint("issuer_id", "token_id", name="pk_api_tokens"),
    )
    for columns in INDEXED:
        op.create_index(f"ix_api_tokens_{'_'.join(columns)}", "api_tokens", columns)
