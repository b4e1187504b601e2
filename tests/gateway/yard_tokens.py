"""Tokens for a yard, issued in this process: one for each set of scopes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.calls import Call
from authserver.domain.hand_over import SiteAssertion
from authserver.domain.keys import SigningAlgorithm
from authserver.services.clients import ClientDraft

if TYPE_CHECKING:
    from collections.abc import Iterable

    from authserver.domain.clients import Client
    from authserver.domain.resources import ProtectedResource
    from authserver.wiring import Container


class YardTokens:
    """One client for each site, which may have every scope that means anything there."""

    def __init__(self, container: Container) -> None:
        """Issue with the services of `container`."""
        self._container = container
        self._clients: dict[str, Client] = {}
        self._issued: dict[tuple[str, frozenset[str]], str] = {}

    def register(self, resource: ProtectedResource) -> None:
        """Make the client of a site."""
        draft = ClientDraft(
            f"caller of {resource.name}",
            client_id=f"caller-{resource.name}",
            scopes=tuple(sorted(self.meant(resource))),
            resources=(resource.name,),
            access_token_seconds=3600,
        )
        made = self._container.clients.create(draft, self._container.operator)
        self._clients[resource.name] = made.client

    def client_of(self, resource: str) -> Client:
        """The client of a site."""
        return self._clients[resource]

    def meant(self, resource: ProtectedResource) -> frozenset[str]:
        """Every scope that means something at a site."""
        return self._container.scopes_of_kind[resource.kind]

    def of(self, resource: str, scopes: Iterable[str]) -> str:
        """A token for a site with exactly these scopes, as from the token endpoint."""
        wanted = frozenset(scopes)
        key = (resource, wanted)
        if key not in self._issued:
            self._issued[key] = self._issue(resource, wanted)
        return self._issued[key]

    def _issue(self, resource: str, wanted: frozenset[str]) -> str:
        client = self._clients[resource]
        issued = self._container.issuance.client_credentials(
            client,
            " ".join(sorted(wanted)),
            [],
            Call(self._container.clock.now(), "in-process", "127.0.0.1"),
        )
        return issued.value

    def assertion(self, resource: str) -> str:
        """What a site would be handed for its client, were that the way of its hand-over."""
        client = self._clients[resource]
        stated = SiteAssertion(
            account="tokafor",
            audience=f"https://{resource}.example.org",
            subject=client.subject,
            client_id=client.client_id,
            assertion_id="made-for-a-test",
            issued_at=int(self._container.clock.now()),
        )
        return self._container.keys.ring.sign_assertion(stated, SigningAlgorithm.ES256)
