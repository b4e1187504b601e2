"""Mail that waits to be sent, and tickets for picking up API tokens."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ORDERED = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def issuer_id() -> sa.Column[int]:
    return sa.Column(
        "issuer_id",
        sa.Integer(),
        server_default=sa.text("1"),
        autoincrement=False,
        nullable=False,
    )


def word(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def moment(name: str, *, nullable: bool = False) -> sa.Column[float]:
    return sa.Column(name, sa.Double(), nullable=nullable)


def octets(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(), nullable=False)


def index(table: str, *columns: str, unique: bool = False) -> None:
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, columns, unique=unique)


def upgrade() -> None:
    op.create_table(
        "mails",
        issuer_id(),
        sa.Column("mail_id", ORDERED, nullable=False),
        word("key"),
        word("kind"),
        word("recipient"),
        word("status"),
        octets("sealed"),
        moment("created_at"),
        moment("next_try_at"),
        moment("expires_at"),
        sa.Column("tries", sa.Integer(), nullable=False),
        moment("sent_at", nullable=True),
        word("last_error"),
        sa.PrimaryKeyConstraint("issuer_id", "mail_id", name="pk_mails"),
    )
    index("mails", "expires_at")
    index("mails", "issuer_id", "key", unique=True)
    index("mails", "issuer_id", "status", "next_try_at")
    op.create_table(
        "token_pick_ups",
        issuer_id(),
        octets("digest"),
        word("pepper_id"),
        word("token_id"),
        word("subject"),
        moment("created_at"),
        moment("expires_at"),
        moment("used_at", nullable=True),
        sa.PrimaryKeyConstraint("issuer_id", "digest", name="pk_token_pick_ups"),
    )
    index("token_pick_ups", "expires_at")
    index("token_pick_ups", "issuer_id", "token_id")


def downgrade() -> None:
    """What waits is not sent any more, and no ticket opens anything."""
    op.drop_table("token_pick_ups")
    op.drop_table("mails")
