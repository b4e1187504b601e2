"""What clients and resources are told, wired: verdicts, ID tokens, userinfo, introspection."""

from __future__ import annotations

from functools import cached_property

from authserver.services.admin_callers import AdminCallers
from authserver.services.id_tokens import IdTokens
from authserver.services.introspection import Introspection
from authserver.services.introspection_callers import IntrospectionCallers
from authserver.services.introspection_statements import IntrospectionStatements
from authserver.services.own_tokens import OwnTokens
from authserver.services.userinfo import Userinfo
from authserver.wiring_authorization import AuthorizationParts


class StatementParts(AuthorizationParts):
    """The part of a container that says what is true of tokens and users."""

    @cached_property
    def introspection(self) -> Introspection:
        """The verdict on tokens."""
        return Introspection(
            directory=self.directory,
            tokens=self.tokens,
            foreign=self.external_tokens,
            api_tokens=self.api_token_verdicts,
            people=self.people_view,
        )

    @cached_property
    def admin_callers(self) -> AdminCallers:
        """Who calls the administration API, or is at the console, with which permissions."""
        return AdminCallers(
            database=self.database, directory=self.directory, introspection=self.introspection
        )

    @cached_property
    def introspection_callers(self) -> IntrospectionCallers:
        """Who asks for a verdict."""
        return IntrospectionCallers(
            secret_maker=self.secret_maker,
            resources=self.resource_authentication,
            clients=self.client_authentication,
        )

    @cached_property
    def introspection_statements(self) -> IntrospectionStatements:
        """Signs verdicts."""
        return IntrospectionStatements(issuer=self.settings.issuer, keys=self.keys)

    @cached_property
    def own_tokens(self) -> OwnTokens:
        """What clients may know of their own tokens."""
        return OwnTokens(
            database=self.database,
            introspection=self.introspection,
            digester=self.digester,
            secret_maker=self.secret_maker,
        )

    @cached_property
    def id_tokens(self) -> IdTokens:
        """ID tokens for clients."""
        return IdTokens(issuer=self.settings.issuer, database=self.database, keys=self.keys)

    @cached_property
    def userinfo(self) -> Userinfo:
        """What clients may know of the users they act for."""
        return Userinfo(
            issuer=self.settings.issuer,
            directory=self.directory,
            introspection=self.introspection,
            database=self.database,
            keys=self.keys,
        )
