"""What a token is worth among those whom it depends on. Pure: nothing is looked up here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from authserver.domain.access_details import details_at
from authserver.domain.api_tokens import ApiTokenStatus, SubjectType
from authserver.domain.resources import ResourceStatus
from authserver.domain.scope_reach import common
from authserver.domain.users import canonical
from authserver.services.introspection import TokenProblem

if TYPE_CHECKING:
    from authserver.domain.api_tokens import ApiToken
    from authserver.domain.clients import Client
    from authserver.domain.resources import ProtectedResource
    from authserver.services.people_view import Person

NOTHING: Final[frozenset[str]] = frozenset()


class Speakers(NamedTuple):
    """Everybody whom a token depends on: whoever answers for it, its user, its client."""

    owner: Person | None
    user: Person | None
    client: Client | None

    def are(self, others: Speakers) -> bool:
        """Whether they are the very same values."""
        return (
            self.owner is others.owner and self.user is others.user and self.client is others.client
        )


def scopes_left(token: ApiToken, speakers: Speakers, of_kind: frozenset[str]) -> frozenset[str]:
    """What is left of the token's scopes where only `of_kind` mean something: never more."""
    scopes = token.scopes & of_kind
    for person in (speakers.owner, speakers.user):
        if person is not None and person.ceiling is not None:
            scopes = common(scopes, person.ceiling)
    if token.subject_type is SubjectType.SERVICE:
        client = speakers.client
        scopes = NOTHING if client is None else common(scopes, client.scopes)
    return scopes


def problem_of_itself(token: ApiToken, now: float) -> TokenProblem | None:
    """Why it counts nowhere at `now` (epoch seconds)."""
    if token.status is ApiTokenStatus.REVOKED:
        return TokenProblem.REVOKED
    if token.status is not ApiTokenStatus.ENABLED:
        return TokenProblem.DISABLED
    is_over = token.secret is None or not token.secret.is_live(now)
    return TokenProblem.EXPIRED if is_over or not token.is_live(now) else None


def problem_here(
    token: ApiToken,
    resource: ProtectedResource,
    speakers: Speakers,
    scopes: frozenset[str],
) -> TokenProblem | None:
    """Why it does not count at a site, be the time what it may; `scopes` are what is left of it."""
    problem = _of_place(token, resource) or _of_speakers(token, resource, speakers)
    if problem is None and _has_nothing(token, resource, scopes):
        return TokenProblem.NOTHING_LEFT
    return problem


def is_beside_another_name(token: ApiToken, speakers: Speakers, username: str | None) -> bool:
    """Whether the name that came with it is not its user's, or its client's."""
    if username is None:
        return False
    user = speakers.user
    names = [token.client_id] if user is None else [user.user.username, user.user.data.email]
    asked = canonical(username.strip())
    return not asked or asked not in map(canonical, names)


def _of_place(token: ApiToken, resource: ProtectedResource) -> TokenProblem | None:
    if resource.name not in token.resources:
        return TokenProblem.OTHER_RESOURCE
    stopped = resource.status is not ResourceStatus.ENABLED
    return TokenProblem.RESOURCE_STOPPED if stopped else None


def _of_speakers(
    token: ApiToken, resource: ProtectedResource, speakers: Speakers
) -> TokenProblem | None:
    is_service = token.subject_type is SubjectType.SERVICE
    needed = (speakers.owner,) if is_service else (speakers.owner, speakers.user)
    if not all(person is not None and person.may_speak for person in needed):
        return TokenProblem.OWNER_MAY_NOT
    if not (is_service or token.client_id):
        return None
    client = speakers.client
    if client is None or not client.is_enabled:
        return TokenProblem.CLIENT_MAY_NOT
    if is_service and (client.subject != token.subject or resource.name not in client.resources):
        return TokenProblem.CLIENT_MAY_NOT
    return None


def _has_nothing(token: ApiToken, resource: ProtectedResource, scopes: frozenset[str]) -> bool:
    """Empty is nothing, never everything: whoever reads the answer might take it otherwise."""
    return (
        not scopes or token.networks == () or details_at(token.details, resource.identifier) == ()
    )
