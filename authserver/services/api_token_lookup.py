"""Finding one API token, and telling workers to look at it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.authority import Change, ChangeKind
from authserver.domain.errors import NotFound
from authserver.domain.tokens import latest_end

if TYPE_CHECKING:
    from authserver.domain.api_tokens import ApiToken
    from authserver.domain.ports import Stores


def existing_token(stores: Stores, token_id: str) -> ApiToken:
    """One token; in a writing block locked until its end. Raises NotFound."""
    token = stores.api_tokens.get(token_id)
    if token is None:
        raise NotFound("API token", token_id)
    return token


def changed(token_id: str, now: float) -> Change:
    """Tells every worker to look at a token again; `*` at all of them."""
    return Change(ChangeKind.API_TOKEN, token_id, latest_end(now))
