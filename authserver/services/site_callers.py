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
from authserver.services.api_token_standing import NOTHING, problem_of_itself
from authserver.services.caller_facts import facts_of
from authserver.services.grant_standing import why_not
from authserver.services.introspection import UnfitToken
from authserver.services.openings import Opener

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

_BATCH: Final = 200
_FEW: Final = 50
"""Of what takes long to read."""


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


class Looked(NamedTuple):
    """One that was looked at: where it stands, and who it is that can.

    `is_close`: its scopes would do, so that the policy and everybody it depends on was asked.
    """

    place: Place
    holder: Holder | None
    is_close: bool = False


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
        """Everything behind `after`.

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
        opens = Opener(asking, self._scopes)
        for number, look in enumerate((_ways, self._clients, self._tokens, self._grants)):
            if number >= part:
                for each in look(opens, resource, last if number == part else None):
                    yield each._replace(place=Place((float(number), *each.place.values)))

    def _clients(
        self, opens: Opener, resource: ProtectedResource, after: Place | None
    ) -> Iterator[Looked]:
        wanted = ClientSearch(
            resource=resource.name,
            grant_type=GrantType.CLIENT_CREDENTIALS,
            status=ClientStatus.ENABLED,
        )
        of_kind = self._scopes_of_kind.get(resource.kind, NOTHING)
        place = Place((_name(after),)) if after is not None else None
        while True:
            with self._database.reading() as stores:
                page = stores.clients.page(
                    wanted, sort=ClientSort.CLIENT_ID, after=place, limit=_BATCH
                )
            for client in page.items:
                granted = client.scopes & of_kind
                holder, is_close = None, bool(opens.covered(granted))
                if is_close:
                    holder = _client(opens, client, granted)
                yield Looked(Place((0.0, client.client_id)), holder, is_close)
            place = page.next_place
            if place is None:
                return

    def _tokens(
        self, opens: Opener, resource: ProtectedResource, after: Place | None
    ) -> Iterator[Looked]:
        at = opens.asking.at
        of_kind = self._scopes_of_kind.get(resource.kind, NOTHING)
        wanted, last = ApiTokenFilter(resource=resource.name, live_at=at), _name(after)
        while True:
            with self._database.reading() as stores:
                found = stores.api_tokens.page(wanted, after=last, limit=_BATCH)
            for token in found:
                last = token.token_id
                # Whoever limits it leaves it no scope that it has not.
                is_close = bool(opens.covered(token.scopes & of_kind))
                is_close = is_close and problem_of_itself(token, at) is None
                holder = self._token(opens, resource, token) if is_close else None
                yield Looked(Place((0.0, last)), holder, is_close)
            if len(found) < _BATCH:
                return

    def _token(self, opens: Opener, resource: ProtectedResource, token: ApiToken) -> Holder | None:
        is_user = token.subject_type is SubjectType.USER
        person = self._people.person(token.subject) if is_user else None
        for presentation in sorted(token.presentations, reverse=True):
            access = self._api_tokens.verdict(
                token, resource, opens.asking.at, presentation=presentation
            )
            if isinstance(access, UnfitToken):
                continue
            opened = opens.of_token(facts_of(access, person), access.scopes)
            if opened is not None:
                who = access.username if is_user else token.client_id
                called = token.name or token.purpose
                return Holder(HolderKind.API_TOKEN, token.token_id, called, who, opened)
        return None

    def _grants(
        self, opens: Opener, resource: ProtectedResource, after: Place | None
    ) -> Iterator[Looked]:
        wanted = GrantSearch(resource=resource.name, live_at=opens.asking.at)
        while True:
            with self._database.reading() as stores:
                page = stores.grants.page(
                    wanted, sort=GrantSort.CREATED, descending=True, after=after, limit=_FEW
                )
                close = [each for each in page.items if opens.covered(each.scopes)]
                clients = {
                    client_id: stores.clients.get(client_id)
                    for client_id in {each.client_id for each in close}
                }
                standing = {
                    grant.grant_id: client
                    for grant in close
                    if (client := clients[grant.client_id]) is not None
                    and client.is_enabled
                    and not why_not(stores, grant, client, opens.asking.at)
                }
            for grant in page.items:
                client, holder = standing.get(grant.grant_id), None
                if client is not None:
                    holder = self._grant(opens, resource, grant, client)
                is_close = bool(opens.covered(grant.scopes))
                yield Looked(Place((grant.created_at, grant.grant_id)), holder, is_close)
            after = page.next_place
            if after is None:
                return

    def _grant(
        self, opens: Opener, resource: ProtectedResource, grant: Grant, client: Client
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
        opened = opens.of_token(facts, grant.scopes)
        name = person.user.username
        return (
            None
            if opened is None
            else Holder(HolderKind.GRANT, grant.grant_id, client.name, name, opened)
        )


def _ways(opens: Opener, _resource: ProtectedResource, after: Place | None) -> Iterator[Looked]:
    for way in sorted(LEGACY_WAYS):
        if way > _name(after):
            opened = opens.of_way(CallerFacts(way))
            holder = None if opened is None else Holder(HolderKind.WAY, way, "", "", opened)
            yield Looked(Place((0.0, str(way))), holder)


def _client(opens: Opener, client: Client, granted: frozenset[str]) -> Holder | None:
    facts = CallerFacts(
        CallerWay.ACCESS_TOKEN,
        client.subject,
        client.client_id,
        count_key=client.client_id,
        is_service=True,
    )
    opened = opens.of_token(facts, granted)
    return (
        None
        if opened is None
        else Holder(HolderKind.CLIENT, client.client_id, client.name, "", opened)
    )


def _name(after: Place | None) -> str:
    return "" if after is None else str(after.values[-1])
