"""How identity providers are written in files, and what the services call the same things."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from authserver.domain.providers import ProviderKind
from authserver.services.provider_descriptions import described_bearer
from authserver.services.provider_drafts import BearerChanges, ProviderChanges, ProviderDraft

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.errors import InvalidField
    from authserver.domain.group_rules import GroupRule
    from authserver.domain.providers import Provider
    from authserver.services.declared_objects import Form

RULES: Final = "group_rules"
DOMAINS: Final = "domains"
GROUPS: Final = "groups"
BEARER: Final = "bearer"
_BY_THEMSELVES: Final = (
    "client_id", "display_name", "auth", "discovery_url", "tenants", "algorithms", "scopes",
    "uses_userinfo", "accepts_login", "email_trust", "acrs", "logout", "endpoint_hosts",
    "creation", "creation_groups", "creation_domains", "is_linkable", "living_seconds",
)  # fmt: skip
"""Keys that are called the same in `ProviderChanges`."""
_OF_GROUPS: Final[Mapping[str, str]] = {
    "source": "groups_source",
    "claim": "groups_claim",
    "limit": "groups_limit",
    "directory_client_id": "directory_client_id",
}
_OF_BEARER: Final = frozenset(
    {"is_on", "for_exchange", "creates_users", "longest_seconds", "audiences", "clients"}
)
_FILES: Final[Mapping[str, str]] = {
    "secret": "secret_file",
    **{theirs: f"{GROUPS}.{ours}" for ours, theirs in _OF_GROUPS.items()},
    **{each: f"{BEARER}.{each}" for each in _OF_BEARER},
}


def provider_form(provider: Provider) -> Form:
    """A provider by itself: without its secrets, rules and domains."""
    groups = provider.groups
    return {
        "kind": str(provider.kind),
        "client_id": provider.client_id,
        **_whereabouts(provider),
        "display_name": provider.display_name,
        "auth": str(provider.auth),
        "discovery_url": provider.discovery_url,
        "algorithms": sorted(provider.algorithms),
        "scopes": list(provider.scopes),
        "uses_userinfo": provider.uses_userinfo,
        "accepts_login": provider.accepts_login,
        "email_trust": str(provider.email_trust),
        GROUPS: {
            "source": str(groups.source),
            "claim": groups.claim,
            "limit": groups.limit,
            "directory_client_id": groups.directory_client_id,
        },
        "acrs": dict(sorted(provider.acrs.items())),
        "logout": str(provider.logout),
        "endpoint_hosts": sorted(provider.endpoint_hosts),
        "creation": str(provider.creation),
        "creation_groups": sorted(provider.creation_groups),
        "creation_domains": sorted(provider.creation_domains),
        "is_linkable": provider.is_linkable,
        "living_seconds": provider.living_seconds,
        BEARER: described_bearer(provider.bearer),
    }


def rule_form(rule: GroupRule) -> Form:
    """What a group means."""
    return {
        "group": rule.external,
        "effect": str(rule.effect),
        "value": rule.value,
        "label": rule.label,
    }


def merged(preset: Form, values: Mapping[str, Any]) -> Form:
    """What is stated, and for the rest what the kind has."""
    found = dict(preset)
    for key, value in values.items():
        if isinstance(value, dict) and key in (GROUPS, BEARER):
            found[key] = preset[key] | value
        elif key in preset:
            found[key] = value
    return found


def draft_of(
    values: Mapping[str, Any], changes: ProviderChanges | None = None, *, secret: str = ""
) -> ProviderDraft:
    """A new provider. Tenants of several go with the draft, not with its changes."""
    return ProviderDraft(
        name=values["name"],
        kind=values["kind"],
        client_id=values["client_id"],
        secret=secret,
        issuer=values.get("issuer") or "",
        authority=values.get("authority") or "",
        tenant=values.get("tenant") or "",
        tenants=values.get("tenants") or (),
        pool=values.get("pool", ""),
        domain=values.get("domain", ""),
        changes=changes or ProviderChanges(discovery_url=values.get("discovery_url")),
    )


def changes_of(values: Mapping[str, Any], before: Form) -> ProviderChanges:
    """What is stated as changes of what there was; an empty `before` is of a new provider."""
    stated: dict[str, Any] = {key: values[key] for key in _BY_THEMSELVES if key in values}
    if not before:
        stated.pop("tenants", None)
    stated |= {
        theirs: values[GROUPS][ours]
        for ours, theirs in _OF_GROUPS.items()
        if ours in values.get(GROUPS, {})
    }
    if BEARER in values:
        stated[BEARER] = _bearer_changes(values[BEARER], before.get(BEARER, {}))
    return ProviderChanges(**stated)


def field_in_files(refusal: InvalidField) -> str:
    """The place in a file of a field that a service refuses."""
    field, dot, rest = refusal.field.partition(".")
    if field == "scopes" and ("this server knows" in refusal.allowed or "sites" in refusal.allowed):
        # Two lists of that name: these words are of the one of our scopes.
        return f"{BEARER}.scopes"
    return _FILES.get(field, field) + dot + rest


def _whereabouts(provider: Provider) -> Form:
    if provider.kind is not ProviderKind.ENTRA:
        return {"issuer": provider.issuer}
    parts = urlsplit(provider.issuer)
    form: Form = {"authority": f"{parts.scheme}://{parts.netloc}"}
    if provider.serves_many_tenants:
        return form | {"tenants": sorted(provider.tenants)}
    return form | {"tenant": next(iter(provider.tenants))}


def _bearer_changes(wanted: Mapping[str, Any], before: Form) -> BearerChanges:
    audiences = wanted.get("audiences", before.get("audiences", []))
    clients = wanted.get("clients", before.get("clients", {}))
    scopes = wanted.get("scopes", before.get("scopes", {}))
    was = {name: before.get(name, {}) for name in ("audiences", "clients", "scopes")}
    return BearerChanges(
        is_on=wanted.get("is_on"),
        for_exchange=wanted.get("for_exchange"),
        creates_users=wanted.get("creates_users"),
        longest_seconds=wanted.get("longest_seconds"),
        add_audiences=[each for each in audiences if each not in was["audiences"]],
        remove_audiences=[each for each in was["audiences"] if each not in audiences],
        clients={each: to for each, to in clients.items() if was["clients"].get(each) != to},
        remove_clients=[each for each in was["clients"] if each not in clients],
        scopes={each: to for each, to in scopes.items() if was["scopes"].get(each) != to},
        remove_scopes=[each for each in was["scopes"] if each not in scopes],
    )
