"""Signing in at identity providers, wired."""

from __future__ import annotations

from authserver.wiring_providers import ProviderParts


class FederationParts(ProviderParts):
    """The part of a container that signs people in at providers, and out again."""
