"""What tokens come from, wired: codes, refresh tokens, userinfo, statements for clients."""

from __future__ import annotations

from authserver.wiring_authorization import AuthorizationParts


class TokenParts(AuthorizationParts):
    """What tokens come from, wired: codes, refresh tokens, userinfo, statements for clients."""
