"""Token exchange, wired."""

from __future__ import annotations

from functools import cached_property

from authserver.services.token_exchange import TokenExchange
from authserver.wiring_token_administration import TokenAdministrationParts


class ExchangeParts(TokenAdministrationParts):
    """The part of a container that gives our tokens for others'."""

    @cached_property
    def token_exchange(self) -> TokenExchange:
        """Exchanges tokens of identity providers."""
        return TokenExchange(
            database=self.database,
            external=self.external_tokens,
            audiences=self.audiences,
            tokens=self.user_tokens,
            presentations=self.grant_presentations,
            secret_maker=self.secret_maker,
        )
