"""People: personal data, sessions, devices, groups; clients that register themselves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLES = (
    "sessions",
    "logout_deliveries",
    "device_authorizations",
    "initial_access_tokens",
    "registrations",
    "group_members",
    "user_groups",
)
PERSONAL_WORDS = (
    "former_username",
    "name",
    "given_name",
    "family_name",
    "email",
    "canonical_email",
    "locale",
    "zoneinfo",
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
    add_personal_columns()
    create_sessions()
    create_logout_deliveries()
    create_devices()
    create_registrations()
    create_groups()


def downgrade() -> None:
    """People are signed out. The name of a deleted user stays free."""
    for table in TABLES:
        op.drop_table(table)
    op.drop_index("ix_users_issuer_id_canonical_email", "users")
    for name in (*PERSONAL_WORDS, "email_verified", "updated_at"):
        op.drop_column("users", name)
    op.drop_column("clients", "profile")


def add_personal_columns() -> None:
    op.add_column(
        "clients", sa.Column("profile", sa.Text(), nullable=False, server_default=sa.text("'{}'"))
    )
    for name in PERSONAL_WORDS:
        op.add_column(
            "users", sa.Column(name, sa.Text(), nullable=False, server_default=sa.text("''"))
        )
    op.add_column(
        "users",
        sa.Column("email_verified", sa.Boolean(), nullable=False, server_default=sa.text("false")),
    )
    op.add_column(
        "users", sa.Column("updated_at", sa.Double(), nullable=False, server_default=sa.text("0"))
    )
    index("users", "issuer_id", "canonical_email")


def create_sessions() -> None:
    op.create_table(
        "sessions",
        issuer_id(),
        word("session_id"),
        word("subject"),
        octets("digest"),
        word("pepper_id"),
        moment("auth_time"),
        word("acr"),
        word("amr"),
        moment("created_at"),
        moment("last_seen_at"),
        number("idle_seconds"),
        moment("valid_until"),
        moment("expires_at"),
        word("peer"),
        word("user_agent"),
        moment("ended_at", nullable=True),
        sa.PrimaryKeyConstraint("issuer_id", "session_id", name="pk_sessions"),
    )
    index("sessions", "expires_at")
    index("sessions", "issuer_id", "digest", unique=True)
    index("sessions", "issuer_id", "subject")


def create_logout_deliveries() -> None:
    op.create_table(
        "logout_deliveries",
        issuer_id(),
        word("delivery_id"),
        word("client_id"),
        word("uri"),
        word("subject"),
        word("session_id"),
        moment("created_at"),
        moment("next_attempt_at"),
        number("attempts"),
        moment("expires_at"),
        sa.PrimaryKeyConstraint("issuer_id", "delivery_id", name="pk_logout_deliveries"),
    )
    index("logout_deliveries", "expires_at")
    index("logout_deliveries", "issuer_id", "next_attempt_at")


def create_devices() -> None:
    op.create_table(
        "device_authorizations",
        issuer_id(),
        octets("digest"),
        octets("user_code_digest"),
        word("pepper_id"),
        word("client_id"),
        word("scopes"),
        word("audience"),
        word("resource_name"),
        word("state"),
        number("interval_seconds"),
        moment("created_at"),
        moment("expires_at"),
        word("peer"),
        word("user_agent"),
        moment("last_polled_at", nullable=True),
        word("grant_id"),
        sa.PrimaryKeyConstraint("issuer_id", "digest", name="pk_device_authorizations"),
    )
    index("device_authorizations", "expires_at")
    index("device_authorizations", "issuer_id", "user_code_digest", unique=True)


def create_registrations() -> None:
    op.create_table(
        "initial_access_tokens",
        issuer_id(),
        word("token_id"),
        octets("digest"),
        word("pepper_id"),
        word("label"),
        word("template"),
        number("quota"),
        number("used"),
        moment("created_at"),
        moment("expires_at"),
        moment("revoked_at", nullable=True),
        sa.PrimaryKeyConstraint("issuer_id", "token_id", name="pk_initial_access_tokens"),
    )
    index("initial_access_tokens", "expires_at")
    index("initial_access_tokens", "issuer_id", "digest", unique=True)
    op.create_table(
        "registrations",
        issuer_id(),
        word("client_id"),
        octets("digest"),
        word("pepper_id"),
        word("token_id"),
        moment("created_at"),
        moment("last_used_at"),
        sa.PrimaryKeyConstraint("issuer_id", "client_id", name="pk_registrations"),
    )
    index("registrations", "issuer_id", "last_used_at")


def create_groups() -> None:
    op.create_table(
        "user_groups",
        issuer_id(),
        word("name"),
        word("description"),
        moment("created_at"),
        sa.PrimaryKeyConstraint("issuer_id", "name", name="pk_user_groups"),
    )
    op.create_table(
        "group_members",
        issuer_id(),
        word("group_name"),
        word("subject"),
        sa.PrimaryKeyConstraint("issuer_id", "group_name", "subject", name="pk_group_members"),
        sa.ForeignKeyConstraint(
            ["issuer_id", "group_name"],
            ["user_groups.issuer_id", "user_groups.name"],
            name="fk_group_members_user_groups",
        ),
    )
    index("group_members", "issuer_id", "subject")
