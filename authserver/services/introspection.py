"""Is this token good, here and now, for the one who asks?"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

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

OWN_GRANTS: Final = frozenset({GrantType.CLIENT_CREDENTIALS})
GRANTS_OF_USERS: Final = frozenset(grant for grant in GrantType if grant.needs_user)


class TokenProblem(StrEnum):
    """Why a token is not good."""

    UNREADABLE = "unreadable"
    """Not a token of ours, or changed."""
    OTHER_RESOURCE = "for another resource"
    EXPIRED = "expired"
    NOT_YET_ISSUED = "issued in the future"
    REVOKED = "revoked"
    RESOURCE_STOPPED = "resource disabled or deleted"
    CLIENT_MAY_NOT = "client gone or no longer allowed"


class UnfitToken(NamedTuple):
    """A token that is not good; `token` is what it says when it is ours, however dead."""

    problem: TokenProblem
    token: AccessToken | None


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

        Raises:
            StorageUnavailable: nobody can be sure now.
        """
        verdict = self.judge(token_value, resource, call.at)
        return None if isinstance(verdict, UnfitToken) else verdict

    def judge(
        self, token_value: str, resource: ProtectedResource, now: float
    ) -> AccessToken | UnfitToken:
        """The claims of a token that is good for `resource` at `now`, or why it is not.

        Good means: ours, unexpired, not revoked, meant for this resource, and its client is
        enabled, may still use the grant it came from, and may still have every scope of it here.
        The reason is for records: whoever presents the token is told none.

        Raises:
            StorageUnavailable: nobody can be sure now.
        """
        self._directory.view.ensure_fresh()
        token = self._tokens.read(token_value)
        if token is None:
            return UnfitToken(TokenProblem.UNREADABLE, None)
        problem = _misfit(token, resource, now) or self._lost_power(token, resource)
        return token if problem is None else UnfitToken(problem, token)

    def _lost_power(self, token: AccessToken, resource: ProtectedResource) -> TokenProblem | None:
        directory = self._directory
        if directory.view.is_denied(token):
            return TokenProblem.REVOKED
        if token.expires_at <= directory.view.horizon:
            # By a clock that was set back since it was over: a denial of it may be gone.
            return TokenProblem.EXPIRED
        client = directory.clients.get(token.client_id)
        if client is None or not _may_still(client, token, resource):
            return TokenProblem.CLIENT_MAY_NOT
        return None


def _misfit(token: AccessToken, resource: ProtectedResource, now: float) -> TokenProblem | None:
    if token.audience != resource.identifier:
        return TokenProblem.OTHER_RESOURCE
    if now >= token.expires_at:
        return TokenProblem.EXPIRED
    if token.issued_at > now + CLOCK_SKEW_SECONDS:
        return TokenProblem.NOT_YET_ISSUED
    if resource.status is not ResourceStatus.ENABLED:
        return TokenProblem.RESOURCE_STOPPED
    return None


def _may_still(client: Client, token: AccessToken, resource: ProtectedResource) -> bool:
    """Whether the client would get this token today."""
    if not client.is_enabled or resource.name not in client.resources:
        return False
    # A token whose subject is the client comes from this grant and no other.
    came_by = OWN_GRANTS if token.subject == client.subject else GRANTS_OF_USERS
    if came_by.isdisjoint(client.grant_types):
        return False
    return not beyond(token.scopes, client.scopes)
