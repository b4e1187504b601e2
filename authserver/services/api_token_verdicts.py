"""Is this API token good, here and now, for the one who asks? Judged anew for each call."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, Final, NamedTuple

from authserver.domain.access_details import details_at
from authserver.domain.api_tokens import (
    API_TOKEN_PREFIX,
    API_TOKEN_PURPOSE,
    NO_CLIENT_PREFIX,
    ApiTokenAccess,
    LastUse,
    Presentation,
    SubjectType,
)
from authserver.domain.authority import ChangeKind
from authserver.services.api_token_standing import (
    NOTHING,
    Speakers,
    is_beside_another_name,
    problem_here,
    problem_of_itself,
    scopes_left,
)
from authserver.services.introspection import NOT_OURS, TokenProblem, UnfitToken
from authserver.services.remembering import MOST_REMEMBERED, Remembered
from authserver.services.secret_digests import digests_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.api_tokens import ApiToken
    from authserver.domain.gateways import KeyDigests
    from authserver.domain.ports import Database, SecretDigester, SecretMaker, Stores
    from authserver.domain.resources import ProtectedResource, ResourceKind
    from authserver.services.directory import Directory
    from authserver.services.people_view import PeopleView
    from authserver.services.usage import LastUses

ALL_API_TOKENS: Final = "*"
"""The value of a change that is about so many tokens that workers look at every one anew."""
AGENT_CHARACTERS: Final = 200


class _Worth(NamedTuple):
    """What was made of a token: good for these very values alone, and for ever for those."""

    token: ApiToken
    resource: ProtectedResource
    speakers: Speakers
    problem: TokenProblem | None
    access: ApiTokenAccess


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
        self._digests: dict[bytes, KeyDigests] = {}
        """Of tokens that were found, by their SHA-256: never by themselves."""
        self._worths: dict[tuple[str, str, Presentation | None], _Worth] = {}

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
        worth = self._worth(token, resource, presentation)
        problem = problem_of_itself(token, now) or worth.problem
        if problem is None and is_beside_another_name(token, worth.speakers, username):
            problem = TokenProblem.OTHER_USER
        if problem is not None:
            return UnfitToken(problem, worth.access)
        if presentation is not None and presentation not in token.presentations:
            allowed = " ".join(sorted(token.presentations))
            return UnfitToken(TokenProblem.PRESENTED_OTHERWISE, worth.access, detail=allowed)
        return worth.access

    def note_use(
        self, access: ApiTokenAccess, at: float, *, network: str = "", agent: str = ""
    ) -> None:
        """Remember that a good token was used, from which address and by which User-Agent."""
        self._uses.note_api_token(access.token_id, LastUse(at, network, _shown(agent)))

    def _found(self, token_value: str) -> ApiToken | None:
        """Whoever's it is, live or not: the same work for everything that nobody has shown yet."""
        fingerprint = hashlib.sha256(token_value.encode("utf-8", "surrogatepass")).digest()
        digests = self._digests.get(fingerprint)
        if digests is not None:
            return self._tokens.get(digests)
        if not self._secret_maker.looks_like(API_TOKEN_PREFIX, token_value):
            return None
        digests = digests_of(self._digester, API_TOKEN_PURPOSE, token_value)
        token = self._tokens.get(digests)
        if token is not None:
            if len(self._digests) >= MOST_REMEMBERED:
                self._digests.clear()
            self._digests[fingerprint] = digests
        return token

    def _worth(
        self, token: ApiToken, resource: ProtectedResource, presentation: Presentation | None
    ) -> _Worth:
        """From memory where nothing of it has changed: to compare is less work than to judge."""
        speakers = self._speakers(token)
        key = (token.token_id, resource.name, presentation)
        known = self._worths.get(key)
        if (
            known is not None
            and known.token is token
            and known.resource is resource
            and known.speakers.are(speakers)
        ):
            return known
        scopes = scopes_left(token, speakers, self._scopes_of_kind.get(resource.kind, NOTHING))
        problem = problem_here(token, resource, speakers, scopes)
        shown = scopes if problem is None else token.scopes
        access = self._access(token, resource, shown, speakers, presentation)
        if len(self._worths) >= MOST_REMEMBERED:
            self._worths.clear()
        worth = self._worths[key] = _Worth(token, resource, speakers, problem, access)
        return worth

    def _speakers(self, token: ApiToken) -> Speakers:
        owner = self._people.person(token.owner)
        user = None
        if token.subject_type is SubjectType.USER:
            user = owner if token.subject == token.owner else self._people.person(token.subject)
        client = self._directory.clients.get(token.client_id) if token.client_id else None
        return Speakers(owner, user, client)

    def _access(
        self,
        token: ApiToken,
        resource: ProtectedResource,
        scopes: frozenset[str],
        speakers: Speakers,
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
    kept = agent[:AGENT_CHARACTERS]
    if kept.isprintable():
        return kept
    return "".join(each if each.isprintable() else "?" for each in kept)
