"""Devices and dynamic registration, wired."""

from __future__ import annotations

from functools import cached_property

from authserver.services.client_authentication import CLIENT_SECRET
from authserver.services.initial_access_tokens import InitialAccessTokens
from authserver.services.registrations import Registrations
from authserver.services.secret_checks import SecretCheck
from authserver.services.unused_registrations import UnusedRegistrations
from authserver.wiring_token import TokenParts


class RegistrationParts(TokenParts):
    """Devices and dynamic registration, wired."""

    @cached_property
    def initial_access_tokens(self) -> InitialAccessTokens:
        """Permissions to register clients."""
        return InitialAccessTokens(
            administration=self.administration,
            rules=self.client_rules,
            digester=self.digester,
            secret_maker=self.secret_maker,
        )

    @cached_property
    def registrations(self) -> Registrations:
        """Clients that register themselves."""
        return Registrations(
            administration=self.administration,
            rules=self.client_rules,
            fresh_secrets=self.fresh_secrets,
            secret_maker=self.secret_maker,
            digester=self.digester,
            secrets=SecretCheck(self.digester, self.passwords, CLIENT_SECRET),
            failures=self.failed_authentications,
        )

    @cached_property
    def unused_registrations(self) -> UnusedRegistrations:
        """Removes those that nobody uses."""
        return UnusedRegistrations(self.administration)
