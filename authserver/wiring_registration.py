"""Devices and dynamic registration, wired."""

from __future__ import annotations

from functools import cached_property

from authserver.services.client_authentication import CLIENT_SECRET
from authserver.services.device_answers import (
    GUESS_SECONDS,
    GUESSES_EVERYWHERE,
    GUESSES_PER_USER,
    DeviceAnswers,
)
from authserver.services.device_polling import DevicePolling
from authserver.services.device_requests import DeviceRequests
from authserver.services.initial_access_tokens import InitialAccessTokens
from authserver.services.registrations import Registrations
from authserver.services.secret_checks import SecretCheck
from authserver.services.sign_in_guesses import GuessLimits, SignInGuesses
from authserver.services.throttling import ThrottleLimits
from authserver.services.unused_registrations import UnusedRegistrations
from authserver.wiring_exchange import ExchangeParts


class RegistrationParts(ExchangeParts):
    """Devices and dynamic registration, wired."""

    @cached_property
    def device_requests(self) -> DeviceRequests:
        """Begins device authorizations."""
        networks = self.settings.throttling
        return DeviceRequests(
            database=self.database,
            digester=self.digester,
            secret_maker=self.secret_maker,
            entropy=self.entropy,
            audiences=self.audiences,
            networks=ThrottleLimits(
                ipv4_prefix=networks.ipv4_prefix, ipv6_prefix=networks.ipv6_prefix
            ),
        )

    @cached_property
    def device_answers(self) -> DeviceAnswers:
        """What users answer devices."""
        networks = self.settings.throttling
        limits = GuessLimits(
            per_network=GUESSES_PER_USER,
            per_account=GUESSES_EVERYWHERE,
            window_seconds=GUESS_SECONDS,
            networks=ThrottleLimits(
                ipv4_prefix=networks.ipv4_prefix, ipv6_prefix=networks.ipv6_prefix
            ),
        )
        return DeviceAnswers(
            database=self.database,
            digester=self.digester,
            guesses=SignInGuesses(self.database, limits),
            consents=self.consents,
            granting=self.granting,
            notices=self.security_notices,
        )

    @cached_property
    def device_polling(self) -> DevicePolling:
        """Gives devices their tokens."""
        return DevicePolling(
            database=self.database,
            digester=self.digester,
            tokens=self.user_tokens,
            presentations=self.grant_presentations,
        )

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
