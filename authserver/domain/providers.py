"""Identity providers: the servers at which people sign in, and whose tokens may count here."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

PROVIDER_NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?\Z")
"""A provider's name stands in addresses: `/login/<name>/callback`. It is never given out again."""

SECRET_PURPOSE: Final = "provider-secret"  # noqa: S105 - binds sealed secrets to their use
"""The context is `secret_context`."""
DIRECTORY_SECRET_PURPOSE: Final = "provider-directory-secret"  # noqa: S105 - the same
"""Of the credential that reads groups from the provider's directory; the context is the name."""

TENANT_PLACE: Final = "{tenantid}"
"""What stands for the tenant in an issuer of Entra ID that serves many."""

DEFAULT_LIVING_DAYS: Final = 30
"""How long a user lives without a sign-in or a check at the provider."""


def secret_context(provider: str, secret_id: str) -> str:
    """What a sealed client secret is bound to: the provider's name, and the secret's id there."""
    return f"{provider}/{secret_id}"


class ProviderKind(StrEnum):
    """Whose quirks a provider has."""

    OKTA = "okta"
    ENTRA = "entra"
    COGNITO = "cognito"
    OIDC = "oidc"


class ProviderStatus(StrEnum):
    """`REMOVED` is a tombstone: its name never comes back, and its identities are nobody's."""

    ENABLED = "enabled"
    DISABLED = "disabled"
    REMOVED = "removed"


class ProviderAuth(StrEnum):
    """How we authenticate at the provider's token endpoint."""

    SECRET_BASIC = "client_secret_basic"  # noqa: S105 - the method's registered name
    SECRET_POST = "client_secret_post"  # noqa: S105 - the method's registered name
    PRIVATE_KEY_JWT = "private_key_jwt"
    """An assertion by our own RS256 signing key, which the provider finds at our `jwks_uri`."""
    FEDERATED = "federated"
    """The same, as Entra's workload identity federation has it: `iss` is our issuer."""
    NONE = "none"

    @property
    def uses_secret(self) -> bool:
        """Whether it presents a shared secret."""
        return self in (ProviderAuth.SECRET_BASIC, ProviderAuth.SECRET_POST)


class SubjectRule(StrEnum):
    """Which claims name a person for ever. Never an address or a login name."""

    SUB = "sub"
    OKTA_UID = "uid"
    """`uid` of an access token, which equals the `sub` of an ID token."""
    ENTRA_OBJECT = "tid+oid"


class EmailTrust(StrEnum):
    """When an e-mail address of the provider counts as verified."""

    NEVER = "never"
    VERIFIED = "verified"
    """When `email_verified` is true."""
    DOMAIN_OWNER = "domain-owner"
    """When Entra ID says so: `xms_edov` is true."""


class UserCreation(StrEnum):
    """Whether somebody who signs in for the first time becomes a user."""

    OFF = "off"
    ON = "on"
    """Everybody who signs in, within `creation_groups` and `creation_domains` where there are."""


class GroupSource(StrEnum):
    """Where the groups of a person come from."""

    NONE = "none"
    CLAIM = "claim"
    GRAPH = "graph"
    """The claim; where it overflows, Microsoft Graph."""
    OKTA_API = "okta-api"
    """The claim; where it may be cut off, Okta's management API."""


class LogoutRule(StrEnum):
    """How a person is signed out at the provider, too."""

    NONE = "none"
    ID_TOKEN_HINT = "id-token-hint"  # noqa: S105 - a parameter's name
    """RP-initiated logout with `id_token_hint` (Okta demands it)."""
    LOGOUT_HINT = "logout-hint"
    """RP-initiated logout with `logout_hint` (Entra ID)."""
    COGNITO = "cognito"
    """`/logout?client_id=…&logout_uri=…`, which is no RP-initiated logout."""


class DomainRouting(StrEnum):
    """What the e-mail domain of somebody who signs in means."""

    SUGGEST = "suggest"
    """The provider comes first; the local password still works."""
    FORCE = "force"
    """Everybody with the domain goes to the provider."""


@dataclass(frozen=True, slots=True)
class GroupsRule:
    """How groups are read.

    `claim` is the name of the claim (empty: none). `limit` is the number of groups at which the
    provider cuts the list off (0: never): a list of that length may be incomplete.
    `directory_client_id` and the sealed `directory_secret` read the rest from the provider's
    directory (`source`); `directory_client_id` is empty where the secret stands by itself.
    """

    source: GroupSource = GroupSource.CLAIM
    claim: str = "groups"
    limit: int = 0
    directory_client_id: str = ""
    directory_secret: bytes = field(default=b"", repr=False)

    @property
    def asks_directory(self) -> bool:
        """Whether the provider's directory is asked for groups, with a credential of ours."""
        return self.source in {GroupSource.GRAPH, GroupSource.OKTA_API}


