"""Access tokens of identity providers, wired."""

from __future__ import annotations

from authserver.wiring_federation import FederationParts


class BearerParts(FederationParts):
    """The part of a container that judges tokens which others issued."""
