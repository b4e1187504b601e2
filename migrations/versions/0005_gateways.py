"""Gateways, named and with keys of their own, instead of one unnamed key for each resource."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KEPT = "kind, digest, pepper_id, hint, created_at, expires_at, last_used_at"


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


def upgrade() -> None:
    create_gateways()
    create_gateway_keys()
    # The keys of a deleted resource have ended with it, and nobody is shown them.
    op.execute(
        "INSERT INTO gateways (issuer_id, name, resource_name, session_cookies, created_at)"
        " SELECT r.issuer_id, r.name, r.name, 'block', MIN(c.created_at)"
        " FROM resources r JOIN resource_credentials c"
        " ON c.issuer_id = r.issuer_id AND c.resource_name = r.name"
        " WHERE c.purpose = 'gateway' AND r.status <> 'deleted'"
        " GROUP BY r.issuer_id, r.name"
    )
    op.execute(
        f"INSERT INTO gateway_keys (issuer_id, secret_id, gateway_name, {KEPT})"  # noqa: S608 - a constant
        f" SELECT issuer_id, secret_id, resource_name, {KEPT} FROM resource_credentials c"
        " WHERE purpose = 'gateway' AND EXISTS (SELECT 1 FROM gateways g"
        " WHERE g.issuer_id = c.issuer_id AND g.name = c.resource_name)"
    )
    op.execute("DELETE FROM resource_credentials WHERE purpose = 'gateway'")


def downgrade() -> None:
    op.execute(
        f"INSERT INTO resource_credentials (issuer_id, secret_id, resource_name, purpose, {KEPT})"  # noqa: S608 - a constant
        " SELECT k.issuer_id, k.secret_id, g.resource_name, 'gateway', "
        + ", ".join(f"k.{name}" for name in KEPT.split(", "))
        + " FROM gateway_keys k JOIN gateways g"
        " ON g.issuer_id = k.issuer_id AND g.name = k.gateway_name"
    )
    op.drop_table("gateway_keys")
    op.drop_table("gateways")


def create_gateways() -> None:
    op.create_table(
        "gateways",
        issuer_id(),
        word("name"),
        word("resource_name"),
        word("session_cookies"),
        moment("created_at"),
        sa.PrimaryKeyConstraint("issuer_id", "name", name="pk_gateways"),
        sa.ForeignKeyConstraint(
            ["issuer_id", "resource_name"],
            ["resources.issuer_id", "resources.name"],
            name="fk_gateways_resources",
        ),
    )
    op.create_index(
        "ix_gateways_issuer_id_resource_name", "gateways", ["issuer_id", "resource_name"]
    )


def create_gateway_keys() -> None:
    op.create_table(
        "gateway_keys",
        issuer_id(),
        word("secret_id"),
        word("gateway_name"),
        word("kind"),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        word("pepper_id"),
        word("hint"),
        moment("created_at"),
        moment("expires_at", nullable=True),
        moment("last_used_at", nullable=True),
        sa.PrimaryKeyConstraint("issuer_id", "secret_id", name="pk_gateway_keys"),
        sa.ForeignKeyConstraint(
            ["issuer_id", "gateway_name"],
            ["gateways.issuer_id", "gateways.name"],
            name="fk_gateway_keys_gateways",
        ),
    )
    op.create_index("ix_gateway_keys_expires_at", "gateway_keys", ["expires_at"])
    op.create_index(
        "ix_gateway_keys_issuer_id_gateway_name", "gateway_keys", ["issuer_id", "gateway_name"]
    )
    op.create_index("ix_gateway_keys_issuer_id_digest", "gateway_keys", ["issuer_id", "digest"])
