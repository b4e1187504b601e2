"""Providers, rules and snapshots for tests of groups."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from authserver.domain.external_tokens import ExternalToken
from authserver.domain.group_rules import GroupEffect, GroupRule, GroupSnapshot, SnapshotState
from authserver.domain.identities import Identity, IdentityStatus
from authserver.domain.providers import (
    GroupSource,
    GroupsRule,
    Provider,
    ProviderAuth,
    ProviderKind,
    ProviderStatus,
    SubjectRule,
)
from tests.doubles import EPOCH

if TYPE_CHECKING:
    from collections.abc import Mapping

TENANT: Final = "11111111-2222-3333-4444-555555555555"
OBJECT: Final = "99999999-8888-7777-6666-555555555555"
GROUPS_OF_KIND: Final[Mapping[ProviderKind, GroupsRule]] = {
    ProviderKind.OKTA: GroupsRule(claim="Teams", limit=100),
    ProviderKind.ENTRA: GroupsRule(),
    ProviderKind.COGNITO: GroupsRule(claim="cognito:groups"),
    ProviderKind.OIDC: GroupsRule(),
}
SUBJECT_RULES: Final[Mapping[ProviderKind, SubjectRule]] = {
    ProviderKind.OKTA: SubjectRule.OKTA_UID,
    ProviderKind.ENTRA: SubjectRule.ENTRA_OBJECT,
}


def provider_of(kind: ProviderKind, name: str = "", **stated: Any) -> Provider:
    """A provider of the kind, named after it, that reads groups from its usual claim."""
    made = Provider(
        name=name or kind.value,
        kind=kind,
        display_name=name or kind.value,
        status=ProviderStatus.ENABLED,
        issuer=f"https://{name or kind}.example",
        discovery_url=f"https://{name or kind}.example/.well-known/openid-configuration",
        client_id="at-the-provider",
        auth=ProviderAuth.SECRET_BASIC,
        secrets=(),
        subject_rule=SUBJECT_RULES.get(kind, SubjectRule.SUB),
        created_at=EPOCH,
        groups=GROUPS_OF_KIND[kind],
    )
    return replace(made, **stated)


def asks_directory(kind: ProviderKind, **stated: Any) -> Provider:
    """The same, whose directory may be asked."""
    source = GroupSource.GRAPH if kind is ProviderKind.ENTRA else GroupSource.OKTA_API
    groups = replace(GROUPS_OF_KIND[kind], source=source, directory_secret=b"sealed")
    return provider_of(kind, groups=groups, **stated)


def rule(
    external: str,
    effect: GroupEffect = GroupEffect.LOCAL_GROUP,
    value: str = "",
    provider: str = "oidc",
    label: str = "",
) -> GroupRule:
    """A rule with an id of its own."""
    rule_id = f"{external}-{effect}-{value}"
    return GroupRule(rule_id, provider, external, effect, value, label, EPOCH)


def snapshot(
    *values: str, state: SnapshotState = SnapshotState.COMPLETE, is_outage: bool = False
) -> GroupSnapshot:
    """A snapshot of an ID token's groups."""
    return GroupSnapshot(values, state, "id token", EPOCH, "", is_outage)


def identity_of(subject: str, provider: str = "oidc", **stated: Any) -> Identity:
    """Somebody's identity, before its groups were ever read."""
    made = Identity(
        provider=provider,
        subject_key=f"key-of-{subject}",
        subject=subject,
        shown=subject,
        status=IdentityStatus.LINKED,
        created_at=EPOCH,
        last_sign_in_at=EPOCH,
        last_checked_at=EPOCH,
    )
    return replace(made, **stated)


def token(groups: tuple[str, ...] | None = None, **stated: Any) -> ExternalToken:
    """An access token of a person at `okta`, by default without groups."""
    made = ExternalToken(
        provider="okta",
        issuer="https://okta.example",
        client_id="app",
        subject_key="00u1",
        scopes=frozenset(),
        token_id="AT.1",
        session_id="",
        issued_at=EPOCH,
        expires_at=EPOCH + 600,
        groups=groups,
        overage=False,
    )
    return replace(made, **stated)
