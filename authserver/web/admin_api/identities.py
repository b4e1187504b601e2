"""`/identities`: who users are at identity providers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.searches import IdentitySearch, IdentitySort
from authserver.web.admin_api.endpoints import Answered, Endpoint
from authserver.web.admin_api.models.sessions import (
    IdentityPage,
    IdentityQuery,
    IdentityShown,
    OneIdentity,
    identity_shown,
)
from authserver.web.admin_api.pieces import pieces_of
from authserver.web.admin_api.users import ONE as USER
from authserver.web.admin_api.users import READ, WRITE

if TYPE_CHECKING:
    from authserver.domain.identities import Identity
    from authserver.web.admin_api.endpoints import Asked
    from authserver.web.admin_api.models.members import NothingSaid

ONE: Final = f"{USER}/identities/{{provider}}"


def list_identities(asked: Asked[NothingSaid, IdentityQuery]) -> Answered:
    """One page of them."""
    query, services = asked.query, asked.services
    wanted = IdentitySearch(
        provider=query.provider,
        subject=services.long_lists.meant("user", query.user),
        is_asleep=query.asleep,
    )
    items, following = pieces_of(
        asked, IdentitySort, lambda sort, piece: services.long_lists.identities(wanted, sort, piece)
    )
    shown = [identity_shown(each) for each in items]
    return Answered(IdentityPage(items=shown, next_cursor=following))


def show_identity(asked: Asked[NothingSaid, OneIdentity]) -> Answered:
    """Who a user is at a provider."""
    return Answered(identity_shown(_meant(asked)))


def unlink_identity(asked: Asked[NothingSaid, OneIdentity]) -> Answered:
    """Disconnect a user from a provider."""
    found = _meant(asked)
    asked.services.identities.unlink(found.provider, found.subject_key, asked.act)
    return Answered()


def _meant(asked: Asked[NothingSaid, OneIdentity]) -> Identity:
    """Raises NotFound, SeveralIdentities."""
    path = asked.path
    return asked.services.identities.at(
        path["provider"], path["subject"], asked.query.identity_id or ""
    )


ENDPOINTS: Final = (
    Endpoint(
        *("GET", "/identities", "listIdentities", "List who users are at providers", READ),
        list_identities,
        query=IdentityQuery,
        answer=IdentityPage,
    ),
    Endpoint(
        *("GET", ONE, "showIdentity", "Show who a user is at a provider", READ, show_identity),
        query=OneIdentity,
        answer=IdentityShown,
        refusals=frozenset({409}),
    ),
    Endpoint(
        *("DELETE", ONE, "unlinkIdentity", "Disconnect a user from a provider", WRITE),
        unlink_identity,
        about="What came by it ends before the answer; the user stays.",
        query=OneIdentity,
        status=204,
        refusals=frozenset({409}),
    ),
)
