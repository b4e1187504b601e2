"""API tokens, wired: people as calls see them, and verdicts."""

from __future__ import annotations

from functools import cached_property

from authserver.services.api_token_verdicts import ApiTokenVerdicts
from authserver.services.people_view import PeopleView
from authserver.wiring_bearer import BearerParts


class ApiTokenParts(BearerParts):
    """The part of a container that judges API tokens."""

    @cached_property
    def people_view(self) -> PeopleView:
        """Users, remembered under the lease."""
        return PeopleView(self.database, self.view, self.provider_view)

    @cached_property
    def api_token_verdicts(self) -> ApiTokenVerdicts:
        """The verdict on API tokens."""
        return ApiTokenVerdicts(
            issuer=self.settings.issuer,
            database=self.database,
            directory=self.directory,
            people=self.people_view,
            digester=self.digester,
            secret_maker=self.secret_maker,
            scopes_of_kind=self.scopes_of_kind,
            uses=self.uses,
        )
