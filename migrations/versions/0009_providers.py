"""Identity providers, who users are there, and sign-ins under way."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TABLES = (
    "upstream_logouts",
    "upstream_sessions",
    "upstream_sign_ins",
    "provider_group_members",
    "identities",
    "provider_denials",
    "provider_documents",
    "provider_rules",
    "provider_domains",
    "provider_secrets",
    "providers",
)


def issuer_id() -> sa.Column[int]:
    return sa.Column(
        "issuer_id",
        sa.Integer(),
        server_default=sa.text("1"),
        autoincrement=False,
        nullable=False,
    )


def word(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def moment(name: str, *, nullable: bool = False) -> sa.Column[float]:
    return sa.Column(name, sa.Double(), nullable=nullable)


def octets(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(), nullable=False)


def flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint("issuer_id", *columns, name=f"pk_{table}")


def of_provider(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["issuer_id", "provider_name"],
        ["providers.issuer_id", "providers.name"],
        name=f"fk_{table}_providers",
    )


def index(table: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, columns)


def upgrade() -> None:
    create_providers()
    create_domains_and_rules()
    create_documents_and_denials()
    create_identities()
    create_sign_ins()
    # Exchanged grants are swept sooner than others.
    index("grants", "origin", "expires_at")


def downgrade() -> None:
    """Users whom a provider made stay, without a way to sign in."""
    # The version before cannot read them, and knows nobody who could present what came of them.
    op.execute("DELETE FROM grants WHERE origin = 'token_exchange'")
    op.drop_index("ix_grants_origin_expires_at", "grants")
    for table in TABLES:
        op.drop_table(table)


def create_providers() -> None:
    op.create_table(
        "providers",
        issuer_id(),
        word("name"),
        word("kind"),
        word("display_name"),
        word("status"),
        word("issuer"),
        word("discovery_url"),
        word("client_id"),
        word("auth"),
        word("subject_rule"),
        moment("created_at"),
        octets("directory_secret"),
        sa.Column("profile", sa.Text(), nullable=False, server_default=sa.text("'{}'")),
        key("providers", "name"),
    )
    index("providers", "issuer_id", "issuer")
    op.create_table(
        "provider_secrets",
        issuer_id(),
        word("provider_name"),
        word("secret_id"),
        octets("sealed"),
        word("hint"),
        moment("created_at"),
        moment("expires_at", nullable=True),
        key("provider_secrets", "provider_name", "secret_id"),
        of_provider("provider_secrets"),
    )
    index("provider_secrets", "expires_at")


def create_domains_and_rules() -> None:
    op.create_table(
        "provider_domains",
        issuer_id(),
        word("domain"),
        word("provider_name"),
        word("routing"),
        moment("created_at"),
        key("provider_domains", "domain"),
        of_provider("provider_domains"),
    )
    op.create_table(
        "provider_rules",
        issuer_id(),
        word("provider_name"),
        word("rule_id"),
        word("external"),
        word("effect"),
        word("value"),
        word("label"),
        moment("created_at"),
        octets("digest"),
        key("provider_rules", "provider_name", "rule_id"),
        of_provider("provider_rules"),
        sa.UniqueConstraint(
            "issuer_id",
            "provider_name",
            "digest",
            name="uq_provider_rules_issuer_id_provider_name_digest",
        ),
    )


def create_documents_and_denials() -> None:
    op.create_table(
        "provider_documents",
        issuer_id(),
        word("provider_name"),
        word("kind"),
        word("body"),
        moment("fetched_at"),
        moment("asked_at"),
        word("problem"),
        flag("is_refused"),
        key("provider_documents", "provider_name", "kind"),
        of_provider("provider_documents"),
    )
    op.create_table(
        "provider_denials",
        issuer_id(),
        word("provider_name"),
        word("kind"),
        word("value"),
        moment("issued_until"),
        moment("expires_at", nullable=True),
        word("reason"),
        moment("created_at"),
        key("provider_denials", "provider_name", "kind", "value"),
        of_provider("provider_denials"),
    )
    index("provider_denials", "expires_at")


def create_identities() -> None:
    op.create_table(
        "identities",
        issuer_id(),
        word("provider_name"),
        word("subject_key"),
        word("subject"),
        word("shown"),
        word("status"),
        moment("created_at"),
        moment("last_sign_in_at", nullable=True),
        moment("last_checked_at"),
        word("snapshot"),
        flag("is_administrator"),
        word("ceiling", nullable=True),
        moment("asleep_since", nullable=True),
        moment("warned_at", nullable=True),
        moment("expires_at", nullable=True),
        key("identities", "provider_name", "subject_key"),
        of_provider("identities"),
    )
    index("identities", "expires_at")
    index("identities", "issuer_id", "subject")
    index("identities", "issuer_id", "provider_name", "last_checked_at")
    op.create_table(
        "provider_group_members",
        issuer_id(),
        word("group_name"),
        word("subject"),
        word("provider_name"),
        key("provider_group_members", "group_name", "subject", "provider_name"),
        sa.ForeignKeyConstraint(
            ["issuer_id", "group_name"],
            ["user_groups.issuer_id", "user_groups.name"],
            name="fk_provider_group_members_user_groups",
        ),
    )
    index("provider_group_members", "issuer_id", "subject")


def create_sign_ins() -> None:
    op.create_table(
        "upstream_sign_ins",
        issuer_id(),
        octets("digest"),
        word("pepper_id"),
        octets("browser"),
        word("browser_pepper_id"),
        word("provider_name"),
        word("purpose"),
        octets("sealed"),
        word("request_id"),
        word("next"),
        sa.Column("max_age", sa.Integer(), nullable=True),
        word("acrs"),
        word("link_subject"),
        moment("created_at"),
        moment("expires_at"),
        key("upstream_sign_ins", "digest"),
    )
    index("upstream_sign_ins", "expires_at")
    op.create_table(
        "upstream_sessions",
        issuer_id(),
        word("session_id"),
        word("provider_name"),
        word("subject_key"),
        word("subject"),
        word("upstream_sid"),
        octets("sealed_id_token"),
        moment("created_at"),
        moment("expires_at"),
        key("upstream_sessions", "session_id"),
    )
    index("upstream_sessions", "expires_at")
    index("upstream_sessions", "issuer_id", "provider_name", "subject_key")
    index("upstream_sessions", "issuer_id", "provider_name", "upstream_sid")
    op.create_table(
        "upstream_logouts",
        issuer_id(),
        word("provider_name"),
        octets("jti_digest"),
        moment("expires_at"),
        key("upstream_logouts", "provider_name", "jti_digest"),
    )
    index("upstream_logouts", "expires_at")
