"""`/tokens`: API tokens, the keys that take the place of passwords."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from authserver.domain.api_tokens import ApiTokenFilter, ApiTokenStatus, SubjectType
from authserver.domain.roles import Area, to_read, to_write
from authserver.domain.searches import ApiTokenSort
from authserver.services.api_token_drafts import ApiTokenDraft, Delivery, MadeApiToken, Maker
from authserver.web.admin_api.endpoints import Answered, Endpoint
from authserver.web.admin_api.models.members import moment
from authserver.web.admin_api.models.tokens import (
    Lineage,
    MadeToken,
    NewToken,
    Offer,
    StaleQuery,
    StoppedTokens,
    TokenPage,
    TokenQuery,
    TokenRotation,
    TokenShown,
    Why,
    token_shown,
)
from authserver.web.admin_api.pages import page_of
from authserver.web.admin_api.pieces import pieces_of, word

if TYPE_CHECKING:
    from authserver.web.admin_api.endpoints import Asked
    from authserver.web.admin_api.models.members import NoQuery, NothingSaid

READ: Final = to_read(Area.TOKENS)
WRITE: Final = to_write(Area.TOKENS)
ONE: Final = "/tokens/{token_id}"
POINTERS: Final = {
    "expires_in": "expires_in_seconds",
    "overlap": "overlap_seconds",
    "owner": "user",
}


def list_tokens(asked: Asked[NothingSaid, TokenQuery]) -> Answered:
    """One page of them."""
    query, services = asked.query, asked.services
    now = services.clock.now()
    stated = query.model_fields_set
    wanted = ApiTokenFilter(
        text=query.q,
        owner=services.long_lists.meant("user", query.user),
        client_id=query.client_id,
        resource=query.resource,
        scope=query.scope,
        team=query.team,
        ticket=query.ticket,
        purpose=query.purpose,
        status=word(ApiTokenStatus, query.status),
        subject_type=word(SubjectType, query.subject_type),
        where=services.api_token_bulk.condition(query.where) if "where" in stated else None,
        expires_before=now + query.expires_in_seconds if "expires_in_seconds" in stated else None,
        live_at=now if query.live and "status" not in stated else None,
    )
    items, following = pieces_of(
        asked, ApiTokenSort, lambda sort, piece: services.long_lists.api_tokens(wanted, sort, piece)
    )
    return Answered(TokenPage(items=[token_shown(each) for each in items], next_cursor=following))


def list_stale_tokens(asked: Asked[NothingSaid, StaleQuery]) -> Answered:
    """One page of those that nobody uses."""
    disuse, seconds = asked.services.api_token_disuse, asked.query.unused_for_seconds
    items, following = page_of(asked, lambda after, limit: disuse.page(seconds, after, limit))
    return Answered(TokenPage(items=[token_shown(each) for each in items], next_cursor=following))


def create_token(asked: Asked[NewToken, NoQuery]) -> Answered:
    """Make one for somebody."""
    said = asked.said
    draft = ApiTokenDraft(
        user=said.user,
        purpose=said.purpose,
        scopes=said.scopes,
        resources=said.resources,
        subject_type=SubjectType(said.subject_type),
        client_id=said.client_id,
        name=said.name,
        team=said.team,
        ticket=said.ticket,
        operations=said.operations,
        projects=said.projects,
        networks=said.networks,
        presentations=said.presentations,
        expires_in=said.expires_in_seconds,
    )
    made = asked.services.api_tokens.create(
        draft, asked.act, _maker(asked), delivery=Delivery(said.delivery)
    )
    return _made(made)


def show_token(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """One of them."""
    return Answered(token_shown(asked.services.api_tokens.get(asked.path["token_id"])))


def show_lineage(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """Those before and after one."""
    tokens = asked.services.api_tokens
    found = tokens.lineage(tokens.get(asked.path["token_id"]))
    return Answered(Lineage(items=[token_shown(each) for each in found]))


def rotate_token(asked: Asked[TokenRotation, NoQuery]) -> Answered:
    """Put a new one in the place of one."""
    said = asked.said
    made = asked.services.api_tokens.rotate(
        asked.path["token_id"],
        asked.act,
        _maker(asked),
        overlap_seconds=said.overlap_seconds,
        expires_in=said.expires_in_seconds,
        delivery=Delivery(said.delivery),
    )
    return _made(made)


def offer_token(asked: Asked[Offer, NoQuery]) -> Answered:
    """Give the owner of one another link."""
    made = asked.services.api_tokens.offer_again(
        asked.path["token_id"], asked.act, Delivery(asked.said.delivery)
    )
    return _made(made)


def revoke_token(asked: Asked[Why, NoQuery]) -> Answered:
    """End one for ever."""
    stopped = asked.services.api_token_power.revoke(
        asked.path["token_id"], asked.act, reason=asked.said.reason
    )
    return Answered(StoppedTokens(items=[token_shown(each) for each in stopped]))


def disable_token(asked: Asked[Why, NoQuery]) -> Answered:
    """Stop one until it is enabled again."""
    stopped = asked.services.api_token_power.disable(
        asked.path["token_id"], asked.act, reason=asked.said.reason
    )
    return Answered(StoppedTokens(items=[token_shown(each) for each in stopped]))


def enable_token(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """Let one work again."""
    return Answered(
        token_shown(asked.services.api_token_power.enable(asked.path["token_id"], asked.act))
    )


def _maker(asked: Asked[Any, Any]) -> Maker:
    return Maker(asked.act.actor.identifier)


def _made(made: MadeApiToken) -> Answered:
    shown = {
        "token": token_shown(made.token),
        "api_token": made.value or None,
        "link": made.link or None,
        "old_ends_at": moment(made.old_ends_at),
    }
    return Answered(MadeToken.model_validate(shown), f"/tokens/{made.token.token_id}")


_MAKES: Final[dict[str, Any]] = {
    "answer": MadeToken,
    "status": 201,
    "creates": True,
    "shows_secret": True,
    "pointers": POINTERS,
}
ENDPOINTS: Final = (
    Endpoint(
        *("GET", "/tokens", "listTokens", "List API tokens", READ, list_tokens),
        query=TokenQuery,
        answer=TokenPage,
    ),
    Endpoint(
        *("POST", "/tokens", "createToken", "Make an API token for somebody", WRITE, create_token),
        about="A user's token has no secret yet: the user gets a link, signs in, and sees it once. "
        "The secret of a service is in the answer and can be shown by nobody later.",
        said=NewToken,
        refusals=frozenset({404}),
        **_MAKES,
    ),
    Endpoint(
        *("GET", "/tokens/stale", "listStaleTokens", "List tokens that nobody uses", READ),
        list_stale_tokens,
        about="In the order of their ids. A page may hold fewer than `limit`, none too: "
        "`next_cursor` says whether there are more.",
        query=StaleQuery,
        answer=TokenPage,
    ),
    Endpoint(
        *("GET", ONE, "showToken", "Show an API token", READ, show_token),
        answer=TokenShown,
    ),
    Endpoint(
        *("GET", f"{ONE}/lineage", "showLineage", "List the tokens before and after one", READ),
        show_lineage,
        answer=Lineage,
    ),
    Endpoint(
        *("POST", f"{ONE}/rotate", "rotateToken", "Rotate an API token", WRITE, rotate_token),
        about="A new token takes its place; the old secret ends after the overlap.",
        said=TokenRotation,
        **_MAKES,
    ),
    Endpoint(
        *("POST", f"{ONE}/offer", "offerToken", "Offer a token that waits again", WRITE),
        offer_token,
        said=Offer,
        answer=MadeToken,
        shows_secret=True,
        refusals=frozenset({409}),
    ),
    Endpoint(
        *("POST", f"{ONE}/revoke", "revokeToken", "Revoke an API token", WRITE, revoke_token),
        about="With those it took the place of, for ever, before the answer.",
        said=Why,
        answer=StoppedTokens,
        refusals=frozenset({409}),
    ),
    Endpoint(
        *("POST", f"{ONE}/disable", "disableToken", "Disable an API token", WRITE, disable_token),
        about="With those it took the place of, until it is enabled.",
        said=Why,
        answer=StoppedTokens,
        refusals=frozenset({409}),
    ),
    Endpoint(
        *("POST", f"{ONE}/enable", "enableToken", "Let an API token work again", WRITE),
        enable_token,
        answer=TokenShown,
        refusals=frozenset({409}),
    ),
)
