"""How far a user may go with scopes, where groups at a provider limit that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.roles import PERMISSIONS
from authserver.domain.scope_reach import beyond, common
from authserver.domain.scopes import USER_SCOPES

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from authserver.domain.ports import Stores

NOTHING: frozenset[str] = frozenset()
NOT_LIMITED: Final = USER_SCOPES | PERMISSIONS
"""Scopes about the user, and those that the user's roles limit (see `services.role_scopes`)."""


def ceiling_of(stores: Stores, subject: str) -> frozenset[str] | None:
    """The scopes of sites that the user's groups give; `None` where no rule limits them.

    Of several identities each gives what its groups give; one without a limit lifts nobody else's.
    Stopping a provider does not lift its limit, either: it only gives nothing to the others'.
    """
    ceilings = ceilings_of(stores, subject)
    if not ceilings:
        return None
    # Listed, for a single one would be locked: whoever comes here holds locks that come after it.
    enabled = {provider.name for provider in stores.providers.list() if provider.is_enabled}
    return together(ceilings, enabled)


def ceilings_of(stores: Stores, subject: str) -> Mapping[str, frozenset[str]]:
    """The same of each provider that limits the user, by its name."""
    ceilings: dict[str, frozenset[str]] = {}
    for each in stores.identities.of(subject):
        if each.ceiling is not None:
            ceilings[each.provider] = ceilings.get(each.provider, NOTHING) | each.ceiling
    return ceilings


def together(
    ceilings: Mapping[str, frozenset[str]], enabled: Container[str]
) -> frozenset[str] | None:
    """What ceilings give together, as in `ceiling_of`."""
    if not ceilings:
        return None
    counting = [ceiling for name, ceiling in ceilings.items() if name in enabled]
    return NOTHING.union(*(counting or ceilings.values()))


def within(ceiling: frozenset[str] | None, scopes: frozenset[str]) -> frozenset[str]:
    """What of `scopes` is left under a ceiling; those of no site are nobody's to limit."""
    if ceiling is None:
        return scopes
    return (scopes & NOT_LIMITED) | common(scopes - NOT_LIMITED, ceiling)


def lost(ceiling: frozenset[str] | None, scopes: frozenset[str]) -> frozenset[str]:
    """Those of `scopes` that a ceiling does not reach."""
    return NOTHING if ceiling is None else beyond(scopes - NOT_LIMITED, ceiling)


def leaves_nothing(ceiling: frozenset[str] | None, scopes: frozenset[str]) -> bool:
    """Whether scopes of a site are asked for, and none of them is left."""
    asked = scopes - NOT_LIMITED
    return bool(asked) and not within(ceiling, asked)
