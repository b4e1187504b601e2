"""Is this token good, here and now, for the one who asks?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.clients import GrantType
from authserver.domain.resources import ResourceStatus
from authserver.domain.scope_reach import beyond
from authserver.domain.tokens import CLOCK_SKEW_SECONDS

if TYPE_CHECKING:
    from authserver.domain.calls import Call
    from authserver.domain.clients import Client
    from authserver.domain.ports import TokenReader
    from authserver.domain.resources import ProtectedResource
    from authserver.domain.tokens import AccessToken
    from authserver.services.directory import Directory


class Introspection:
    """The verdict on access tokens. Every asker (introspection, decisions, userinfo) uses it."""

    def __init__(self, *, directory: Directory, tokens: TokenReader) -> None:
        """Take the collaborators; hold no state of its own."""
        self._directory = directory
        self._tokens = tokens

    def active_token(
        self, token_value: str, resource: ProtectedResource, call: Call
    ) -> AccessToken | None:
        """The claims of a token that is good for `resource` now, else `None` (RFC 7662).

        Good means: ours, unexpired, not revoked, meant for this resource, and its client is
        enabled, may still use the grant it came from, and may still have every scope of it here.

        Raises:
            StorageUnavailable: nobody can be sure now.
        """
        directory = self._directory
        directory.view.ensure_fresh()
        token = self._tokens.read(token_value)
        if token is None or token.audience != resource.identifier:
            return None
        now = call.at
        if now >= token.expires_at or token.issued_at > now + CLOCK_SKEW_SECONDS:
            return None
        if directory.view.is_denied(token) or resource.status is not ResourceStatus.ENABLED:
            return None
        if token.expires_at <= directory.view.horizon:
            # By a clock that was set back since it was over: a denial of it may be gone.
            return None
        client = directory.clients.get(token.client_id)
        if client is None or not _may_still(client, token, resource):
            return None
        return token


def _may_still(client: Client, token: AccessToken, resource: ProtectedResource) -> bool:
    """Whether the client would get this token today."""
    if not client.is_enabled or resource.name not in client.resources:
        return False
    # A token whose subject is the client comes from this grant and no other.
    if token.subject == client.subject and GrantType.CLIENT_CREDENTIALS not in client.grant_types:
        return False
    return not beyond(token.scopes, client.scopes)
