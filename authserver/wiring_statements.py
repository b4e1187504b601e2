"""What clients and resources are told, wired: verdicts, ID tokens, userinfo, introspection."""

from __future__ import annotations

from functools import cached_property

from authserver.services.id_tokens import IdTokens
from authserver.services.introspection import Introspection
from authserver.wiring_authorization import AuthorizationParts


class StatementParts(AuthorizationParts):
    """The part of a container that says what is true of tokens and users."""

    @cached_property
    def introspection(self) -> Introspection:
        """The verdict on tokens."""
        return Introspection(directory=self.directory, tokens=self.tokens)

    @cached_property
    def id_tokens(self) -> IdTokens:
        """ID tokens for clients."""
        return IdTokens(issuer=self.settings.issuer, database=self.database, keys=self.keys)
