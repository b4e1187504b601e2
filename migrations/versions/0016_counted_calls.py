"""Counted calls, and indexes of long lists."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from alembic import op

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ORDERED = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
ADMINISTERING = sa.text("(is_administrator OR roles <> '[]')")
INDEXED = (
    ("clients", ("issuer_id", "created_at", "client_id")),
    ("users", ("issuer_id", "created_at", "subject")),
    ("sessions", ("issuer_id", "created_at", "session_id")),
    ("sessions", ("issuer_id", "valid_until", "session_id")),
    ("grants", ("issuer_id", "client_id", "created_at", "grant_id")),
    ("grants", ("issuer_id", "created_at", "grant_id")),
    ("grants", ("issuer_id", "valid_until", "grant_id")),
    ("api_tokens", ("issuer_id", "created_at", "token_id")),
    ("api_tokens", ("issuer_id", "expires_at", "token_id")),
    ("identities", ("issuer_id", "created_at", "subject", "provider_name")),
    ("identities", ("issuer_id", "last_checked_at", "subject", "provider_name")),
    ("mails", ("issuer_id", "created_at", "mail_id")),
    ("mails", ("issuer_id", "next_try_at", "mail_id")),
    ("mails", ("issuer_id", "status", "created_at", "mail_id")),
)
# A deleted user's name has moved.
NAME_OF_USER = "CASE former_username WHEN '' THEN username ELSE former_username END"
NOT_ENDED = sa.text("ended_at IS NULL")
STANDING_UNTIL_ENDED = (
    ("grants", ("issuer_id", "valid_until", "created_at", "last_used_at")),
    ("sessions", ("issuer_id", "valid_until", "last_seen_at", "idle_seconds")),
)
STANDING = ("issuer_id", "status", "expires_at", "created_at", "last_used_at")
SEARCHED = (
    ("client", "clients", "client_id", ("client_id", "name", "contact")),
    (
        "user",
        "users",
        "subject",
        (NAME_OF_USER, "name", "given_name", "family_name", "email"),
    ),
    ("api_token", "api_tokens", "token_id", ("name", "purpose", "team", "ticket")),
)
WORD = re.compile(r"[^\W_]+")
WORD_MAX = 64
WORDS_MAX = 40
BATCH = 1000


def upgrade() -> None:
    """Members that are there already get their words here; housekeeping counts old records."""
    create_counts()
    create_search_words()
    for kind, table, key, columns in SEARCHED:
        fill(kind, table, key, columns)
    for table, names in INDEXED:
        op.create_index(f"ix_{table}_{'_'.join(names)}", table, names)
    op.create_index("ix_api_tokens_standing", "api_tokens", STANDING)
    for table, names in STANDING_UNTIL_ENDED:
        op.create_index(
            f"ix_{table}_standing",
            table,
            names,
            sqlite_where=NOT_ENDED,
            postgresql_where=NOT_ENDED,
        )
    for table in ("users", "identities"):
        op.create_index(
            f"ix_{table}_administering",
            table,
            ["issuer_id", "subject"],
            sqlite_where=ADMINISTERING,
            postgresql_where=ADMINISTERING,
        )
    # The longer one begins with the same columns.
    op.drop_index("ix_grants_issuer_id_client_id", "grants")


def downgrade() -> None:
    op.create_index("ix_grants_issuer_id_client_id", "grants", ["issuer_id", "client_id"])
    for table in ("users", "identities"):
        op.drop_index(f"ix_{table}_administering", table)
    for table in ("api_tokens", "grants", "sessions"):
        op.drop_index(f"ix_{table}_standing", table)
    for table, names in INDEXED:
        op.drop_index(f"ix_{table}_{'_'.join(names)}", table)
    op.drop_table("search_words")
    op.drop_table("caller_counts")
    op.drop_table("call_counts")
    op.drop_column("audit_journals", "counted_to")


def issuer() -> sa.Column[int]:
    return sa.Column(
        "issuer_id", sa.Integer(), server_default=sa.text("1"), autoincrement=False, nullable=False
    )


def create_counts() -> None:
    words = ("resource", "way", "outcome", "reason")
    for table, columns in (
        ("call_counts", words),
        ("caller_counts", (*words, "client_id", "subject")),
    ):
        op.create_table(
            table,
            issuer(),
            sa.Column("hour", sa.Double(), nullable=False),
            sa.Column("key", sa.Text(), nullable=False),
            *(sa.Column(name, sa.Text(), nullable=False) for name in columns),
            sa.Column("calls", sa.BigInteger(), nullable=False),
            sa.PrimaryKeyConstraint("issuer_id", "hour", "key", name=f"pk_{table}"),
        )
    for who in ("client_id", "subject"):
        op.create_index(
            f"ix_caller_counts_issuer_id_{who}_hour", "caller_counts", ["issuer_id", who, "hour"]
        )
    op.add_column(
        "audit_journals",
        sa.Column("counted_to", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
    )


def create_search_words() -> None:
    columns = ("issuer_id", "kind", "member", "word")
    op.create_table(
        "search_words",
        issuer(),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("word", ORDERED, nullable=False),
        sa.PrimaryKeyConstraint(*columns, name="pk_search_words"),
    )
    op.create_index(
        "ix_search_words_issuer_id_kind_word_member",
        "search_words",
        ["issuer_id", "kind", "word", "member"],
    )


def fill(kind: str, table: str, key: str, columns: Sequence[str]) -> None:
    target = sa.table("search_words", *map(sa.column, ("issuer_id", "kind", "member", "word")))
    connection = op.get_bind()
    asked: Any = sa.select(*map(sa.literal_column, ("issuer_id", key, *columns)))
    rows = connection.execute(asked.select_from(sa.table(table))).all()
    words = [
        {"issuer_id": row[0], "kind": kind, "member": row[1], "word": word}
        for row in rows
        for word in words_of(row[2:])
    ]
    for start in range(0, len(words), BATCH):
        connection.execute(sa.insert(target), words[start : start + BATCH])


def words_of(texts: Iterable[Any]) -> list[str]:
    folded = unicodedata.normalize(
        "NFKC", unicodedata.normalize("NFKC", " ".join(texts)).casefold()
    )
    found = dict.fromkeys(word[:WORD_MAX] for word in WORD.findall(folded))
    return list(found)[:WORDS_MAX]
