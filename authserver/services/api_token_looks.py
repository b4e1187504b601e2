"""Looking at all API tokens for what somebody should mend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.api_token_looks import ApiTokenLook
from authserver.domain.api_tokens import ApiTokenFilter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authserver.domain.api_tokens import ApiToken
    from authserver.domain.ports import Stores

PAGE: Final = 1000
ENDING_SECONDS: Final = 7 * 86_400.0


def look_at(stores: Stores, now: float) -> ApiTokenLook:
    """The live tokens of one transaction, at `now` (seconds since the epoch)."""
    acting: dict[str, bool] = {}
    live = 0
    ownerless, ending, exposed = [], [], []
    for token in _live(stores, now):
        live += 1
        if token.owner not in acting:
            owner = stores.users.get(token.owner)
            acting[token.owner] = owner is not None and owner.is_enabled
        if not acting[token.owner]:
            ownerless.append(token.token_id)
        if not token.is_live(now):
            continue
        if token.expires_at - now <= ENDING_SECONDS and not token.successor_id:
            ending.append(token.token_id)
        if token.exposed_at is not None:
            exposed.append(token.token_id)
    return ApiTokenLook(live, tuple(ownerless), tuple(ending), tuple(exposed))


def _live(stores: Stores, now: float) -> Iterator[ApiToken]:
    after = ""
    while True:
        page = stores.api_tokens.page(ApiTokenFilter(live_at=now), after=after, limit=PAGE)
        yield from page
        if len(page) < PAGE:
            return
        after = page[-1].token_id
