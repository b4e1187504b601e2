"""What tokens come from, wired: codes and refresh tokens."""

from __future__ import annotations

from authserver.wiring_statements import StatementParts


class TokenParts(StatementParts):
    """What tokens come from, wired: codes and refresh tokens."""
