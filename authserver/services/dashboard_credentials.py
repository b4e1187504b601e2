"""Credentials that count now: how many, how many of them end soon, and how many nobody uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.api_tokens import ApiTokenFilter, ApiTokenStatus
from authserver.domain.clients import ClientStatus
from authserver.domain.dashboard import CredentialFigures, Figure, Named
from authserver.domain.searches import ClientSearch, GrantSearch, SecretSearch, SessionSearch

if TYPE_CHECKING:
    from collections.abc import Iterable

    from authserver.domain.ports import Stores
    from authserver.domain.stored_secrets import StoredSecret

DAY_SECONDS: Final = 86_400.0
SOON_SECONDS: Final = 30 * DAY_SECONDS
"""Whatever ends within this is about to end."""
STALE_SECONDS: Final = 90 * DAY_SECONDS
"""Whatever was not used for this is stale."""


def credentials(stores: Stores, now: float) -> tuple[CredentialFigures, ...]:
    """By kind."""
    return (
        _clients(stores, now),
        _api_tokens(stores, now),
        _grants(stores, now),
        _sessions(stores, now),
        _gateways(stores, now),
        _connect_keys(stores),
    )


def _clients(stores: Stores, now: float) -> CredentialFigures:
    def figure(secret: SecretSearch) -> Figure:
        wanted = ClientSearch(status=ClientStatus.ENABLED, secret=secret)
        return Figure(stores.clients.count(wanted), wanted)

    return CredentialFigures(
        "clients",
        figure(SecretSearch(now)),
        figure(SecretSearch(now, expires_before=now + SOON_SECONDS)),
        figure(SecretSearch(now, unused_since=now - STALE_SECONDS)),
    )


def _api_tokens(stores: Stores, now: float) -> CredentialFigures:
    def figure(*, expires_before: float | None = None, unused_since: float | None = None) -> Figure:
        wanted = ApiTokenFilter(
            status=ApiTokenStatus.ENABLED,
            live_at=now,
            expires_before=expires_before,
            unused_since=unused_since,
        )
        return Figure(stores.api_tokens.count(wanted), wanted)

    return CredentialFigures(
        "api_tokens",
        figure(),
        figure(expires_before=now + SOON_SECONDS),
        figure(unused_since=now - STALE_SECONDS),
    )


def _grants(stores: Stores, now: float) -> CredentialFigures:
    def figure(wanted: GrantSearch) -> Figure:
        return Figure(stores.grants.count(wanted), wanted)

    return CredentialFigures(
        "grants",
        figure(GrantSearch(live_at=now)),
        figure(GrantSearch(live_at=now, expires_before=now + SOON_SECONDS)),
        figure(GrantSearch(live_at=now, unused_since=now - STALE_SECONDS)),
    )


def _sessions(stores: Stores, now: float) -> CredentialFigures:
    wanted = SessionSearch(live_at=now)
    return CredentialFigures("sessions", Figure(stores.sessions.count(wanted), wanted))


def _gateways(stores: Stores, now: float) -> CredentialFigures:
    live = {each.name: each.live_keys(now) for each in stores.gateways.list()}
    return CredentialFigures(
        "gateways",
        _named(name for name, keys in live.items() if keys),
        _named((name for name, keys in live.items() if is_ending(keys, now)), "ending"),
        _named((name for name, keys in live.items() if is_unused(keys, now)), "unused"),
    )


def _connect_keys(stores: Stores) -> CredentialFigures:
    found = (each for each in stores.connect_keys.list() if each.is_enabled)
    return CredentialFigures(
        "connect_keys", _named(f"{each.resource} {each.issuer}" for each in found)
    )


def _named(names: Iterable[str], which: str = "live") -> Figure:
    found = tuple(names)
    return Figure(len(found), Named(found, which))


def is_ending(secrets: Iterable[StoredSecret], now: float) -> bool:
    """Whether one of them, which are live, ends soon."""
    soon = now + SOON_SECONDS
    return any(each.expires_at is not None and each.expires_at < soon for each in secrets)


def is_unused(secrets: Iterable[StoredSecret], now: float) -> bool:
    """Whether one of them, which are live, was not used for long."""
    return any(_is_stale(each, now) for each in secrets)


def _is_stale(secret: StoredSecret, now: float) -> bool:
    used = secret.created_at if secret.last_used_at is None else secret.last_used_at
    return max(secret.created_at, used) < now - STALE_SECONDS
