"""Is this API token good, here and now, for the one who asks? Judged anew for each call."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Final, NamedTuple

from authserver.domain.access_details import details_at
from authserver.domain.api_tokens import (
    API_TOKEN_PREFIX,
    API_TOKEN_PURPOSE,
    NO_CLIENT_PREFIX,
    ApiTokenAccess,
    ApiTokenStatus,
    LastUse,
    Presentation,
    SubjectType,
)
from authserver.domain.authority import ChangeKind
from authserver.domain.resources import ResourceStatus
from authserver.domain.scope_reach import common
from authserver.domain.users import canonical
from authserver.services.introspection import NOT_OURS, TokenProblem, UnfitToken
from authserver.services.remembering import Remembered
from authserver.services.secret_digests import digests_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authserver.domain.api_tokens import ApiToken
    from authserver.domain.clients import Client
    from authserver.domain.gateways import KeyDigests
    from authserver.domain.ports import Database, SecretDigester, SecretMaker, Stores
    from authserver.domain.resources import ProtectedResource, ResourceKind
    from authserver.services.directory import Directory
    from authserver.services.people_view import PeopleView, Person
    from authserver.services.usage import LastUses

ALL_API_TOKENS: Final = "*"
"""The value of a change that is about so many tokens that workers look at every one anew."""
AGENT_CHARACTERS: Final = 200
NOTHING: Final[frozenset[str]] = frozenset()


class _Speakers(NamedTuple):
    """Everybody whom a token depends on: whoever answers for it, the user, the client."""

    owner: Person | None
    user: Person | None
    client: Client | None


class ApiTokenVerdicts:
    """The verdict on API tokens: what is left of one under everything that limits it now.

    Tokens are remembered by their digests under the lease, and so are their people and clients:
    what somebody takes away is gone for all of them when that is answered. Denials of access tokens
    do not reach API tokens: those have a status of their own, and come back when it does.
    """

    def __init__(
        self,
        *,
        issuer: str,
        database: Database,
        directory: Directory,
        people: PeopleView,
        digester: SecretDigester,
        secret_maker: SecretMaker,
        scopes_of_kind: Mapping[ResourceKind, frozenset[str]],
        uses: LastUses,
    ) -> None:
        """`scopes_of_kind` says which scopes mean something at a kind of protected resource."""
        self._issuer = issuer
        self._directory = directory
        self._people = people
        self._digester = digester
        self._secret_maker = secret_maker
        self._scopes_of_kind = scopes_of_kind
        self._uses = uses
        self._tokens: Remembered[KeyDigests, ApiToken] = Remembered(
            database,
            directory.view,
            ChangeKind.API_TOKEN,
            _load,
            named=lambda token: token.token_id,
            name_of_all=ALL_API_TOKENS,
        )

    def judge(
        self,
        token_value: str,
        resource: ProtectedResource,
        now: float,
        *,
        presentation: Presentation | None,
        username: str | None = None,
    ) -> ApiTokenAccess | UnfitToken:
        """What an API token may do at `resource` at `now` (epoch seconds), or why nothing.

        `presentation` is how it was sent, `None` where that is not known here. `username` is what
        stood beside it with Basic: the user's name or e-mail address, or a service's client id,
        however they are written; `None` where nothing can stand there.

        The problem is for records, but for `PRESENTED_OTHERWISE`: then everything else is right,
        and `detail` names the ways that are allowed.

        Raises:
            StorageUnavailable: nobody can be sure now.
        """
        self._directory.view.ensure_fresh()
        token = self._found(token_value)
        if token is None:
            return NOT_OURS
        return self._verdict(token, resource, now, presentation, username)

    def verdict(
        self,
        token: ApiToken,
        resource: ProtectedResource,
        now: float,
        *,
        presentation: Presentation | None,
    ) -> ApiTokenAccess | UnfitToken:
        """The same for a token that was found otherwise: what its secret would be worth.

        For explanations alone: nobody has presented anything.

        Raises:
            StorageUnavailable: nobody can be sure now.
        """
        self._directory.view.ensure_fresh()
        return self._verdict(token, resource, now, presentation, None)

    def _verdict(
        self,
        token: ApiToken,
        resource: ProtectedResource,
        now: float,
        presentation: Presentation | None,
        username: str | None,
    ) -> ApiTokenAccess | UnfitToken:
        speakers = self._speakers(token)
        scopes = self._scopes(token, resource, speakers)
        problem = (
            _of_itself(token, now)
            or _of_place(token, resource)
            or _of_speakers(token, resource, speakers)
            or (TokenProblem.NOTHING_LEFT if _has_nothing(token, resource, scopes) else None)
            or (TokenProblem.OTHER_USER if _is_other(token, speakers.user, username) else None)
        )
        if problem is not None:
            return UnfitToken(
                problem, self._access(token, resource, token.scopes, speakers, presentation)
            )
        access = self._access(token, resource, scopes, speakers, presentation)
        if presentation is not None and presentation not in token.presentations:
            allowed = " ".join(sorted(token.presentations))
            return UnfitToken(TokenProblem.PRESENTED_OTHERWISE, access, detail=allowed)
        return access

    def note_use(
        self, access: ApiTokenAccess, at: float, *, network: str = "", agent: str = ""
    ) -> None:
        """Remember that a good token was used, from which address and by which User-Agent."""
        self._uses.note_api_token(access.token_id, LastUse(at, network, _shown(agent)))

    def _found(self, token_value: str) -> ApiToken | None:
        """Whoever's it is, live or not: the same work for everything that has the right form."""
        if not self._secret_maker.looks_like(API_TOKEN_PREFIX, token_value):
            return None
        return self._tokens.get(digests_of(self._digester, API_TOKEN_PURPOSE, token_value))

    def _speakers(self, token: ApiToken) -> _Speakers:
        owner = self._people.person(token.owner)
        user = None
        if token.subject_type is SubjectType.USER:
            user = owner if token.subject == token.owner else self._people.person(token.subject)
        client = self._directory.clients.get(token.client_id) if token.client_id else None
        return _Speakers(owner, user, client)

    def _scopes(
        self, token: ApiToken, resource: ProtectedResource, speakers: _Speakers
    ) -> frozenset[str]:
        """What is left of the token's scopes: they only ever get fewer."""
        scopes = token.scopes & self._scopes_of_kind.get(resource.kind, NOTHING)
        for person in (speakers.owner, speakers.user):
            if person is not None and person.ceiling is not None:
                scopes = common(scopes, person.ceiling)
        if token.subject_type is SubjectType.SERVICE:
            client = speakers.client
            scopes = NOTHING if client is None else common(scopes, client.scopes)
        return scopes

    def _access(
        self,
        token: ApiToken,
        resource: ProtectedResource,
        scopes: frozenset[str],
        speakers: _Speakers,
        presentation: Presentation | None,
    ) -> ApiTokenAccess:
        return ApiTokenAccess(
            issuer=self._issuer,
            subject=token.subject,
            audience=resource.identifier,
            client_id=token.client_id or NO_CLIENT_PREFIX + token.token_id,
            scopes=scopes,
            issued_at=int(token.created_at),
            expires_at=int(token.expires_at),
            token_id=token.token_id,
            grant_id=token.lineage_id,
            details=details_at(token.details, resource.identifier),
            subject_type=token.subject_type,
            owner=token.owner,
            purpose=token.purpose,
            team=token.team,
            ticket=token.ticket,
            presentation=presentation,
            networks=token.networks,
            username="" if speakers.user is None else speakers.user.user.username,
        )


