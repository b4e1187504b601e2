"""A new provider: its preset, and where it is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from authserver.domain.entra_clouds import ENTRA_AUTHORITY
from authserver.domain.errors import InvalidField
from authserver.domain.providers import (
    TENANT_PLACE,
    Provider,
    ProviderKind,
    ProviderStatus,
)
from authserver.services.provider_fields import (
    check_host,
    check_many,
    check_name,
    check_pool,
    check_tenant,
    check_url,
    check_word,
)
from authserver.services.provider_presets import (
    DISCOVERY_PATH,
    ENTRA_ANY_TENANT,
    PRESETS,
    cognito_issuer,
    entra_discovery_url,
    entra_issuer,
    preset_hosts,
    preset_scopes,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.services.provider_drafts import ProviderDraft

MICROSOFT_HOSTS: Final = frozenset({"login.microsoftonline.com", "sts.windows.net"})
OKTA_PATH: Final = re.compile(r"(?:/oauth2/[A-Za-z0-9_-]+)?")
_OF_KINDS: Final[Mapping[str, frozenset[ProviderKind]]] = {
    "issuer": frozenset({ProviderKind.OKTA, ProviderKind.COGNITO, ProviderKind.OIDC}),
    "authority": frozenset({ProviderKind.ENTRA}),
    "tenant": frozenset({ProviderKind.ENTRA}),
    "tenants": frozenset({ProviderKind.ENTRA}),
    "pool": frozenset({ProviderKind.COGNITO}),
    "domain": frozenset({ProviderKind.COGNITO}),
}


def drafted(draft: ProviderDraft, now: float, opened: frozenset[str]) -> Provider:
    """The provider as its preset has it, without what else is stated and without its secret.

    Raises:
        InvalidField: names the field and what is allowed.
    """
    name = check_name(draft.name)
    kind = check_word("kind", draft.kind, ProviderKind)
    for field, kinds in _OF_KINDS.items():
        if getattr(draft, field) and kind not in kinds:
            raise InvalidField(field, "for " + " and ".join(sorted(kinds)) + " only")
    issuer, discovery_url, tenants = _whereabouts(draft, kind, opened)
    preset = PRESETS[kind]
    hosts = preset_hosts(kind, issuer)
    if draft.domain:
        hosts |= {check_host("domain", draft.domain)}
    return Provider(
        name=name,
        kind=kind,
        display_name=preset.title,
        status=ProviderStatus.ENABLED,
        issuer=issuer,
        discovery_url=discovery_url,
        client_id="",
        auth=preset.auth,
        secrets=(),
        subject_rule=preset.subject_rule,
        created_at=now,
        tenants=tenants,
        algorithms=preset.algorithms,
        scopes=preset_scopes(kind, issuer),
        uses_userinfo=preset.uses_userinfo,
        email_trust=preset.email_trust,
        groups=preset.groups,
        logout=preset.logout,
        endpoint_hosts=hosts,
    )


def _whereabouts(
    draft: ProviderDraft, kind: ProviderKind, opened: frozenset[str]
) -> tuple[str, str, frozenset[str]]:
    """Issuer, address of the metadata, tenants."""
    match kind:
        case ProviderKind.ENTRA:
            return _entra(draft, opened)
        case ProviderKind.OKTA:
            issuer = _okta_issuer(draft.issuer, opened)
        case ProviderKind.COGNITO:
            issuer = _cognito_issuer(draft, opened)
        case ProviderKind.OIDC:
            issuer = _plain_issuer(draft, opened)
    return issuer, issuer.rstrip("/") + DISCOVERY_PATH, frozenset()


def _entra(draft: ProviderDraft, opened: frozenset[str]) -> tuple[str, str, frozenset[str]]:
    authority = check_url("authority", draft.authority or ENTRA_AUTHORITY, opened)
    if urlsplit(authority).path:
        raise InvalidField("authority", f"a URL without path, like {ENTRA_AUTHORITY}")
    if bool(draft.tenant) == bool(draft.tenants):
        raise InvalidField("tenant", "the GUID of your tenant, or --tenants for several")
    if draft.tenant:
        tenant = check_tenant("tenant", draft.tenant)
        issuer = entra_issuer(authority, tenant)
        return issuer, entra_discovery_url(authority, tenant), frozenset({tenant})
    tenants = {check_tenant("tenants", each) for each in check_many("tenants", draft.tenants)}
    discovery_url = entra_discovery_url(authority, ENTRA_ANY_TENANT)
    return entra_issuer(authority, TENANT_PLACE), discovery_url, frozenset(tenants)


def _okta_issuer(value: str, opened: frozenset[str]) -> str:
    issuer = check_url("issuer", value, opened)
    _refuse_microsoft(issuer)
    if OKTA_PATH.fullmatch(urlsplit(issuer).path) is None:
        raise InvalidField(
            "issuer",
            "as Okta shows it, like https://example.okta.com/oauth2/default or, for its own "
            "server, https://example.okta.com; without a slash at the end",
        )
    return issuer


def _cognito_issuer(draft: ProviderDraft, opened: frozenset[str]) -> str:
    if bool(draft.pool) == bool(draft.issuer):
        raise InvalidField("pool", "the id of the user pool (or its issuer, not both)")
    if draft.pool:
        return cognito_issuer(check_pool(draft.pool))
    issuer = check_url("issuer", draft.issuer, opened)
    _refuse_microsoft(issuer)
    return issuer


def _plain_issuer(draft: ProviderDraft, opened: frozenset[str]) -> str:
    stated = draft.changes.discovery_url
    if draft.issuer:
        issuer = check_url("issuer", draft.issuer, opened)
    elif stated:
        url = check_url("discovery_url", stated, opened)
        if not url.endswith(DISCOVERY_PATH):
            raise InvalidField(
                "issuer", f"stated, where the address of the metadata does not end {DISCOVERY_PATH}"
            )
        issuer = url.removesuffix(DISCOVERY_PATH)
    else:
        raise InvalidField("discovery_url", "the address of its metadata, or its issuer")
    _refuse_microsoft(issuer)
    return issuer


def _refuse_microsoft(issuer: str) -> None:
    """Its issuers and subjects follow rules of their own, which only one kind knows."""
    if urlsplit(issuer).hostname in MICROSOFT_HOSTS:
        raise InvalidField("kind", "entra, for Microsoft's servers: it checks the tenant")
