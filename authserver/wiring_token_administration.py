"""Looking after API tokens, users' credentials, and leaks, wired."""

from __future__ import annotations

from functools import cached_property

from authserver.domain.scopes import close_matches
from authserver.services.administration import Administration
from authserver.services.api_token_administration import ApiTokens
from authserver.services.api_token_bulk import ApiTokenBulk
from authserver.services.api_token_disuse import ApiTokenDisuse
from authserver.services.api_token_ends import ApiTokenEnds
from authserver.services.api_token_limits import ApiTokenLimits
from authserver.services.api_token_power import ApiTokenPower
from authserver.services.commit_barrier import CommitBarrier
from authserver.services.leak_lookup import LeakLookup
from authserver.services.leak_reports import LeakReports
from authserver.services.leak_throttling import LeakThrottle
from authserver.services.own_api_tokens import OwnApiTokens
from authserver.services.throttling import ThrottleLimits
from authserver.services.user_credentials import UserCredentials
from authserver.wiring_token import TokenParts


class TokenAdministrationParts(TokenParts):
    """The part of a container that looks after API tokens."""

    @cached_property
    def api_token_limits(self) -> ApiTokenLimits:
        """What they may be limited to."""
        return ApiTokenLimits(
            scopes_of_kind=self.scopes_of_kind,
            suggest=close_matches,
            operations=lambda: self.catalogue.operations,
        )

    @cached_property
    def api_tokens(self) -> ApiTokens:
        """Making API tokens."""
        return ApiTokens(
            administration=self.administration,
            limits=self.api_token_limits,
            fresh_secrets=self.fresh_secrets,
            secret_maker=self.secret_maker,
            pick_ups=self.token_pick_ups,
            notices=self.security_notices,
        )

    @cached_property
    def api_token_power(self) -> ApiTokenPower:
        """Stopping them."""
        return ApiTokenPower(self.administration)

    @cached_property
    def own_api_tokens(self) -> OwnApiTokens:
        """What users do with their own."""
        return OwnApiTokens(
            administration=self.administration,
            limits=self.api_token_limits,
            tokens=self.api_tokens,
            power=self.api_token_power,
        )

    @cached_property
    def api_token_bulk(self) -> ApiTokenBulk:
        """Stopping many of them."""
        return ApiTokenBulk(administration=self.administration, secret_maker=self.secret_maker)

    @cached_property
    def api_token_disuse(self) -> ApiTokenDisuse:
        """Those that nobody uses."""
        return ApiTokenDisuse(administration=self.administration, notices=self.token_notices)

    @cached_property
    def api_token_ends(self) -> ApiTokenEnds:
        """Those whose time is over."""
        return ApiTokenEnds(self.administration)

    @cached_property
    def user_credentials(self) -> UserCredentials:
        """All credentials of a user."""
        return UserCredentials(self.administration)

    @cached_property
    def leak_reports(self) -> LeakReports:
        """Secrets that somebody found."""
        networks = self.settings.throttling
        return LeakReports(
            administration=self.administration,
            strangers=Administration(
                database=self.database,
                clock=self.clock,
                barrier=CommitBarrier(
                    self.clock, places=self.settings.strangers_at_once, aside=self.turns.aside
                ),
            ),
            lookup=LeakLookup(
                digester=self.digester,
                secret_maker=self.secret_maker,
                tokens=self.tokens,
                poll=self.view.poll,
            ),
            throttle=LeakThrottle(
                ThrottleLimits(ipv4_prefix=networks.ipv4_prefix, ipv6_prefix=networks.ipv6_prefix)
            ),
            grants=self.grants,
        )
