"""Whether a grant may still yield tokens: the one look at everybody it depends on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.clients import GrantType
from authserver.domain.grants import GrantOrigin
from authserver.domain.scope_reach import beyond
from authserver.services.role_scopes import beyond_roles
from authserver.services.scope_ceilings import ceiling_of, lost

if TYPE_CHECKING:
    from authserver.domain.clients import Client
    from authserver.domain.grants import Grant
    from authserver.domain.ports import Stores

TYPE_OF_ORIGIN: Final = {
    GrantOrigin.CODE: GrantType.AUTHORIZATION_CODE,
    GrantOrigin.DEVICE: GrantType.DEVICE_CODE,
    GrantOrigin.TOKEN_EXCHANGE: GrantType.TOKEN_EXCHANGE,
}


def why_not(stores: Stores, grant: Grant, client: Client, now: float) -> str:
    """Why no token may descend from the grant at `now`, empty when one may; for the record.

    For a reading transaction: whatever ends a user or a session ends its grants with it, so that
    whoever writes has to look at the grant alone once more.
    """
    return (
        _of_grant(grant, now)
        or _of_client(grant, client)
        or _of_user(stores, grant)
        or _of_groups(stores, grant)
        or _of_session(stores, grant, now)
    )


def _of_grant(grant: Grant, now: float) -> str:
    if grant.ended_at is not None:
        return f"the grant has ended: {grant.end}"
    return "" if grant.is_live(now) else "the grant has expired"


def _of_client(grant: Grant, client: Client) -> str:
    if TYPE_OF_ORIGIN[grant.origin] not in client.grant_types:
        return f"the client may not use {TYPE_OF_ORIGIN[grant.origin]} any more"
    if grant.resource and grant.resource not in client.resources:
        return f"the client may not use the resource {grant.resource} any more"
    gone = beyond(grant.scopes, client.scopes)
    return f"the client lost scopes: {' '.join(sorted(gone))}" if gone else ""


def _of_user(stores: Stores, grant: Grant) -> str:
    user = stores.users.get(grant.subject)
    if user is None or not user.is_enabled:
        return "the user is disabled or deleted"
    return "" if user.has_credentials else "the user's credentials rest"


def _of_groups(stores: Stores, grant: Grant) -> str:
    ceiling = ceiling_of(stores, grant.subject)
    if ceiling is not None and not grant.scopes:
        return "the user's groups give none of the scopes asked for"
    gone = lost(ceiling, grant.scopes)
    if gone:
        return f"the user's groups do not give: {' '.join(sorted(gone))}"
    gone = beyond_roles(stores, grant.subject, grant.scopes)
    return f"the user's roles do not give: {' '.join(sorted(gone))}" if gone else ""


def _of_session(stores: Stores, grant: Grant, now: float) -> str:
    if not grant.session_bound:
        return ""
    session = stores.sessions.get(grant.session_id)
    return "" if session is not None and session.is_live(now) else "the session has ended"
