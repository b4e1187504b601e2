"""Finding one API token, and telling workers to look at it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.api_tokens import OVER, ApiTokenFilter
from authserver.domain.authority import Change, ChangeKind
from authserver.domain.errors import NotFound
from authserver.domain.tokens import latest_end

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.api_tokens import ApiToken
    from authserver.domain.ports import Stores


def existing_token(stores: Stores, token_id: str) -> ApiToken:
    """One token; in a writing block locked until its end. Raises NotFound."""
    token = stores.api_tokens.get(token_id)
    if token is None:
        raise NotFound("API token", token_id)
    return token


def held_lineage(stores: Stores, token_id: str, now: float) -> tuple[ApiToken, Sequence[ApiToken]]:
    """A token and the live others of its lineage, all locked, in the order of their ids.

    Raises:
        NotFound: there is no such token.
    """
    # Looked at without a lock: else the first one would be locked out of its turn.
    known = stores.api_tokens.page(ApiTokenFilter(token_id=token_id))
    if not known:
        raise NotFound("API token", token_id)
    live = ApiTokenFilter(lineage_id=known[0].lineage_id, live_at=now)
    ids = {token_id, *(each.token_id for each in stores.api_tokens.page(live))}
    held = {each: existing_token(stores, each) for each in sorted(ids)}
    token = held.pop(token_id)
    others = (each for each in held.values() if each.status_at(now) not in OVER)
    return token, list(others)


def changed(token_id: str, now: float) -> Change:
    """Tells every worker to look at a token again; `*` at all of them."""
    return Change(ChangeKind.API_TOKEN, token_id, latest_end(now))
