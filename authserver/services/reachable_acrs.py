"""The ways of signing in here, by what they amount to (`acr`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.sessions import PASSWORD_ACR
from authserver.domain.upstream_sign_ins import FEDERATED_ACR

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from authserver.domain.authorization_requests import AuthorizationParameters
    from authserver.domain.ports import Stores
    from authserver.domain.providers import Provider


def acrs_of(provider: Provider) -> frozenset[str]:
    """What a sign-in at the provider can amount to."""
    return frozenset({FEDERATED_ACR, *provider.acrs.values()})


def reachable_acrs(stores: Stores, wanted: AuthorizationParameters) -> frozenset[str]:
    """What signing in can lead to; providers are looked at only where that is asked for."""
    reached = frozenset({PASSWORD_ACR})
    if not wanted.claims.essential_acr:
        return reached
    return reached.union(*map(acrs_of, open_providers(stores)))


def open_providers(stores: Stores, essential: Collection[str] = ()) -> Sequence[Provider]:
    """Where people may sign in now, so that it amounts to one of `essential` (empty: anything)."""
    return [
        each
        for each in stores.providers.list()
        if each.is_enabled
        and each.accepts_login
        and (not essential or not acrs_of(each).isdisjoint(essential))
    ]
