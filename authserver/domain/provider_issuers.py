"""Issuers of providers: one text each, but for Entra ID, whose issuer names the tenant."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from authserver.domain.entra_clouds import ENTRA_AUTHORITY
from authserver.domain.providers import TENANT_PLACE, ProviderKind

if TYPE_CHECKING:
    from authserver.domain.providers import Provider

GUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
"""To be used with `fullmatch`; lower case, as Entra ID writes it."""
ENTRA_START: Final = f"{ENTRA_AUTHORITY}/"
ENTRA_V2: Final = f"{ENTRA_AUTHORITY}/{TENANT_PLACE}/v2.0"
ENTRA_V1: Final = "https://sts.windows.net/{tenantid}/"
"""Issuer of tokens of the first version, whatever endpoint they were asked for at."""


def tenant_in(template: str, issuer: str) -> str | None:
    """The GUID that stands in `issuer` where `template` has `{tenantid}`; `None`: no match."""
    start, place, end = template.partition(TENANT_PLACE)
    if not place:
        return None
    found = re.fullmatch(f"{re.escape(start)}({GUID.pattern}){re.escape(end)}", issuer)
    return None if found is None else found.group(1)


def issuer_templates(provider: Provider) -> tuple[str, ...]:
    """The forms that issuers of an Entra ID provider's access tokens have, v2 first."""
    if provider.kind is not ProviderKind.ENTRA:
        return ()
    template = provider.issuer
    if not provider.serves_many_tenants:
        template = GUID.sub(TENANT_PLACE, provider.issuer, count=1)
    return (template, ENTRA_V1) if template.startswith(ENTRA_START) else (template,)


def allows_tenant(provider: Provider, tenant: str) -> bool:
    """Whether a tenant may be believed: named one by one; no name, nobody."""
    if provider.serves_many_tenants:
        return tenant in provider.tenants
    return tenant in provider.issuer and (not provider.tenants or tenant in provider.tenants)


def may_sign(key_issuer: str, issuer: str) -> bool:
    """Whether a key that names an issuer (Entra ID's do) may sign tokens of `issuer`.

    In `key_issuer` `{tenantid}` stands for the tenant. Keys name issuers of the second version
    alone and sign tokens of the first one, too.
    """
    if TENANT_PLACE in key_issuer and tenant_in(key_issuer, issuer) is not None:
        return True
    if TENANT_PLACE not in key_issuer and key_issuer == issuer:
        return True
    tenant = tenant_in(ENTRA_V1, issuer)
    return tenant is not None and key_issuer in (
        ENTRA_V2,
        ENTRA_V2.replace(TENANT_PLACE, tenant),
    )
