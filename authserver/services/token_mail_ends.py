"""Mail about API tokens that nobody shall read any more: cancelled with what it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.mail import MailKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from authserver.domain.ports import Stores

LINKS: Final = frozenset({MailKind.TOKEN_READY})
WARNINGS: Final = frozenset({MailKind.TOKEN_EXPIRES, MailKind.TOKEN_STALE})
_OVER_AT: Final[Mapping[MailKind, str]] = {
    MailKind.TOKEN_READY: "link_ends_at",
    MailKind.TOKEN_EXPIRES: "ends_at",
    MailKind.TOKEN_STALE: "stops_at",
}
"""The word that says when a mail of each kind has nothing to say any more."""


def cancel_links(stores: Stores, token_id: str) -> None:
    """In the transaction in which the links of a token end: they are not sent any more."""
    stores.mails.cancel(LINKS, frozenset({token_id}))


def cancel_warnings(stores: Stores, token_id: str) -> None:
    """In the transaction that puts another token in its place: nobody needs its end any more."""
    stores.mails.cancel(WARNINGS, frozenset({token_id}))


def cancel_all(stores: Stores, token_ids: Iterable[str]) -> None:
    """In the transaction in which tokens end for ever: neither links nor warnings are sent."""
    stores.mails.cancel(LINKS | WARNINGS, frozenset(token_ids))


def over_at(kind: MailKind, words: Mapping[str, object]) -> float | None:
    """When a mail has nothing to say any more, in seconds since the epoch; `None`: never."""
    found = words.get(_OVER_AT.get(kind, ""))
    return found if isinstance(found, int | float) else None
