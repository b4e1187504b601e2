"""Audit: records, seals, checkpoints, and how far each journal was moved."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

IDENTIFIER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def word(name: str) -> sa.Column[str]:
    return sa.Column(name, WORD, nullable=False)


def moment(name: str, *, nullable: bool = False) -> sa.Column[float]:
    return sa.Column(name, sa.Double(), nullable=nullable)


def whole(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def octets(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(), nullable=False)


def index_where(condition: str, name: str, columns: list[str], *, unique: bool = False) -> None:
    op.create_index(
        name,
        "audit_records",
        columns,
        unique=unique,
        sqlite_where=sa.text(condition),
        postgresql_where=sa.text(condition),
    )


def upgrade() -> None:
    create_records()
    create_seals()
    create_checkpoints()
    create_journals()


def create_records() -> None:
    op.create_table(
        "audit_records",
        sa.Column("id", IDENTIFIER, autoincrement=True, nullable=False),
        sa.Column("issuer_id", sa.Integer(), nullable=False),
        moment("at"),
        moment("recorded_at"),
        word("action"),
        word("outcome"),
        word("actor_kind"),
        word("actor"),
        word("client_id"),
        word("resource"),
        word("object_kind"),
        word("object_id"),
        word("token_id"),
        word("reason"),
        word("request_id"),
        word("peer"),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("journal", sa.Integer(), nullable=True),
        sa.Column("journal_offset", sa.BigInteger(), nullable=True),
        word("key_id"),
        octets("code"),
        sa.PrimaryKeyConstraint("id", name="pk_audit_records"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_records_at_id", "audit_records", ["at", "id"])
    op.create_index("ix_audit_records_action_at", "audit_records", ["action", "at"])
    op.create_index("ix_audit_records_actor_at", "audit_records", ["actor", "at"])
    index_where("client_id <> ''", "ix_audit_records_client_id_at", ["client_id", "at"])
    index_where("request_id <> ''", "ix_audit_records_request_id", ["request_id"])
    index_where("token_id <> ''", "ix_audit_records_token_id", ["token_id"])
    index_where(
        "journal IS NOT NULL",
        "uq_audit_records_journal",
        ["journal", "journal_offset"],
        unique=True,
    )


def create_seals() -> None:
    op.create_table(
        "audit_seals",
        sa.Column("number", IDENTIFIER, autoincrement=False, nullable=False),
        whole("position"),
        sa.Column("count", sa.Integer(), nullable=False),
        whole("first_id"),
        whole("last_id"),
        moment("newest_at"),
        moment("sealed_at"),
        octets("ids"),
        octets("codes"),
        octets("content"),
        octets("previous"),
        octets("code"),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("pruned", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_audit_seals"),
    )


def create_checkpoints() -> None:
    op.create_table(
        "audit_checkpoints",
        sa.Column("number", IDENTIFIER, autoincrement=False, nullable=False),
        moment("at"),
        whole("seal"),
        octets("code"),
        whole("position"),
        whole("pruned_through"),
        sa.Column("key_id", sa.Text(), nullable=False),
        octets("signature"),
        sa.PrimaryKeyConstraint("number", name="pk_audit_checkpoints"),
    )


def create_journals() -> None:
    op.create_table(
        "audit_journals",
        sa.Column("journal", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        whole("moved_to"),
        sa.Column("damaged", sa.Integer(), nullable=False),
        moment("ended_at", nullable=True),
        sa.PrimaryKeyConstraint("journal", name="pk_audit_journals"),
        sa.UniqueConstraint("name", name="uq_audit_journals_name"),
        sqlite_autoincrement=True,
    )
