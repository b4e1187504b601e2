"""Identity providers, wired: how they are configured, and how they are asked."""

from __future__ import annotations

from functools import cached_property
from ipaddress import ip_network

from authserver.domain.outbound import OutboundPolicy
from authserver.upstream.http_client import GuardedHttpClient
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
