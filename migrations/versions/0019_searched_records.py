"""Indexes of records that are searched for, and of lists with a state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from alembic import op

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

BATCH = 1000
NO_SUCCESS = "outcome <> 'success'"
INDEXED: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("audit_records", ("outcome", "at"), NO_SUCCESS),
    ("audit_records", ("action", "outcome", "at"), NO_SUCCESS),
    ("audit_records", ("object_id", "at"), "object_kind <> 'decision'"),
    ("audit_records", ("reason",), "reason <> ''"),
    ("audit_records", ("resource",), "resource <> ''"),
    ("users", ("issuer_id", "status", "username"), ""),
    ("api_tokens", ("issuer_id", "owner", "created_at", "token_id"), ""),
    ("api_tokens", ("issuer_id", "client_id", "created_at", "token_id"), ""),
    ("api_tokens", ("issuer_id", "team", "created_at", "token_id"), "team <> ''"),
    ("api_tokens", ("issuer_id", "ticket", "created_at", "token_id"), "ticket <> ''"),
    (
        "api_tokens",
        ("issuer_id", "status", "created_at", "token_id", "expires_at", "last_used_at"),
        "",
    ),
    ("api_tokens", ("issuer_id", "subject_type", "created_at", "token_id"), ""),
    ("grants", ("issuer_id", "resource_name", "created_at", "grant_id"), ""),
    ("grants", ("issuer_id", "origin", "created_at", "grant_id"), ""),
    ("mails", ("issuer_id", "kind", "created_at", "mail_id"), ""),
    ("mails", ("issuer_id", "recipient", "created_at", "mail_id"), ""),
)
UNUSED = (
    "ix_api_tokens_unused",
    ("issuer_id", "status", "last_used_at", "created_at", "token_id"),
)
STANDING = "ix_api_tokens_standing"
STOOD = ("issuer_id", "status", "expires_at", "created_at", "last_used_at")
STANDS = ("issuer_id", "status", "expires_at", "token_id", "created_at", "last_used_at")
# The longer ones begin with the same columns.
REPLACED: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("api_tokens", ("issuer_id", "owner")),
    ("api_tokens", ("issuer_id", "client_id")),
    ("grants", ("issuer_id", "resource_name")),
)
WORDS = {"api_token.scope": "scopes", "api_token.resource": "resources"}


def upgrade() -> None:
    """Lists keep their order within a state, an owner, a site; rare records are found at once.

    On PostgreSQL everybody goes on writing meanwhile. Whatever an upgrade that was stopped has
    left is made anew.
    """
    for kind, column in WORDS.items():
        fill(kind, column)
    for table, columns, where in INDEXED:
        make(name_of(table, columns), table, columns, where)
    make(UNUSED[0], "api_tokens", UNUSED[1])
    make(STANDING, "api_tokens", STANDS)
    for table, columns in REPLACED:
        drop(name_of(table, columns), table)


def downgrade() -> None:
    for table, columns in REPLACED:
        make(name_of(table, columns), table, columns)
    make(STANDING, "api_tokens", STOOD)
    drop(UNUSED[0], "api_tokens")
    for table, columns, _ in INDEXED:
        drop(name_of(table, columns), table)
    words = sa.table("search_words", sa.column("kind"))
    op.get_bind().execute(sa.delete(words).where(words.c.kind.in_(list(WORDS))))


def make(name: str, table: str, columns: Sequence[str], where: str = "") -> None:
    only = sa.text(where) if where else None
    drop(name, table)
    if op.get_bind().dialect.name != "postgresql":
        op.create_index(name, table, columns, sqlite_where=only)
        return
    with op.get_context().autocommit_block():
        op.create_index(name, table, columns, postgresql_where=only, postgresql_concurrently=True)


def drop(name: str, table: str) -> None:
    if op.get_bind().dialect.name != "postgresql":
        op.drop_index(name, table, if_exists=True)
        return
    if op.get_bind().scalar(sa.select(sa.func.to_regclass(name))) is not None:
        with op.get_context().autocommit_block():
            op.drop_index(name, table, postgresql_concurrently=True)


def fill(kind: str, column: str) -> None:
    """By which words tokens that are there already are found."""
    target = sa.table("search_words", *map(sa.column, ("issuer_id", "kind", "member", "word")))
    op.get_bind().execute(sa.delete(target).where(target.c.kind == kind))
    for rows in pages(column):
        words = [
            {"issuer_id": issuer_id, "kind": kind, "member": token_id, "word": word}
            for issuer_id, token_id, text in rows
            for word in sorted(set(text.split(" ")) - {""})
        ]
        if words:
            op.get_bind().execute(sa.insert(target), words)


def pages(column: str) -> Iterator[Sequence[Any]]:
    tokens = sa.table("api_tokens", *map(sa.column, ("issuer_id", "token_id", column)))
    key = sa.tuple_(tokens.c.issuer_id, tokens.c.token_id)
    asked = sa.select(tokens).order_by(tokens.c.issuer_id, tokens.c.token_id).limit(BATCH)
    rows = op.get_bind().execute(asked).all()
    while rows:
        yield rows
        last = sa.tuple_(sa.literal(rows[-1][0]), sa.literal(rows[-1][1]))
        rows = op.get_bind().execute(asked.where(key > last)).all()


def name_of(table: str, columns: Sequence[str]) -> str:
    # PostgreSQL's names are short.
    return f"ix_{table}_{'_'.join(columns[:4])}"
