"""Asking sites themselves, wired: which projects a call reaches, and what is open to everybody."""

from __future__ import annotations

from functools import cached_property

from authserver.services.anonymous_scans import AnonymousScans
from authserver.services.project_reach import ProjectReach
from authserver.services.site_credentials import SiteCredentials
from authserver.upstream.site_clients import SiteClients
from authserver.upstream.site_probes import GuardedSiteProbe
from authserver.upstream.site_projects import GuardedSiteProjects
from authserver.wiring_provider_administration import ProviderAdministrationParts


class ProjectParts(ProviderAdministrationParts):
    """The part of a container that asks sites themselves."""

    def close(self) -> None:
        """Close what was opened."""
        clients = self.__dict__.get("site_clients")
        if clients is not None:
            clients.close()
        super().close()

    @cached_property
    def site_clients(self) -> SiteClients:
        """Calls registered sites."""
        return SiteClients(clock=self.clock, ca_file=self.settings.outbound.ca_file)

    @cached_property
    def project_reach(self) -> ProjectReach:
        """Which projects calls reach."""
        return ProjectReach(
            sites=GuardedSiteProjects(self.site_clients.of),
            credentials=SiteCredentials(
                hand_overs=self.hand_over_view, keys=self.keys, secret_maker=self.secret_maker
            ),
            clock=self.clock,
            view=self.view,
            aside=self.turns.aside,
        )

    @cached_property
    def anonymous_scans(self) -> AnonymousScans:
        """Looks what sites answer to everybody."""
        return AnonymousScans(
            administration=self.administration,
            resources=self.resources,
            catalogue=self.catalogue.operations,
            probe=GuardedSiteProbe(self.site_clients.of),
        )
