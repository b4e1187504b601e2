"""The scopes of this server's own administration API, as the catalogue describes scopes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.roles import READ_ONLY, Area, to_read, to_write
from authserver.domain.scopes import Product, Risk, ScopeInfo, ScopeKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_WHAT: Final[Mapping[Area, str]] = {
    Area.CLIENTS: "clients, their secrets and initial access tokens",
    Area.RESOURCES: "protected resources, gateways, hand-over and Connect keys",
    Area.PEOPLE: "users, groups and identities",
    Area.SUPPORT: "sessions, grants and one-time passwords",
    Area.TOKENS: "API tokens",
    Area.PROVIDERS: "identity providers",
    Area.KEYS: "signing keys",
    Area.POLICIES: "policies",
    Area.AUDIT: "records, decisions and reports",
    Area.MAIL: "mail",
    Area.SETTINGS: "settings",
    Area.DECLARATIONS: "configuration in files",
    Area.ROLES: "who administers: users with roles, clients that may",
}


def administration_scopes() -> tuple[ScopeInfo, ...]:
    """One description for each permission, in the order of the areas."""
    return tuple(_described())


def _described() -> Iterator[ScopeInfo]:
    for area in Area:
        yield _scope(to_read(area), f"Look at {_WHAT[area]}", Risk.READ)
        if area not in READ_ONLY:
            risk = Risk.ADMIN if area is not Area.MAIL else Risk.WRITE
            yield _scope(to_write(area), f"Change {_WHAT[area]}", risk)


def _scope(name: str, title: str, risk: Risk) -> ScopeInfo:
    return ScopeInfo(name, Product.AUTHSERVER, ScopeKind.ADMINISTRATION, title, risk)
