"""A provider as records, listings and scripts show it: no secret, not even a sealed one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from authserver.domain.group_rules import GroupRule
    from authserver.domain.providers import BearerRule, Provider, ProviderDomain


def described(provider: Provider) -> dict[str, object]:
    """A provider; times are seconds since the epoch."""
    groups = provider.groups
    return {
        "name": provider.name,
        "kind": str(provider.kind),
        "display_name": provider.display_name,
        "status": str(provider.status),
        "issuer": provider.issuer,
        "discovery_url": provider.discovery_url,
        "client_id": provider.client_id,
        "auth": str(provider.auth),
        "subject_rule": str(provider.subject_rule),
        "tenants": sorted(provider.tenants),
        "algorithms": sorted(provider.algorithms),
        "scopes": list(provider.scopes),
        "uses_userinfo": provider.uses_userinfo,
        "sends_issuer": provider.sends_issuer,
        "accepts_login": provider.accepts_login,
        "email_trust": str(provider.email_trust),
        "groups": {
            "source": str(groups.source),
            "claim": groups.claim,
            "limit": groups.limit,
            "directory_client_id": groups.directory_client_id,
            "has_directory_secret": bool(groups.directory_secret),
        },
        "acrs": dict(sorted(provider.acrs.items())),
        "logout": str(provider.logout),
        "endpoint_hosts": sorted(provider.endpoint_hosts),
        "creation": str(provider.creation),
        "creation_groups": sorted(provider.creation_groups),
        "creation_domains": sorted(provider.creation_domains),
        "is_linkable": provider.is_linkable,
        "living_seconds": provider.living_seconds,
        "bearer": described_bearer(provider.bearer),
        "secrets": [
            {
                "secret_id": secret.secret_id,
                "ends_with": secret.hint,
                "created_at": secret.created_at,
                "expires_at": secret.expires_at,
            }
            for secret in provider.secrets
        ],
        "created_at": provider.created_at,
    }


def described_bearer(rule: BearerRule) -> dict[str, object]:
    """Which of a provider's access tokens count."""
    return {
        "is_on": rule.is_on,
        "for_exchange": rule.for_exchange,
        "creates_users": rule.creates_users,
        "longest_seconds": rule.longest_seconds,
        "audiences": sorted(rule.audiences),
        "clients": dict(sorted(rule.clients.items())),
        "scopes": {theirs: sorted(ours) for theirs, ours in sorted(rule.scopes.items())},
    }


def described_domain(domain: ProviderDomain) -> dict[str, object]:
    """An e-mail domain whose people sign in at a provider."""
    return {
        "domain": domain.domain,
        "provider": domain.provider,
        "routing": str(domain.routing),
        "created_at": domain.created_at,
    }


def described_rule(rule: GroupRule) -> dict[str, object]:
    """What a group of a provider means."""
    return {
        "rule_id": rule.rule_id,
        "group": rule.external,
        "label": rule.label,
        "effect": str(rule.effect),
        "value": rule.value,
        "created_at": rule.created_at,
    }
