"""Is this token good, here and now, for the one who asks?"""

from __future__ import annotations

import logging
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from authserver.domain.api_tokens import ApiTokenAccess, Presentation
from authserver.domain.clients import GrantType
from authserver.domain.resources import ResourceStatus
from authserver.domain.scope_reach import beyond
from authserver.domain.secret_shapes import is_secret_shaped
from authserver.domain.tokens import CLOCK_SKEW_SECONDS

if TYPE_CHECKING:
    from authserver.domain.calls import Call
    from authserver.domain.clients import Client
    from authserver.domain.external_tokens import ExternalProblem, ForeignMention
    from authserver.domain.ports import TokenReader
    from authserver.domain.resources import ProtectedResource
    from authserver.domain.tokens import AccessToken
    from authserver.services.directory import Directory
    from authserver.services.introspection_judges import ApiTokens, ForeignTokens, People

OWN_GRANTS: Final = frozenset({GrantType.CLIENT_CREDENTIALS})
log = logging.getLogger(__name__)

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
    DISABLED = "disabled, or not picked up"
    OWNER_MAY_NOT = "its user or owner is gone, disabled, asleep, or has resting credentials"
    NOTHING_LEFT = "nothing is left of what it may do here"
    OTHER_USER = "beside a name that is not its user's"
    CAME_ANOTHER_WAY = "from a grant by which nobody administers"
    PRESENTED_OTHERWISE = "sent in a way in which it may not be sent"


class UnfitToken(NamedTuple):
    """A token that is not good; `token` is what it says when it is ours, however dead.

    `foreign` is what is known of a provider's token, and `detail` the claim or the rule that its
    problem is about; both are for records.
    """

    problem: TokenProblem | ExternalProblem
    token: AccessToken | None
    foreign: ForeignMention | None = None
    detail: str = ""

    @property
    def reason(self) -> str:
        """The problem, with the detail where there is one."""
        return f"{self.problem}: {self.detail}" if self.detail else self.problem


NOT_OURS: Final = UnfitToken(TokenProblem.UNREADABLE, None)


