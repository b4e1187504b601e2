"""Everything that opens a site: ways without a token, clients, API tokens, what users allow."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from authserver.domain.access_details import details_at
from authserver.domain.api_tokens import ApiTokenFilter, SubjectType
from authserver.domain.clients import ClientStatus, GrantType
from authserver.domain.pages import Place
from authserver.domain.policy_calls import LEGACY_WAYS, CallerFacts, CallerWay
from authserver.domain.resources import ResourceStatus
from authserver.domain.searches import ClientSearch, ClientSort, GrantSearch, GrantSort
from authserver.domain.users import canonical
from authserver.services.caller_facts import facts_of
from authserver.services.grant_standing import why_not
from authserver.services.introspection import UnfitToken
from authserver.services.openings import openings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from authserver.domain.api_tokens import ApiToken
    from authserver.domain.clients import Client
    from authserver.domain.grants import Grant
    from authserver.domain.ports import Database
    from authserver.domain.resources import ProtectedResource, ResourceKind
    from authserver.services.decision_ports import PeopleSource
    from authserver.services.openings import Asking, Opened
    from authserver.services.operation_scopes import OperationScopes
    from authserver.services.policy_explanations import ApiTokenJudge

    Looked = tuple[Place, "Holder | None"]

_BATCH: Final = 200


class HolderKind(StrEnum):
    """By what somebody can: in the order of the answer."""

    WAY = "way"
    """A way of calling without any token of ours."""
    CLIENT = "client"
    """A client, for itself."""
    API_TOKEN = "api-token"  # noqa: S105 - a kind
    GRANT = "grant"
    """What a user allowed a client."""


class Holder(NamedTuple):
    """Whoever can: `name` is the id of what it is by, or the way of calling.

    `called` is what people call that, `who` for whom it speaks, by name: empty for nobody we know.
    """

    kind: HolderKind
    name: str
    called: str
    who: str
    opened: Opened


class SiteCallers:
    """Walks through everything there is at a site."""

    def __init__(
        self,
        *,
        database: Database,
        scopes: OperationScopes,
        scopes_of_kind: Mapping[ResourceKind, frozenset[str]],
        api_tokens: ApiTokenJudge,
        people: PeopleSource,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._database = database
        self._scopes = scopes
        self._scopes_of_kind = scopes_of_kind
        self._api_tokens = api_tokens
        self._people = people

    def walk(
        self, asking: Asking, resource: ProtectedResource, after: Place | None
    ) -> Iterator[Looked]:
        """Everything behind `after`, each with its place, and who it is that can.

        Raises:
            InvalidField: the place is another list's.
            StorageUnavailable: nobody can be sure now.
        """
        part, last = 0.0, None
        if after is not None:
            number, *rest = after.fitting(float, float, str)
            part, last = float(number), Place(tuple(rest))
        if resource.status is not ResourceStatus.ENABLED:
            return
        for number, look in enumerate((self._ways, self._clients, self._tokens, self._grants)):
            if number >= part:
                for at, holder in look(asking, resource, last if number == part else None):
                    yield Place((float(number), *at.values)), holder

    def _ways(
        self, asking: Asking, _resource: ProtectedResource, after: Place | None
    ) -> Iterator[Looked]:
        for way in sorted(LEGACY_WAYS):
            if way > _name(after):
                opened = openings(asking, self._scopes, CallerFacts(way), None)
                holder = None if opened is None else Holder(HolderKind.WAY, way, "", "", opened)
                yield Place((0.0, str(way))), holder

    def _clients(
        self, asking: Asking, resource: ProtectedResource, after: Place | None
    ) -> Iterator[Looked]:
        wanted = ClientSearch(
            resource=resource.name,
            grant_type=GrantType.CLIENT_CREDENTIALS,
            status=ClientStatus.ENABLED,
        )
        place = Place((_name(after),)) if after is not None else None
        while True:
            with self._database.reading() as stores:
                page = stores.clients.page(
                    wanted, sort=ClientSort.CLIENT_ID, after=place, limit=_BATCH
                )
            for client in page.items:
                yield Place((0.0, client.client_id)), self._client(asking, resource, client)
            place = page.next_place
            if place is None:
                return

    def _client(self, asking: Asking, resource: ProtectedResource, client: Client) -> Holder | None:
        facts = CallerFacts(
            CallerWay.ACCESS_TOKEN,
            client.subject,
            client.client_id,
            count_key=client.client_id,
            is_service=True,
        )
        granted = client.scopes & self._scopes_of_kind.get(resource.kind, frozenset())
        opened = openings(asking, self._scopes, facts, granted)
        return (
            None
            if opened is None
            else Holder(HolderKind.CLIENT, client.client_id, client.name, "", opened)
        )

    def _tokens(
        self, asking: Asking, resource: ProtectedResource, after: Place | None
    ) -> Iterator[Looked]:
        wanted, last = ApiTokenFilter(resource=resource.name, live_at=asking.at), _name(after)
        while True:
            with self._database.reading() as stores:
                found = stores.api_tokens.page(wanted, after=last, limit=_BATCH)
            for token in found:
                last = token.token_id
                yield Place((0.0, last)), self._token(asking, resource, token)
            if len(found) < _BATCH:
                return

    def _token(self, asking: Asking, resource: ProtectedResource, token: ApiToken) -> Holder | None:
        is_user = token.subject_type is SubjectType.USER
        person = self._people.person(token.subject) if is_user else None
        for presentation in sorted(token.presentations, reverse=True):
            access = self._api_tokens.verdict(token, resource, asking.at, presentation=presentation)
            if isinstance(access, UnfitToken):
                continue
            opened = openings(asking, self._scopes, facts_of(access, person), access.scopes)
            if opened is not None:
                who = access.username if is_user else token.client_id
                called = token.name or token.purpose
                return Holder(HolderKind.API_TOKEN, token.token_id, called, who, opened)
        return None

    def _grants(
        self, asking: Asking, resource: ProtectedResource, after: Place | None
    ) -> Iterator[Looked]:
        wanted = GrantSearch(resource=resource.name, live_at=asking.at)
        while True:
            with self._database.reading() as stores:
                page = stores.grants.page(
                    wanted, sort=GrantSort.CREATED, descending=True, after=after, limit=_BATCH
                )
                found = [(each, stores.clients.get(each.client_id)) for each in page.items]
                standing = {
                    grant.grant_id
                    for grant, client in found
                    if client is not None
                    and client.is_enabled
                    and not why_not(stores, grant, client, asking.at)
                }
            for grant, client in found:
                holder = None
                if client is not None and grant.grant_id in standing:
                    holder = self._grant(asking, resource, grant, client)
                yield Place((grant.created_at, grant.grant_id)), holder
            after = page.next_place
            if after is None:
                return

    def _grant(
        self, asking: Asking, resource: ProtectedResource, grant: Grant, client: Client
    ) -> Holder | None:
        person = self._people.person(grant.subject)
        if person is None:
            return None
        facts = CallerFacts(
            CallerWay.ACCESS_TOKEN,
            grant.subject,
            grant.client_id,
            count_key=grant.grant_id,
            username=canonical(person.user.username),
            groups=person.groups,
            email_domain=person.email_domain,
            details=details_at(grant.details, resource.identifier),
        )
        opened = openings(asking, self._scopes, facts, grant.scopes)
        name = person.user.username
        return (
            None
            if opened is None
            else Holder(HolderKind.GRANT, grant.grant_id, client.name, name, opened)
        )


def _name(after: Place | None) -> str:
    return "" if after is None else str(after.values[-1])
