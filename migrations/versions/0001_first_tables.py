"""First tables: clients, resources, users, keys, authority, single uses, failures, leases."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
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


def word(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def moment(name: str, *, nullable: bool = False) -> sa.Column[float]:
    return sa.Column(name, sa.Double(), nullable=nullable)


def secret_columns() -> list[sa.Column[Any]]:
    return [
        word("kind"),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        word("pepper_id"),
        word("hint"),
        moment("created_at"),
        moment("expires_at", nullable=True),
        moment("last_used_at", nullable=True),
    ]


def upgrade() -> None:
    create_issuers()
    create_clients()
    create_resources()
    create_users()
    create_signing_keys()
    create_authority()
    create_expiring_tables()


def create_issuers() -> None:
    op.create_table(
        "issuers",
        issuer_id(),
        word("url"),
        moment("created_at"),
        sa.PrimaryKeyConstraint("issuer_id", name="pk_issuers"),
        sa.UniqueConstraint("url", name="uq_issuers_url"),
    )


def create_clients() -> None:
    op.create_table(
        "clients",
        issuer_id(),
        word("client_id"),
        word("name"),
        word("auth_method"),
        sa.Column("access_token_seconds", sa.Integer(), nullable=False),
        word("status"),
        word("jwks"),
        word("contact"),
        moment("created_at"),
        sa.PrimaryKeyConstraint("issuer_id", "client_id", name="pk_clients"),
    )
    op.create_table(
        "client_permissions",
        issuer_id(),
        word("client_id"),
        word("kind"),
        word("value"),
        sa.PrimaryKeyConstraint(
            "issuer_id", "client_id", "kind", "value", name="pk_client_permissions"
        ),
        sa.ForeignKeyConstraint(
            ["issuer_id", "client_id"],
            ["clients.issuer_id", "clients.client_id"],
            name="fk_client_permissions_clients",
        ),
    )
    op.create_index(
        "ix_client_permissions_issuer_id_kind_value",
        "client_permissions",
        ["issuer_id", "kind", "value"],
    )
    op.create_table(
        "client_secrets",
        issuer_id(),
        word("secret_id"),
        word("client_id"),
        *secret_columns(),
        sa.PrimaryKeyConstraint("issuer_id", "secret_id", name="pk_client_secrets"),
        sa.ForeignKeyConstraint(
            ["issuer_id", "client_id"],
            ["clients.issuer_id", "clients.client_id"],
            name="fk_client_secrets_clients",
        ),
    )
    op.create_index("ix_client_secrets_expires_at", "client_secrets", ["expires_at"])
    op.create_index(
        "ix_client_secrets_issuer_id_client_id", "client_secrets", ["issuer_id", "client_id"]
    )


def create_resources() -> None:
    op.create_table(
        "resources",
        issuer_id(),
        word("name"),
        word("kind"),
        word("identifier"),
        word("url"),
        word("context_path"),
        word("signing_algorithm"),
        word("status"),
        moment("created_at"),
        sa.PrimaryKeyConstraint("issuer_id", "name", name="pk_resources"),
        sa.UniqueConstraint("issuer_id", "identifier", name="uq_resources_issuer_id_identifier"),
    )
    op.create_table(
        "resource_credentials",
        issuer_id(),
        word("secret_id"),
        word("resource_name"),
        word("purpose"),
        *secret_columns(),
        sa.PrimaryKeyConstraint("issuer_id", "secret_id", name="pk_resource_credentials"),
        sa.ForeignKeyConstraint(
            ["issuer_id", "resource_name"],
            ["resources.issuer_id", "resources.name"],
            name="fk_resource_credentials_resources",
        ),
    )
    op.create_index("ix_resource_credentials_expires_at", "resource_credentials", ["expires_at"])
    op.create_index(
        "ix_resource_credentials_issuer_id_resource_name",
        "resource_credentials",
        ["issuer_id", "resource_name"],
    )


def create_users() -> None:
    op.create_table(
        "users",
        issuer_id(),
        word("subject"),
        word("username"),
        sa.Column("is_administrator", sa.Boolean(), nullable=False),
        word("status"),
        sa.Column("password_hash", sa.LargeBinary(), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        moment("created_at"),
        sa.PrimaryKeyConstraint("issuer_id", "subject", name="pk_users"),
        sa.UniqueConstraint("issuer_id", "username", name="uq_users_issuer_id_username"),
    )


def create_signing_keys() -> None:
    op.create_table(
        "signing_keys",
        issuer_id(),
        word("kid"),
        word("algorithm"),
        word("state"),
        word("public_jwk"),
        sa.Column("sealed_private", sa.LargeBinary(), nullable=False),
        moment("created_at"),
        moment("activated_at", nullable=True),
        moment("retired_at", nullable=True),
        moment("ended_at", nullable=True),
        sa.PrimaryKeyConstraint("issuer_id", "kid", name="pk_signing_keys"),
    )


def create_authority() -> None:
    authority = op.create_table(
        "authority",
        issuer_id(),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("kept_from", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("issuer_id", name="pk_authority"),
    )
    op.bulk_insert(authority, [{"issuer_id": 1, "seq": 0, "kept_from": 1}])
    op.create_table(
        "authority_changes",
        issuer_id(),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        word("kind"),
        word("value"),
        moment("expires_at"),
        moment("issued_until"),
        sa.PrimaryKeyConstraint("issuer_id", "seq", name="pk_authority_changes"),
    )
    op.create_index("ix_authority_changes_expires_at", "authority_changes", ["expires_at"])
    op.create_index(
        "ix_authority_changes_issuer_id_kind_value",
        "authority_changes",
        ["issuer_id", "kind", "value"],
    )


def create_expiring_tables() -> None:
    op.create_table(
        "assertion_uses",
        issuer_id(),
        word("client_id"),
        sa.Column("jti_digest", sa.LargeBinary(), nullable=False),
        moment("expires_at"),
        sa.PrimaryKeyConstraint("issuer_id", "client_id", "jti_digest", name="pk_assertion_uses"),
    )
    op.create_index("ix_assertion_uses_expires_at", "assertion_uses", ["expires_at"])
    op.create_table(
        "failures",
        word("key"),
        sa.Column("window_start", sa.Double(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        moment("expires_at"),
        sa.PrimaryKeyConstraint("key", "window_start", name="pk_failures"),
    )
    op.create_index("ix_failures_expires_at", "failures", ["expires_at"])
    op.create_table(
        "leases",
        word("name"),
        word("holder"),
        moment("until"),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
    )