class Introspection:
    """The verdict on access tokens. Every asker (introspection, decisions, userinfo) uses it."""

    def __init__(
        self,
        *,
        directory: Directory,
        tokens: TokenReader,
        foreign: ForeignTokens | None = None,
        api_tokens: ApiTokens | None = None,
        people: People | None = None,
    ) -> None:
        """Take the collaborators; hold no state of its own.

        Without `foreign` or `api_tokens` none of those counts; without `people` nobody asks whether
        users' credentials rest, but for denials of tokens.
        """
        self._directory = directory
        self._tokens = tokens
        self._foreign = foreign
        self._people = people
        self._api_tokens = api_tokens

    def active_token(
        self, token_value: str, resource: ProtectedResource, call: Call
    ) -> AccessToken | None:
        """The claims of a token that is good for `resource` now, else `None` (RFC 7662).

        How an API token was sent is the asker's to know: it is not asked here.

        Raises:
            StorageUnavailable: nobody can be sure now.
        """
        verdict = self.judge(token_value, resource, call.at, presentation=None)
        if isinstance(verdict, ApiTokenAccess) and self._api_tokens is not None:
            # Only the resource saw from where.
            self._api_tokens.note_use(verdict, call.at, agent=f"shown by {resource.name}")
        if not isinstance(verdict, UnfitToken):
            return verdict
        if verdict.foreign is not None:
            log.info(
                "introspection %s: token of provider %s, client %s, refused: %s",
                *(call.request_id, verdict.foreign.provider or "?"),
                *(verdict.foreign.client_id or "?", verdict.reason),
            )
        return None

    def judge(
        self,
        token_value: str,
        resource: ProtectedResource,
        now: float,
        *,
        presentation: Presentation | None = Presentation.BEARER,
    ) -> AccessToken | UnfitToken:
        """The claims of a token that is good for `resource` at `now`, or why it is not.

        An API token is good as `ApiTokenVerdicts` has it, sent as `presentation` says. Whatever
        begins like a secret of ours is shown to nobody else.

        Another one is good that is ours, unexpired, not revoked, meant for this resource, and its
        client is enabled, may still use the grant it came from, and may still have every scope of
        it here.
        Or a provider's, and good as `ExternalTokens` has it: asked only where we did not issue it.
        The reason is for records: whoever presents the token is told none.

        Raises:
            StorageUnavailable: nobody can be sure now.
        """
        if is_secret_shaped(token_value):
            if self._api_tokens is None:
                return NOT_OURS
            return self._api_tokens.judge(token_value, resource, now, presentation=presentation)
        self._directory.view.ensure_fresh()
        token = self._tokens.read(token_value)
        if token is None:
            if self._foreign is None:
                return NOT_OURS
            return self._foreign.judge(token_value, resource, now)
        problem = _misfit(token, resource, now) or self._lost_power(token, resource)
        return token if problem is None else UnfitToken(problem, token)

    def judge_anywhere(self, token_value: str, now: float) -> AccessToken | UnfitToken:
        """The same whatever the token is for: a site that its client may still use, or us.

        Only of our own access tokens: a provider's, or an API token, opens sites, and nothing of
        ours.

        Raises:
            StorageUnavailable: nobody can be sure now.
        """
        self._directory.view.ensure_fresh()
        token = None if is_secret_shaped(token_value) else self._tokens.read(token_value)
        if token is None:
            return NOT_OURS
        if token.audience == token.issuer:
            problem = _untimely(token, now) or self._lost_power(token, None)
            return token if problem is None else UnfitToken(problem, token)
        resource = self._resource_of(token)
        if resource is None:
            return UnfitToken(TokenProblem.CLIENT_MAY_NOT, token)
        problem = _misfit(token, resource, now) or self._lost_power(token, resource)
        return token if problem is None else UnfitToken(problem, token)

    def _resource_of(self, token: AccessToken) -> ProtectedResource | None:
        """The resource that the token is for, among those of its client."""
        client = self._directory.clients.get(token.client_id)
        for name in () if client is None else sorted(client.resources):
            resource = self._directory.resources.get(name)
            if resource is not None and resource.identifier == token.audience:
                return resource
        return None

    def _lost_power(
        self, token: AccessToken, resource: ProtectedResource | None
    ) -> TokenProblem | None:
        directory = self._directory
        if directory.view.is_denied(token):
            return TokenProblem.REVOKED
        if token.expires_at <= directory.view.horizon:
            # By a clock that was set back since it was over: a denial of it may be gone.
            return TokenProblem.EXPIRED
        client = directory.clients.get(token.client_id)
        if client is None or not _may_still(client, token, resource):
            return TokenProblem.CLIENT_MAY_NOT
        if self._people is not None and token.subject != client.subject:
            # Denied when the rest began, but for what was under way just then.
            person = self._people.person(token.subject)
            if person is None or not person.user.has_credentials:
                return TokenProblem.OWNER_MAY_NOT
        return None


def _misfit(token: AccessToken, resource: ProtectedResource, now: float) -> TokenProblem | None:
    if token.audience != resource.identifier:
        return TokenProblem.OTHER_RESOURCE
    problem = _untimely(token, now)
    if problem is None and resource.status is not ResourceStatus.ENABLED:
        return TokenProblem.RESOURCE_STOPPED
    return problem


def _untimely(token: AccessToken, now: float) -> TokenProblem | None:
    if now >= token.expires_at:
        return TokenProblem.EXPIRED
    if token.issued_at > now + CLOCK_SKEW_SECONDS:
        return TokenProblem.NOT_YET_ISSUED
    return None


def _may_still(client: Client, token: AccessToken, resource: ProtectedResource | None) -> bool:
    """Whether the client would get this token today; `resource` is `None` for our own audience."""
    if not client.is_enabled:
        return False
    if resource is not None and resource.name not in client.resources:
        return False
    # A token whose subject is the client comes from this grant and no other.
    came_by = OWN_GRANTS if token.subject == client.subject else GRANTS_OF_USERS
    if came_by.isdisjoint(client.grant_types):
        return False
    return not beyond(token.scopes, client.scopes)
