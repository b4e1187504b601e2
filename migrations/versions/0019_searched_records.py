"""Indexes of records that are searched for, and of lists with a state."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from alembic import op

if TYPE_CHECKING:
    from collections.abc import Sequence

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

NO_SUCCESS = "outcome <> 'success'"
INDEXED = (
    ("audit_records", ("outcome", "at"), NO_SUCCESS),
    ("audit_records", ("action", "outcome", "at"), NO_SUCCESS),
    ("audit_records", ("object_id", "at"), "object_kind <> 'decision'"),
    ("audit_records", ("reason",), "reason <> ''"),
    ("audit_records", ("resource",), "resource <> ''"),
    ("users", ("issuer_id", "status", "username"), ""),
    ("api_tokens", ("issuer_id", "owner", "created_at", "token_id"), ""),
    ("api_tokens", ("issuer_id", "client_id", "created_at", "token_id"), ""),
    (
        "api_tokens",
        ("issuer_id", "status", "created_at", "token_id", "expires_at", "last_used_at"),
        "",
    ),
    ("api_tokens", ("issuer_id", "subject_type", "created_at", "token_id"), ""),
    ("grants", ("issuer_id", "resource_name", "created_at", "grant_id"), ""),
    ("mails", ("issuer_id", "kind", "created_at", "mail_id"), ""),
    ("mails", ("issuer_id", "recipient", "created_at", "mail_id"), ""),
)
# The longer ones begin with the same columns.
REPLACED = (
    ("api_tokens", ("issuer_id", "owner")),
    ("api_tokens", ("issuer_id", "client_id")),
    ("grants", ("issuer_id", "resource_name")),
)


def upgrade() -> None:
    """Lists keep their order within a state, an owner, a site; rare records are found at once."""
    for table, columns, where in INDEXED:
        only = sa.text(where) if where else None
        op.create_index(
            name_of(table, columns), table, columns, sqlite_where=only, postgresql_where=only
        )
    for table, columns in REPLACED:
        op.drop_index(name_of(table, columns), table)


def downgrade() -> None:
    for table, columns in REPLACED:
        op.create_index(name_of(table, columns), table, columns)
    for table, columns, _ in INDEXED:
        op.drop_index(name_of(table, columns), table)


def name_of(table: str, columns: Sequence[str]) -> str:
    # PostgreSQL's names are short.
    return f"ix_{table}_{'_'.join(columns[:4])}"
