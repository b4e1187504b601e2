"""`/grants`: what users allowed to apps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.errors import InvalidField, NotFound
from authserver.domain.grants import GrantEnd, GrantFilter, GrantOrigin
from authserver.domain.searches import GrantSearch, GrantSort
from authserver.web.admin_api.endpoints import Answered, Endpoint
from authserver.web.admin_api.models.sessions import (
    Ended,
    GrantPage,
    GrantQuery,
    GrantsEnd,
    GrantShown,
    grant_shown,
)
from authserver.web.admin_api.pieces import pieces_of, word
from authserver.web.admin_api.user_support import READ, WRITE

if TYPE_CHECKING:
    from authserver.web.admin_api.endpoints import Asked
    from authserver.web.admin_api.models.members import NoQuery, NothingSaid

ONE: Final = "/grants/{grant_id}"
BY: Final = GrantEnd.REVOKED_BY_ADMINISTRATOR


def list_grants(asked: Asked[NothingSaid, GrantQuery]) -> Answered:
    """One page of them."""
    query, services = asked.query, asked.services
    wanted = GrantSearch(
        client_id=query.client_id,
        subject=services.long_lists.meant("user", query.user),
        resource=query.resource,
        session_id=query.session_id,
        origin=word(GrantOrigin, query.origin),
        live_at=services.clock.now() if query.live else None,
    )
    items, following = pieces_of(
        asked, GrantSort, lambda sort, piece: services.long_lists.grants(wanted, sort, piece)
    )
    return Answered(GrantPage(items=[grant_shown(each) for each in items], next_cursor=following))


def show_grant(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """One of them, an ended one too."""
    return Answered(grant_shown(asked.services.long_lists.grant(asked.path["grant_id"])))


def revoke_grant(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """End one."""
    grant_id = asked.path["grant_id"]
    if not asked.services.grants.end(GrantFilter(grant_id=grant_id), BY, asked.act):
        raise NotFound("live grant", grant_id)
    return Answered()


def revoke_grants(asked: Asked[GrantsEnd, NoQuery]) -> Answered:
    """End many."""
    said = asked.said
    if not said.model_fields_set:
        raise InvalidField("user", "a user, or a client_id, or both")
    subject = asked.services.long_lists.meant("user", said.user)
    wanted = GrantFilter(subject=subject, client_id=said.client_id)
    return Answered(Ended(ended=list(asked.services.grants.end(wanted, BY, asked.act))))


ENDPOINTS: Final = (
    Endpoint(
        *("GET", "/grants", "listGrants", "List what users allowed to apps", READ, list_grants),
        query=GrantQuery,
        answer=GrantPage,
    ),
    Endpoint(
        *("GET", ONE, "showGrant", "Show a grant", READ, show_grant),
        answer=GrantShown,
    ),
    Endpoint(
        *("DELETE", ONE, "revokeGrant", "Revoke a grant", WRITE, revoke_grant),
        about="No token that came of it is good any more when this answers.",
        status=204,
    ),
    Endpoint(
        *("POST", "/grants/revoke", "revokeGrants", "Revoke many grants", WRITE, revoke_grants),
        about="No token that came of them is good any more when this answers.",
        said=GrantsEnd,
        answer=Ended,
    ),
)
