"""Authorization requests, consents and pushed requests, wired."""

from __future__ import annotations

from authserver.wiring_people import PeopleParts


class AuthorizationParts(PeopleParts):
    """Authorization requests, consents and pushed requests, wired."""
