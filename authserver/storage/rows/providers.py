"""Identity providers: how each is configured, what it published, what of its counts no more."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from authserver.storage.rows.metadata import issuer_column, metadata, time_column


def _provider_column(*, is_key: bool = True) -> Column[str]:
    return Column("provider_name", Text, primary_key=is_key, nullable=False)


def _of_provider() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["issuer_id", "provider_name"], ["providers.issuer_id", "providers.name"]
    )


providers: Final = Table(
    "providers",
    metadata,
    issuer_column(),
    # For ever: a removed provider stays as a tombstone.
    Column("name", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("display_name", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("discovery_url", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("auth", Text, nullable=False),
    Column("subject_rule", Text, nullable=False),
    time_column("created_at"),
    # Sealed; empty where there is none.
    Column("directory_secret", LargeBinary, nullable=False),
    # A JSON object of what differs from the defaults.
    Column("profile", Text, nullable=False, server_default=text("'{}'")),
    Index(None, "issuer_id", "issuer"),
)

provider_secrets: Final = Table(
    "provider_secrets",
    metadata,
    issuer_column(),
    _provider_column(),
    Column("secret_id", Text, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("hint", Text, nullable=False),
    time_column("created_at"),
    time_column("expires_at", nullable=True, index=True),
    _of_provider(),
)

provider_domains: Final = Table(
    "provider_domains",
    metadata,
    issuer_column(),
    Column("domain", Text, primary_key=True),
    _provider_column(is_key=False),
    Column("routing", Text, nullable=False),
    time_column("created_at"),
    _of_provider(),
)

provider_rules: Final = Table(
    "provider_rules",
    metadata,
    issuer_column(),
    _provider_column(),
    Column("rule_id", Text, primary_key=True),
    Column("external", Text, nullable=False),
    Column("effect", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("label", Text, nullable=False),
    time_column("created_at"),
    # SHA-256 over the three: a list of scopes can be longer than an index takes.
    Column("digest", LargeBinary, nullable=False),
    _of_provider(),
    UniqueConstraint("issuer_id", "provider_name", "digest"),
)

provider_documents: Final = Table(
    "provider_documents",
    metadata,
    issuer_column(),
    _provider_column(),
    Column("kind", Text, primary_key=True),
    Column("body", Text, nullable=False),  # empty until it was read once
    time_column("fetched_at"),
    time_column("asked_at"),
    Column("problem", Text, nullable=False),
    Column("is_refused", Boolean, nullable=False),
    _of_provider(),
)

provider_denials: Final = Table(
    "provider_denials",
    metadata,
    issuer_column(),
    _provider_column(),
    Column("kind", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    time_column("issued_until"),
    time_column("expires_at", nullable=True, index=True),
    Column("reason", Text, nullable=False),
    time_column("created_at"),
    _of_provider(),
)
