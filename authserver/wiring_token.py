"""What tokens come from, wired: codes and refresh tokens."""

from __future__ import annotations

from functools import cached_property

from authserver.services.code_redemption import CodeRedemption
from authserver.services.grant_presentations import GrantPresentations
from authserver.services.refresh_revocation import RefreshTokenRevocation
from authserver.services.refreshing import Refreshing
from authserver.services.revocation import Revocation
from authserver.services.user_tokens import UserTokens
from authserver.wiring_statements import StatementParts


class TokenParts(StatementParts):
    """What tokens come from, wired: codes and refresh tokens."""

    @cached_property
    def user_tokens(self) -> UserTokens:
        """Makes tokens that speak for users."""
        return UserTokens(
            details=self.requested_details,
            issuer=self.settings.issuer,
            directory=self.directory,
            keys=self.keys,
            id_tokens=self.id_tokens,
            digester=self.digester,
            secret_maker=self.secret_maker,
            refresh_times=self.refresh_times,
            longest_seconds=self.settings.tokens.access_token_max_seconds,
        )

    @cached_property
    def grant_presentations(self) -> GrantPresentations:
        """Runs presentations of codes and tokens."""
        return GrantPresentations(
            database=self.database,
            grants=self.grants,
            barrier=self.barrier,
            throttle=self.throttle,
            failures=self.failed_authentications,
        )

    @cached_property
    def redemption(self) -> CodeRedemption:
        """Redeems codes."""
        return CodeRedemption(
            database=self.database,
            digester=self.digester,
            tokens=self.user_tokens,
            presentations=self.grant_presentations,
        )

    @cached_property
    def refreshing(self) -> Refreshing:
        """Rotates refresh tokens."""
        return Refreshing(
            database=self.database,
            digester=self.digester,
            sealer=self.successor_sealer,
            tokens=self.user_tokens,
            presentations=self.grant_presentations,
            notices=self.security_notices,
        )

    @cached_property
    def revocation(self) -> Revocation:
        """Takes tokens back."""
        refresh_tokens = RefreshTokenRevocation(
            database=self.database,
            digester=self.digester,
            secret_maker=self.secret_maker,
            grants=self.grants,
            barrier=self.barrier,
        )
        return Revocation(
            database=self.database,
            view=self.view,
            tokens=self.tokens,
            refresh_tokens=refresh_tokens,
            barrier=self.barrier,
        )
