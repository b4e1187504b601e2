"""Devices and dynamic registration, wired."""

from __future__ import annotations

from authserver.wiring_token import TokenParts


class RegistrationParts(TokenParts):
    """Devices and dynamic registration, wired."""
