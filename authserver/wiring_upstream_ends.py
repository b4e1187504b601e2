"""The ends of sessions at identity providers, theirs and ours, and leavers, wired."""

from __future__ import annotations

from functools import cached_property

from authserver.services.living import Living
from authserver.services.provider_sign_out import ProviderSignOut
from authserver.services.upstream_logouts import UpstreamLogouts
from authserver.wiring_api_tokens import ApiTokenParts


class UpstreamEndParts(ApiTokenParts):
    """The part of a container that hears of ends at providers, and tells of ours."""

    @cached_property
    def upstream_logouts(self) -> UpstreamLogouts:
        """Takes providers' logout tokens."""
        return UpstreamLogouts(
            administration=self.administration,
            documents=self.provider_documents,
            reader=self.foreign_tokens,
            ends=self.session_ends,
        )

    @cached_property
    def provider_sign_out(self) -> ProviderSignOut:
        """Leads to a provider to sign out there."""
        return ProviderSignOut(
            issuer=self.settings.issuer,
            database=self.database,
            documents=self.provider_documents,
            sealer=self.sealer,
        )

    @cached_property
    def living(self) -> Living:
        """Lets users rest whom nobody has vouched for in a long time."""
        return Living(database=self.database, clock=self.clock, ends=self.session_ends)