@dataclass(frozen=True, slots=True)
class BearerRule:
    """Which of the provider's access tokens count here. Empty lists accept nothing.

    `clients` maps ids of the provider's clients to ours: "" lets the client act for users only;
    with one of our client ids its tokens without a user speak for that client, within what ours may
    do. `scopes` maps the provider's scopes (and Entra's app roles) to ours; what is not in it is
    dropped. `audiences` are accepted values of `aud` (for Cognito, where tokens have none, the
    identifiers of our resource server: the part before the slash of a scope). `longest_seconds` is
    the longest life of a token that is accepted. `creates_users`: a first call may make a user
    where `UserCreation` allows it; off by default.
    """

    is_on: bool = False
    audiences: frozenset[str] = frozenset()
    clients: Mapping[str, str] = field(default_factory=dict)
    scopes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    longest_seconds: int = 86_400
    creates_users: bool = False
    for_exchange: bool = False
    """Whether the same tokens may be exchanged for ours (RFC 8693)."""


@dataclass(frozen=True, slots=True)
class ProviderSecret:
    """One client secret of ours at the provider, sealed; the newest live one is used first.

    Times are seconds since the epoch; `expires_at` is `None` for never. `hint` is its end.
    """

    secret_id: str
    sealed: bytes = field(repr=False)
    hint: str
    created_at: float
    expires_at: float | None

    def is_live(self, now: float) -> bool:
        """Whether it may be used at `now`."""
        return self.expires_at is None or now < self.expires_at


@dataclass(frozen=True, slots=True)
class Provider:
    """An identity provider as configured. All its secrets are sealed.

    `issuer` is exact, or, for Entra ID that serves many tenants, a template with `{tenantid}`.
    `tenants` are the accepted tenants (GUIDs in lower case) of an Entra ID provider: none, nobody.
    `discovery_url` is where the metadata stands. `algorithms` are what its tokens may be signed
    with. `scopes` are what we ask for at sign-in. `acrs` maps `acr` and `amr:<value>` of the
    provider to ours. `endpoint_hosts` are hosts beside the issuer's own at which endpoints may be.
    `creation_groups` and `creation_domains` limit who becomes a user (empty: no limit).
    `is_linkable`: users may connect it to the account they have. `living_seconds`: see
    `DEFAULT_LIVING_DAYS`; 0 is for ever. What its groups mean here is in `GroupRule`s.
    """

    name: str
    kind: ProviderKind
    display_name: str
    status: ProviderStatus
    issuer: str
    discovery_url: str
    client_id: str
    auth: ProviderAuth
    secrets: tuple[ProviderSecret, ...]
    subject_rule: SubjectRule
    created_at: float
    tenants: frozenset[str] = frozenset()
    algorithms: frozenset[str] = frozenset({"RS256"})
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    uses_userinfo: bool = True
    sends_issuer: bool = False
    """Its metadata announces `iss` in authorization responses (RFC 9207): then it must come."""
    accepts_login: bool = True
    email_trust: EmailTrust = EmailTrust.NEVER
    groups: GroupsRule = field(default_factory=GroupsRule)
    acrs: Mapping[str, str] = field(default_factory=dict)
    logout: LogoutRule = LogoutRule.NONE
    endpoint_hosts: frozenset[str] = frozenset()
    creation: UserCreation = UserCreation.OFF
    creation_groups: frozenset[str] = frozenset()
    creation_domains: frozenset[str] = frozenset()
    is_linkable: bool = True
    living_seconds: int = DEFAULT_LIVING_DAYS * 86_400
    bearer: BearerRule = field(default_factory=BearerRule)

    @property
    def is_enabled(self) -> bool:
        """Whether it counts at all now."""
        return self.status is ProviderStatus.ENABLED

    @property
    def serves_many_tenants(self) -> bool:
        """Whether its issuer is a template."""
        return TENANT_PLACE in self.issuer


@dataclass(frozen=True, slots=True)
class ProviderDomain:
    """An e-mail domain (lower case, IDNA) whose people sign in at a provider."""

    domain: str
    provider: str
    routing: DomainRouting
    created_at: float
