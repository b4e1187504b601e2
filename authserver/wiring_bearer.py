"""Access tokens of identity providers, wired."""

from __future__ import annotations

from functools import cached_property
from typing import Final

from authserver.services.external_checks import ExternalChecks
from authserver.services.external_denials import ExternalDenials
from authserver.services.external_memory import ExternalMemory
from authserver.services.external_newcomers import ExternalNewcomers
from authserver.services.external_reading import ExternalReading
from authserver.services.external_speakers import ExternalSpeakers
from authserver.services.external_tokens import ExternalTokens
from authserver.services.provider_view import ProviderView
from authserver.wiring_federation import FederationParts

REMEMBERED_FOREIGN: Final = 20_000
"""Verified foreign tokens a worker keeps: about 2 KiB each."""


class BearerParts(FederationParts):
    """The part of a container that judges tokens which others issued."""

    @cached_property
    def provider_view(self) -> ProviderView:
        """Providers and their people, remembered under the lease."""
        return ProviderView(self.database, self.view)

    @cached_property
    def external_tokens(self) -> ExternalTokens:
        """The verdict on foreign tokens."""
        reading = ExternalReading(
            issuer=self.settings.issuer,
            providers=self.provider_view,
            documents=self.provider_documents,
            reader=self.foreign_tokens,
            memory=ExternalMemory(REMEMBERED_FOREIGN),
        )
        newcomers = ExternalNewcomers(
            database=self.database,
            providers=self.provider_view,
            users=self.federated_users,
            effects=self.group_effects,
        )
        speakers = ExternalSpeakers(
            directory=self.directory,
            providers=self.provider_view,
            groups=self.group_reading,
            newcomers=newcomers,
            checks=ExternalChecks(database=self.database),
        )
        return ExternalTokens(
            view=self.view,
            providers=self.provider_view,
            reading=reading,
            speakers=speakers,
            scopes_of_kind=self.scopes_of_kind,
        )

    @cached_property
    def external_denials(self) -> ExternalDenials:
        """What counts no more of a provider's."""
        return ExternalDenials(administration=self.administration)
