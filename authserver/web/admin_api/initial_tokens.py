"""`/initial-access-tokens`: who may register clients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.services.initial_access_tokens import InitialTokenDraft
from authserver.web.admin_api.clients import POINTERS, READ, WRITE
from authserver.web.admin_api.endpoints import Answered, Endpoint
from authserver.web.admin_api.models.initial_tokens import (
    InitialTokenPage,
    MadeInitialToken,
    NewInitialToken,
    initial_token_shown,
)
from authserver.web.admin_api.models.members import ListQuery
from authserver.web.admin_api.pages import page_of, sorted_page

if TYPE_CHECKING:
    from authserver.web.admin_api.endpoints import Asked
    from authserver.web.admin_api.models.members import NoQuery, NothingSaid

PATH: Final = "/initial-access-tokens"


def list_initial_tokens(asked: Asked[NothingSaid, ListQuery]) -> Answered:
    """One page of them."""
    found = asked.services.initial_access_tokens.list()
    fetch = sorted_page(found, lambda each: (each.created_at, each.token_id), descending=True)
    items, following = page_of(asked, fetch)
    shown = [initial_token_shown(each) for each in items]
    return Answered(InitialTokenPage(items=shown, next_cursor=following))


def create_initial_token(asked: Asked[NewInitialToken, NoQuery]) -> Answered:
    """Make one."""
    said = asked.said
    fresh = asked.services.initial_access_tokens.create(
        InitialTokenDraft(
            label=said.label,
            grant_types=said.grant_types,
            scopes=said.scopes,
            resources=said.resources,
            pkce_exempt=said.pkce_exempt,
            assertion_audience=said.assertion_audience,
            quota=said.quota,
            expires_in=said.expires_in_seconds,
        ),
        asked.act,
    )
    shown = MadeInitialToken(
        initial_access_token=fresh.value, token=initial_token_shown(fresh.token)
    )
    return Answered(shown, PATH)


def revoke_initial_token(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """Let one register no client any more."""
    asked.services.initial_access_tokens.revoke(asked.path["token_id"], asked.act)
    return Answered()


ENDPOINTS: Final = (
    Endpoint(
        *("GET", PATH, "listInitialTokens", "List initial access tokens", READ),
        list_initial_tokens,
        query=ListQuery,
        answer=InitialTokenPage,
    ),
    Endpoint(
        *("POST", PATH, "createInitialToken", "Let clients register", WRITE),
        create_initial_token,
        about="The token is in the answer and can be shown by nobody later.",
        said=NewInitialToken,
        answer=MadeInitialToken,
        status=201,
        creates=True,
        shows_secret=True,
        pointers=POINTERS,
    ),
    Endpoint(
        *("DELETE", f"{PATH}/{{token_id}}", "revokeInitialToken", "Revoke a token", WRITE),
        revoke_initial_token,
        about="Clients that were registered with it stay.",
        status=204,
    ),
)
