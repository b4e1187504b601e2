"""How far a user may go with scopes, where groups at a provider limit that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.scope_reach import beyond, common
from authserver.domain.scopes import USER_SCOPES

if TYPE_CHECKING:
    from authserver.domain.ports import Stores

NOTHING: frozenset[str] = frozenset()


def ceiling_of(stores: Stores, subject: str) -> frozenset[str] | None:
    """The scopes of sites that the user's groups give; `None` where no rule limits them.

    Of several identities each gives what its groups give; one without a limit lifts nobody else's.
    Stopping a provider does not lift its limit, either: it only gives nothing to the others'.
    """
    limited = [each for each in stores.identities.of(subject) if each.ceiling is not None]
    if not limited:
        return None
    # Listed, for a single one would be locked: whoever comes here holds locks that come after it.
    enabled = {provider.name for provider in stores.providers.list() if provider.is_enabled}
    counting = [each for each in limited if each.provider in enabled] or limited
    return NOTHING.union(*(each.ceiling or NOTHING for each in counting))


def within(ceiling: frozenset[str] | None, scopes: frozenset[str]) -> frozenset[str]:
    """What of `scopes` is left under a ceiling; scopes about the user are nobody's to limit."""
    if ceiling is None:
        return scopes
    return (scopes & USER_SCOPES) | common(scopes - USER_SCOPES, ceiling)


def lost(ceiling: frozenset[str] | None, scopes: frozenset[str]) -> frozenset[str]:
    """Those of `scopes` that a ceiling does not reach."""
    return NOTHING if ceiling is None else beyond(scopes - USER_SCOPES, ceiling)


def leaves_nothing(ceiling: frozenset[str] | None, scopes: frozenset[str]) -> bool:
    """Whether scopes of a site are asked for, and none of them is left."""
    asked = scopes - USER_SCOPES
    return bool(asked) and not within(ceiling, asked)
