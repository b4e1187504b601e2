"""Users, groups, sessions, sign-in and sign-out, wired."""

from __future__ import annotations

from functools import cached_property
from urllib.parse import urlsplit

from authserver.services.groups import Groups
from authserver.services.logout_deliveries import LogoutDeliveries
from authserver.services.password_changes import PasswordChanges
from authserver.services.password_check import PasswordCheck
from authserver.services.password_rules import PasswordRules
from authserver.services.provider_power import ProviderPower
from authserver.services.session_ends import SessionEnds
from authserver.services.sessions import Sessions
from authserver.services.sign_in import LocalSignIn
from authserver.services.sign_in_guesses import GuessLimits, SignInGuesses
from authserver.services.sign_out import SignOut
from authserver.services.throttling import ThrottleLimits
from authserver.services.user_power import UserPower
from authserver.services.user_stops import UserStops
from authserver.services.users import Users
from authserver.wiring_directory import DirectoryParts


class PeopleParts(DirectoryParts):
    """Users, groups, sessions, sign-in and sign-out, wired."""

    @cached_property
    def session_ends(self) -> SessionEnds:
        """Ends sessions with what is bound to them."""
        return SessionEnds(grants=self.grants, secret_maker=self.secret_maker)

    @cached_property
    def provider_power(self) -> ProviderPower:
        """Ends what came by an identity provider that is stopped, or by an identity."""
        return ProviderPower(ends=self.session_ends, grants=self.grants)

    @cached_property
    def sessions(self) -> Sessions:
        """Who is signed in at which browser."""
        return Sessions(
            administration=self.administration,
            digester=self.digester,
            secret_maker=self.secret_maker,
            ends=self.session_ends,
            idle_seconds=self.settings.sessions.idle_seconds,
            absolute_seconds=self.settings.sessions.absolute_seconds,
        )

    @cached_property
    def password_rules(self) -> PasswordRules:
        """What a chosen password must be like."""
        return PasswordRules(
            shortest=self.settings.sign_in.password_characters_min,
            host=urlsplit(self.settings.issuer).hostname or "",
        )

    @cached_property
    def password_check(self) -> PasswordCheck:
        """Whether a password is a user's own."""
        chosen = self.settings.sign_in
        networks = self.settings.throttling
        limits = GuessLimits(
            per_network=chosen.failures_per_network,
            per_account=chosen.failures_per_account,
            window_seconds=chosen.window_seconds,
            networks=ThrottleLimits(
                ipv4_prefix=networks.ipv4_prefix, ipv6_prefix=networks.ipv6_prefix
            ),
        )
        return PasswordCheck(
            database=self.database,
            passwords=self.passwords,
            guesses=SignInGuesses(self.database, limits),
        )

    @cached_property
    def local_sign_in(self) -> LocalSignIn:
        """Signs users in with their local password."""
        return LocalSignIn(
            administration=self.administration,
            check=self.password_check,
            sessions=self.sessions,
            known_browsers=self.known_browsers,
            digester=self.digester,
            secret_maker=self.secret_maker,
            notices=self.security_notices,
        )

    @cached_property
    def password_changes(self) -> PasswordChanges:
        """Users change their own passwords."""
        return PasswordChanges(
            administration=self.administration,
            check=self.password_check,
            rules=self.password_rules,
            passwords=self.passwords,
            sessions=self.sessions,
            grants=self.grants,
            known_browsers=self.known_browsers,
        )

    @cached_property
    def users(self) -> Users:
        """Local users."""
        power = UserPower(
            administration=self.administration,
            sessions=self.sessions,
            grants=self.grants,
            passwords=self.passwords,
            secret_maker=self.secret_maker,
        )
        return Users(
            administration=self.administration,
            passwords=self.passwords,
            secret_maker=self.secret_maker,
            rules=self.password_rules,
            power=power,
        )

    @cached_property
    def user_stops(self) -> UserStops:
        """Everything of a user at once."""
        return UserStops(
            administration=self.administration, sessions=self.sessions, grants=self.grants
        )

    @cached_property
    def groups(self) -> Groups:
        """Local groups."""
        return Groups(administration=self.administration)

    @cached_property
    def sign_out(self) -> SignOut:
        """Judges requests for logout."""
        return SignOut(database=self.database, keys=self.keys)

    @cached_property
    def logout_deliveries(self) -> LogoutDeliveries:
        """Tells clients that sessions ended."""
        return LogoutDeliveries(
            issuer=self.settings.issuer,
            database=self.database,
            clock=self.clock,
            keys=self.keys,
            secret_maker=self.secret_maker,
            http=self.client_http,
        )
