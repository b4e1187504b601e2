"""Token exchange, wired."""

from __future__ import annotations

from authserver.wiring_token import TokenParts


class ExchangeParts(TokenParts):
    """The part of a container that gives our tokens for others'."""
