"""What each kind of identity provider is like, by its maker's documents.

A preset is what a new provider begins with. The subject rule is never anything else: it decides who
somebody is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from authserver.domain.entra_clouds import GRAPH_HOSTS
from authserver.domain.providers import (
    EmailTrust,
    GroupSource,
    GroupsRule,
    LogoutRule,
    ProviderAuth,
    ProviderKind,
    SubjectRule,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

OPENID: Final = ("openid", "profile", "email")
ENTRA_ANY_TENANT: Final = "organizations"
"""Where a provider with several tenants sends people; who may come in is listed by tenant."""
DISCOVERY_PATH: Final = "/.well-known/openid-configuration"
OKTA_GROUPS_LIMIT: Final = 100
"""Okta cuts a list of groups off there, or refuses the sign-in, and says neither."""


@dataclass(frozen=True, slots=True)
class Preset:
    """What a kind begins with; see `Provider` for the fields."""

    title: str
    subject_rule: SubjectRule
    auth: ProviderAuth
    email_trust: EmailTrust
    logout: LogoutRule
    uses_userinfo: bool
    groups: GroupsRule
    scopes: tuple[str, ...] = OPENID
    algorithms: frozenset[str] = frozenset({"RS256"})
    endpoint_hosts: frozenset[str] = field(default_factory=frozenset)


PRESETS: Final[Mapping[ProviderKind, Preset]] = {
    ProviderKind.OKTA: Preset(
        title="Okta",
        subject_rule=SubjectRule.OKTA_UID,
        auth=ProviderAuth.SECRET_BASIC,
        email_trust=EmailTrust.VERIFIED,
        logout=LogoutRule.ID_TOKEN_HINT,
        # Its ID tokens are thin wherever an access token comes beside them.
        uses_userinfo=True,
        groups=GroupsRule(GroupSource.CLAIM, "groups", OKTA_GROUPS_LIMIT),
    ),
    ProviderKind.ENTRA: Preset(
        title="Microsoft Entra ID",
        subject_rule=SubjectRule.ENTRA_OBJECT,
        auth=ProviderAuth.SECRET_POST,
        # Any tenant's administrator may write any address: only the owner of its domain counts.
        email_trust=EmailTrust.DOMAIN_OWNER,
        logout=LogoutRule.LOGOUT_HINT,
        uses_userinfo=False,
        groups=GroupsRule(GroupSource.CLAIM, "groups"),
    ),
    ProviderKind.COGNITO: Preset(
        title="Amazon Cognito",
        subject_rule=SubjectRule.SUB,
        auth=ProviderAuth.SECRET_BASIC,
        email_trust=EmailTrust.VERIFIED,
        logout=LogoutRule.COGNITO,
        uses_userinfo=False,
        groups=GroupsRule(GroupSource.CLAIM, "cognito:groups"),
    ),
    ProviderKind.OIDC: Preset(
        title="OpenID Connect",
        subject_rule=SubjectRule.SUB,
        auth=ProviderAuth.SECRET_BASIC,
        email_trust=EmailTrust.NEVER,
        logout=LogoutRule.ID_TOKEN_HINT,
        uses_userinfo=True,
        groups=GroupsRule(GroupSource.CLAIM, "groups"),
    ),
}


def preset_scopes(kind: ProviderKind, issuer: str) -> tuple[str, ...]:
    """The scopes to ask for at sign-in.

    `groups` is a scope of Okta's own server alone: another one refuses it unless somebody made it.
    """
    if is_okta_org_server(kind, issuer):
        return (*OPENID, "groups")
    return PRESETS[kind].scopes


def preset_hosts(kind: ProviderKind, issuer: str) -> frozenset[str]:
    """Hosts beside the issuer's at which the kind has endpoints."""
    if kind is ProviderKind.ENTRA:
        parts = urlsplit(issuer)
        graph = GRAPH_HOSTS.get(f"{parts.scheme}://{parts.netloc}")
        return frozenset() if graph is None else frozenset({graph})
    return PRESETS[kind].endpoint_hosts


def entra_issuer(authority: str, tenant: str) -> str:
    """The issuer of one tenant, or the template where `tenant` is `{tenantid}`."""
    return f"{authority}/{tenant}/v2.0"


def entra_discovery_url(authority: str, tenant: str) -> str:
    """Where the metadata of a tenant stands."""
    return f"{authority}/{tenant}/v2.0{DISCOVERY_PATH}"


def cognito_issuer(pool: str) -> str:
    """The issuer of a user pool, whose id names its region."""
    region = pool.partition("_")[0]
    return f"https://cognito-idp.{region}.amazonaws.com/{pool}"


def is_okta_org_server(kind: ProviderKind, issuer: str) -> bool:
    """Whether this is Okta's own server, whose access tokens nobody else can verify."""
    return kind is ProviderKind.OKTA and not urlsplit(issuer).path.startswith("/oauth2/")
