"""What administrators state of identity providers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class BearerChanges:
    """What changes of the rule for a provider's access tokens; `None` leaves a field as it is.

    `clients` and `scopes` are entries to set, beside those there are; the lists of what comes and
    goes are applied in the order remove, add.
    """

    is_on: bool | None = None
    for_exchange: bool | None = None
    creates_users: bool | None = None
    longest_seconds: int | None = None
    add_audiences: Sequence[str] = ()
    remove_audiences: Sequence[str] = ()
    clients: Mapping[str, str] = field(default_factory=dict)
    remove_clients: Sequence[str] = ()
    scopes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    remove_scopes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class ProviderChanges:
    """What changes of a provider, or what a new one has other than its preset; `None`: nothing.

    Name, kind, issuer and subject rule are not among it: they decide who somebody is.
    `living_seconds` 0 is for ever.
    """

    display_name: str | None = None
    client_id: str | None = None
    auth: str | None = None
    discovery_url: str | None = None
    tenants: Sequence[str] | None = None
    add_tenants: Sequence[str] = ()
    remove_tenants: Sequence[str] = ()
    algorithms: Sequence[str] | None = None
    scopes: Sequence[str] | None = None
    uses_userinfo: bool | None = None
    accepts_login: bool | None = None
    email_trust: str | None = None
    groups_source: str | None = None
    groups_claim: str | None = None
    groups_limit: int | None = None
    directory_client_id: str | None = None
    acrs: Mapping[str, str] | None = None
    logout: str | None = None
    endpoint_hosts: Sequence[str] | None = None
    creation: str | None = None
    creation_groups: Sequence[str] | None = None
    creation_domains: Sequence[str] | None = None
    is_linkable: bool | None = None
    living_seconds: int | None = None
    bearer: BearerChanges = field(default_factory=BearerChanges)


NOTHING_CHANGES: Final = ProviderChanges()


@dataclass(frozen=True, slots=True)
class ProviderDraft:
    """A new provider: where it is, and what is other than its preset.

    Okta: `issuer`. Entra ID: `tenant`, or `tenants` for several, both GUIDs; `authority` for clouds
    other than the public one. Cognito: `pool` (or `issuer`) and `domain`, the host of its sign-in
    pages. Any other: `changes.discovery_url`, and `issuer` where the metadata names another one
    than the address says. `secret_expires_in` is seconds from now, `None` for never.
    """

    name: str
    kind: str
    client_id: str
    secret: str = field(default="", repr=False)
    secret_expires_in: float | None = None
    issuer: str = ""
    authority: str = ""
    tenant: str = ""
    tenants: Sequence[str] = ()
    pool: str = ""
    domain: str = ""
    changes: ProviderChanges = NOTHING_CHANGES
