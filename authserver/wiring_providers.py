"""Identity providers, wired: how they are configured, and how they are asked."""

from __future__ import annotations

from functools import cached_property
from ipaddress import ip_network

from authserver.crypto.foreign_keys import ForeignKeySets
from authserver.crypto.foreign_tokens import StrictForeignTokenReader
from authserver.crypto.provider_assertions import ProviderAssertionSigner
from authserver.domain.outbound import OutboundPolicy
from authserver.services.provider_credentials import ProviderCredentials
from authserver.services.provider_documents import ProviderDocuments
from authserver.services.provider_fetches import ProviderFetches
from authserver.upstream.http_client import GuardedHttpClient
from authserver.upstream.oidc_server import OidcServers
from authserver.wiring_people import PeopleParts


class ProviderParts(PeopleParts):
    """The part of a container that knows identity providers."""

    def close(self) -> None:
        """Close what was opened."""
        http = self.__dict__.get("provider_http")
        if http is not None:
            http.close()
        super().close()

    @cached_property
    def provider_http(self) -> GuardedHttpClient:
        """Calls servers that an administrator configured, and no others."""
        chosen = self.settings.outbound
        policy = OutboundPolicy(
            private_origins=frozenset(chosen.private_origins),
            private_networks=tuple(ip_network(each) for each in chosen.private_networks),
            connect_seconds=chosen.connect_seconds,
            total_seconds=chosen.total_seconds,
        )
        return GuardedHttpClient(clock=self.clock, policy=policy, ca_file=chosen.ca_file)

    @cached_property
    def provider_servers(self) -> OidcServers:
        """The calls to identity providers."""
        return OidcServers(
            http=self.provider_http,
            clock=self.clock,
            keys=ForeignKeySets(),
            opened_origins=frozenset(self.settings.outbound.private_origins),
            aside=self.turns.aside,
        )

    @cached_property
    def foreign_tokens(self) -> StrictForeignTokenReader:
        """Reads what identity providers signed."""
        return StrictForeignTokenReader()

    @cached_property
    def provider_documents(self) -> ProviderDocuments:
        """Metadata and keys of identity providers."""
        return ProviderDocuments(
            database=self.database,
            clock=self.clock,
            fetches=ProviderFetches(
                administration=self.administration, server=self.provider_servers
            ),
            aside=self.turns.aside,
        )

    @cached_property
    def provider_credentials(self) -> ProviderCredentials:
        """Our credentials at identity providers."""
        return ProviderCredentials(
            sealer=self.sealer,
            signer=ProviderAssertionSigner(
                ring=lambda: self.keys.ring,
                issuer=self.settings.issuer,
                secret_maker=self.secret_maker,
            ),
            clock=self.clock,
        )