def _load(stores: Stores, digests: KeyDigests) -> ApiToken | None:
    token = stores.api_tokens.by_secret(digests)
    if token is None or token.secret is None:
        return None
    presented = dict(digests).get(token.secret.pepper_id, b"")
    return token if hmac.compare_digest(presented, token.secret.digest) else None


def _shown(agent: str) -> str:
    """Bounded and printable: every database holds it, and every page may show it."""
    return "".join(each if each.isprintable() else "?" for each in agent[:AGENT_CHARACTERS])


def _of_itself(token: ApiToken, now: float) -> TokenProblem | None:
    if token.status is ApiTokenStatus.REVOKED:
        return TokenProblem.REVOKED
    if token.status is ApiTokenStatus.EXPIRED:
        return TokenProblem.EXPIRED
    if token.status is not ApiTokenStatus.ENABLED:
        return TokenProblem.DISABLED
    is_over = token.secret is None or not token.secret.is_live(now)
    return TokenProblem.EXPIRED if is_over or not token.is_live(now) else None


def _of_place(token: ApiToken, resource: ProtectedResource) -> TokenProblem | None:
    if resource.name not in token.resources:
        return TokenProblem.OTHER_RESOURCE
    stopped = resource.status is not ResourceStatus.ENABLED
    return TokenProblem.RESOURCE_STOPPED if stopped else None


def _of_speakers(
    token: ApiToken, resource: ProtectedResource, speakers: _Speakers
) -> TokenProblem | None:
    is_service = token.subject_type is SubjectType.SERVICE
    needed: Sequence[Person | None] = (
        (speakers.owner,) if is_service else (speakers.owner, speakers.user)
    )
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


def _is_other(token: ApiToken, user: Person | None, username: str | None) -> bool:
    if username is None:
        return False
    names = [token.client_id] if user is None else [user.user.username, user.user.data.email]
    asked = canonical(username.strip())
    return not asked or asked not in map(canonical, names)
