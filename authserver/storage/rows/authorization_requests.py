"""Authorization requests under way, and those that clients pushed."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, LargeBinary, Table, Text

from authserver.storage.rows.metadata import issuer_column, metadata, time_column

authorization_requests: Final = Table(
    "authorization_requests",
    metadata,
    issuer_column(),
    Column("request_id", Text, primary_key=True),
    Column("parameters", Text, nullable=False),  # a JSON object
    Column("browser", LargeBinary, nullable=False),
    Column("pepper_id", Text, nullable=False),
    time_column("created_at"),
    # When the user's time is over; the row goes sooner once the request is finished.
    time_column("valid_until"),
    time_column("expires_at", index=True),
    time_column("account_chosen_at", nullable=True),
    time_column("consented_at", nullable=True),
    Column("consented_subject", Text, nullable=False),
    Column("consented_scopes", Text, nullable=False),  # a JSON array
    time_column("denied_at", nullable=True),
    time_column("finished_at", nullable=True),
    Column("sealed_answer", LargeBinary, nullable=False),  # empty until it is finished
)

pushed_requests: Final = Table(
    "pushed_requests",
    metadata,
    issuer_column(),
    Column("digest", LargeBinary, primary_key=True),
    Column("pepper_id", Text, nullable=False),
    Column("parameters", Text, nullable=False),  # a JSON object
    time_column("created_at"),
    time_column("expires_at", index=True),
)
