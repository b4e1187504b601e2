"""What a lower cap on the life of API tokens does to those there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from authserver.domain.api_tokens import ApiTokenFilter
from authserver.domain.policy_documents import DEFAULT_DOCUMENT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.policy_documents import PolicyDocument
    from authserver.domain.ports import Stores

MOST_SHOWN: Final = 1000


@dataclass(frozen=True, slots=True)
class ShortenedToken:
    """One token, and how its end moves (seconds since the epoch)."""

    token_id: str
    name: str
    owner: str
    ends_now_at: float
    ends_then_at: float


@dataclass(frozen=True, slots=True)
class Shortening:
    """The tokens that a document shortens: how many, and the first of them by id."""

    count: int = 0
    first: Sequence[ShortenedToken] = ()


def preview(stores: Stores, name: str, document: PolicyDocument, now: float) -> Shortening:
    """Which live tokens end sooner once `document` is the one called `name`."""
    longest = None if document.tokens is None else document.tokens.longest
    if longest is None:
        return Shortening()
    chosen = _meant(name, longest, now)
    return Shortening(
        stores.api_tokens.count(chosen),
        [
            ShortenedToken(
                each.token_id, each.name, each.owner, each.expires_at, each.created_at + longest
            )
            for each in stores.api_tokens.page(chosen, limit=MOST_SHOWN)
        ],
    )


def shorten(stores: Stores, name: str, document: PolicyDocument, now: float) -> Sequence[str]:
    """Let those tokens end sooner, in one statement; their ids."""
    longest = None if document.tokens is None else document.tokens.longest
    if longest is None:
        return []
    chosen = _meant(name, longest, now)
    return [each.token_id for each in stores.api_tokens.shorten(chosen, longest)]


def _meant(name: str, longest: float, now: float) -> ApiTokenFilter:
    resource = None if name == DEFAULT_DOCUMENT else name
    return ApiTokenFilter(resource=resource, live_at=now, longer_than=longest)
