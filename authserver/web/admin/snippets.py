"""What to copy into a program or a tool so that a client gets a token and uses it.

No snippet holds a secret: they say where it goes. Every value in them is quoted for its language.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from authserver.domain.clients import GrantType
from authserver.domain.resources import ResourceKind, ResourceStatus
from authserver.web.admin import snippets_for_devices, snippets_for_itself, snippets_for_users

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from authserver.domain.clients import Client
    from authserver.domain.resources import ProtectedResource
    from authserver.web.admin.snippet_values import Snippet

FIRST_CALLS: Final[Mapping[ResourceKind, str]] = {
    ResourceKind.JIRA_DC: "/rest/api/2/myself",
    ResourceKind.JIRA_CLOUD: "/rest/api/3/myself",
    ResourceKind.CONFLUENCE_DC: "/rest/api/user/current",
    ResourceKind.CONFLUENCE_CLOUD: "/wiki/rest/api/user/current",
}
"""A call of each kind of site that answers who is asking."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What snippets are made of; `secret`: the client has one, `posts`: it goes into the form."""

    issuer: str
    client_id: str
    resource: str
    call: str
    scope: str
    redirect_uri: str
    secret: bool
    posts: bool
    by_keys: bool
    pkce: bool

    @property
    def token_endpoint(self) -> str:
        """Where tokens come from."""
        return self.issuer + "/oauth2/token"


class Snippets:
    """Writes the snippets of a client for the first of its sites."""

    def __init__(self, issuer: str, sites: Callable[[], Sequence[ProtectedResource]]) -> None:
        """`sites` are all that are registered."""
        self._issuer = issuer
        self._sites = sites

    def for_client(self, client: Client) -> Sequence[Snippet]:
        """What fits how the client gets tokens; nothing while it may not do anything."""
        usable = [
            each
            for each in self._sites()
            if each.name in client.resources and each.status is ResourceStatus.ENABLED
        ]
        if not client.scopes or not (usable or "openid" in client.scopes):
            return ()
        facts = self._facts(client, usable[0] if usable else None)
        if GrantType.AUTHORIZATION_CODE in client.grant_types:
            return snippets_for_users.written(facts)
        if GrantType.DEVICE_CODE in client.grant_types:
            return snippets_for_devices.written(facts)
        if GrantType.CLIENT_CREDENTIALS in client.grant_types:
            return snippets_for_itself.written(facts)
        return ()

    def _facts(self, client: Client, site: ProtectedResource | None) -> Facts:
        uris = client.profile.redirect_uris
        return Facts(
            issuer=self._issuer,
            client_id=client.client_id,
            resource="" if site is None else site.identifier,
            call=self._issuer + "/oauth2/userinfo" if site is None else _first_call(site),
            scope=" ".join(sorted(client.scopes)),
            redirect_uri=uris[0] if uris else "",
            secret=client.auth_method.uses_secret,
            posts=client.auth_method == "client_secret_post",
            by_keys=client.auth_method == "private_key_jwt",
            pkce=client.profile.require_pkce,
        )


def _first_call(site: ProtectedResource) -> str:
    path = FIRST_CALLS.get(site.kind)
    if path is None:
        return f"{site.identifier}/clients"
    return site.url + site.context_path + path
