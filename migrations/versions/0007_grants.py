"""Authorization requests, grants, codes, refresh tokens, consents."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLES = (
    "authorization_requests",
    "pushed_requests",
    "grants",
    "authorization_codes",
    "refresh_tokens",
    "consents",
)


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


def number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), autoincrement=False, nullable=False)


def index(table: str, *columns: str, unique: bool = False) -> None:
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, columns, unique=unique)


def upgrade() -> None:
    create_requests()
    create_grants()
    create_codes()
    create_refresh_tokens()
    create_consents()


def downgrade() -> None:
    """What users allowed is forgotten: the version before knows nothing of it."""
    for table in TABLES:
        op.drop_table(table)


def create_requests() -> None:
    op.create_table(
        "authorization_requests",
        issuer_id(),
        word("request_id"),
        word("parameters"),
        octets("browser"),
        word("pepper_id"),
        moment("created_at"),
        moment("valid_until"),
        moment("expires_at"),
        moment("account_chosen_at", nullable=True),
        moment("consented_at", nullable=True),
        word("consented_subject"),
        word("consented_scopes"),
        moment("denied_at", nullable=True),
        moment("finished_at", nullable=True),
        octets("sealed_answer"),
        sa.PrimaryKeyConstraint("issuer_id", "request_id", name="pk_authorization_requests"),
    )
    index("authorization_requests", "expires_at")
    op.create_table(
        "pushed_requests",
        issuer_id(),
        octets("digest"),
        word("pepper_id"),
        word("parameters"),
        moment("created_at"),
        moment("expires_at"),
        sa.PrimaryKeyConstraint("issuer_id", "digest", name="pk_pushed_requests"),
    )
    index("pushed_requests", "expires_at")


def create_grants() -> None:
    op.create_table(
        "grants",
        issuer_id(),
        word("grant_id"),
        word("client_id"),
        word("subject"),
        word("audience"),
        word("resource_name"),
        word("scopes"),
        word("origin"),
        word("session_id"),
        sa.Column("session_bound", sa.Boolean(), nullable=False),
        word("nonce"),
        moment("auth_time"),
        word("acr"),
        word("amr"),
        word("claims"),
        moment("created_at"),
        moment("valid_until"),
        moment("expires_at"),
        moment("last_used_at", nullable=True),
        moment("ended_at", nullable=True),
        word("end_reason"),
        sa.Column("is_cleared", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.PrimaryKeyConstraint("issuer_id", "grant_id", name="pk_grants"),
    )
    index("grants", "expires_at")
    for column in ("client_id", "subject", "resource_name", "session_id"):
        index("grants", "issuer_id", column)
    uncleared = sa.text("ended_at IS NOT NULL AND NOT is_cleared")
    op.create_index(
        "ix_grants_uncleared",
        "grants",
        ["ended_at"],
        sqlite_where=uncleared,
        postgresql_where=uncleared,
    )


def create_codes() -> None:
    op.create_table(
        "authorization_codes",
        issuer_id(),
        octets("digest"),
        word("pepper_id"),
        word("grant_id"),
        word("client_id"),
        word("redirect_uri"),
        word("code_challenge"),
        moment("issued_at"),
        moment("valid_until"),
        moment("expires_at"),
        moment("spent_at", nullable=True),
        sa.PrimaryKeyConstraint("issuer_id", "digest", name="pk_authorization_codes"),
    )
    index("authorization_codes", "expires_at")
    index("authorization_codes", "issuer_id", "grant_id")


def create_refresh_tokens() -> None:
    op.create_table(
        "refresh_tokens",
        issuer_id(),
        word("grant_id"),
        number("generation"),
        octets("digest"),
        word("pepper_id"),
        moment("issued_at"),
        moment("valid_until"),
        moment("expires_at"),
        moment("superseded_at", nullable=True),
        octets("sealed_successor"),
        number("grace_uses"),
        sa.PrimaryKeyConstraint("issuer_id", "grant_id", "generation", name="pk_refresh_tokens"),
    )
    index("refresh_tokens", "expires_at")
    index("refresh_tokens", "issuer_id", "digest", unique=True)


def create_consents() -> None:
    op.create_table(
        "consents",
        issuer_id(),
        word("subject"),
        word("client_id"),
        word("audience"),
        word("scopes"),
        moment("created_at"),
        moment("updated_at"),
        sa.PrimaryKeyConstraint(
            "issuer_id", "subject", "client_id", "audience", name="pk_consents"
        ),
    )
