"""`/providers`: the servers at which people sign in, and whose tokens may count here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from authserver.domain.roles import Area, to_read, to_write
from authserver.services.provider_addresses import (
    backchannel_logout_uri,
    redirect_uri,
    sign_out_redirect_uri,
)
from authserver.services.provider_descriptions import described
from authserver.services.provider_drafts import BearerChanges, ProviderChanges, ProviderDraft
from authserver.web.admin_api.endpoints import Answered, Endpoint
from authserver.web.admin_api.models.providers import (
    BearerSaid,
    MadeProvider,
    NewProvider,
    ProviderPage,
    ProviderPatch,
    ProviderQuery,
    ProviderShown,
    TestedProvider,
    Usage,
    findings_shown,
    provider_shown,
)
from authserver.web.admin_api.pages import fits, page_of, sorted_page

if TYPE_CHECKING:
    from authserver.domain.providers import BearerRule, Provider
    from authserver.web.admin_api.endpoints import Asked
    from authserver.web.admin_api.models.members import NoQuery, NothingSaid

READ: Final = to_read(Area.PROVIDERS)
WRITE: Final = to_write(Area.PROVIDERS)
ONE: Final = "/providers/{provider}"
UNUSABLE: Final = frozenset({409})
_PLACES: Final = (
    *("name", "kind", "client_id", "secret", "issuer", "authority", "tenant", "tenants"),
    *("pool", "domain"),
)
_PLAIN: Final = ("is_on", "for_exchange", "creates_users", "longest_seconds")
_POINTERS: Final = {
    "secret_expires_in": "secret_expires_in_seconds",
    **{f"{act}_tenants": "tenants" for act in ("add", "remove")},
    **{f"{act}_audiences": "bearer/audiences" for act in ("add", "remove")},
    **{f"remove_{name}": f"bearer/{name}" for name in ("clients", "scopes")},
}


def list_providers(asked: Asked[NothingSaid, ProviderQuery]) -> Answered:
    """One page of them."""
    query = asked.query
    found = [
        each.provider
        for each in asked.services.providers.list()
        if fits(query.q, each.provider.name, each.provider.display_name, each.provider.issuer)
        and query.status in {None, str(each.provider.status)}
    ]
    fetch = sorted_page(found, lambda each: (each.name,), descending=query.sort.startswith("-"))
    items, following = page_of(asked, fetch)
    shown = [provider_shown(described(each)) for each in items]
    return Answered(ProviderPage(items=shown, next_cursor=following))


def add_provider(asked: Asked[NewProvider, NoQuery]) -> Answered:
    """Add one that answers."""
    said, issuer = asked.said, asked.issuer
    draft = ProviderDraft(
        **{name: getattr(said, name) for name in _PLACES},
        secret_expires_in=said.secret_expires_in_seconds,
        changes=ProviderChanges(**_usage(said)),
    )
    made = asked.services.providers.add(draft, asked.act)
    name = made.provider.name
    shown = MadeProvider(
        provider=provider_shown(described(made.provider)),
        findings=findings_shown(made.check),
        redirect_uri=redirect_uri(issuer, name),
        sign_out_redirect_uri=sign_out_redirect_uri(issuer),
        backchannel_logout_uri=backchannel_logout_uri(issuer, name),
    )
    return Answered(shown, f"/providers/{name}")


def show_provider(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """One of them."""
    return _answered(asked.services.providers.get(asked.path["provider"]))


def change_provider(asked: Asked[ProviderPatch, NoQuery]) -> Answered:
    """Change one."""
    said, name, providers = asked.said, asked.path["provider"], asked.services.providers
    stated = _usage(said)
    stated |= {
        each: getattr(said, each) for each in said.model_fields_set & {"client_id", "tenants"}
    }
    if "bearer" in said.model_fields_set:
        stated["bearer"] = _bearer(said.bearer, providers.get(name).bearer)
    return _answered(providers.update(name, ProviderChanges(**stated), asked.act).provider)


def test_provider(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """Look at one."""
    tested = asked.services.providers.test(asked.path["provider"], asked.act)
    return Answered(
        TestedProvider(
            name=tested.provider.name,
            usable=tested.check is not None and tested.check.is_usable,
            findings=findings_shown(tested.check),
        )
    )


def disable_provider(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """Stop one."""
    return _answered(asked.services.providers.disable(asked.path["provider"], asked.act).provider)


def enable_provider(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """Let one count again."""
    return _answered(asked.services.providers.enable(asked.path["provider"], asked.act))


def remove_provider(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """End one."""
    asked.services.providers.remove(asked.path["provider"], asked.act)
    return Answered()


def _answered(provider: Provider) -> Answered:
    return Answered(provider_shown(described(provider)))


def _usage(said: Usage) -> dict[str, Any]:
    return {name: getattr(said, name) for name in said.model_fields_set & Usage.model_fields.keys()}


def _bearer(said: BearerSaid, before: BearerRule) -> BearerChanges:
    """What changes, lists and maps being stated whole."""
    stated = said.model_fields_set
    changes: dict[str, Any] = {name: getattr(said, name) for name in stated & set(_PLAIN)}
    if "audiences" in stated:
        wanted = set(said.audiences)
        changes["add_audiences"] = sorted(wanted - before.audiences)
        changes["remove_audiences"] = sorted(before.audiences - wanted)
    for name in stated & {"clients", "scopes"}:
        changes[name] = getattr(said, name)
        changes[f"remove_{name}"] = sorted(getattr(before, name).keys() - getattr(said, name))
    return BearerChanges(**changes)


ENDPOINTS: Final = (
    Endpoint(
        *("GET", "/providers", "listProviders", "List identity providers", READ, list_providers),
        query=ProviderQuery,
        answer=ProviderPage,
    ),
    Endpoint(
        *("POST", "/providers", "addProvider", "Add an identity provider", WRITE, add_provider),
        about="It is asked for its metadata and keys first: one that cannot be used is not stored "
        "(409 says what is wrong). Okta: `issuer`. Entra ID: `tenant` or `tenants`. Cognito: "
        "`pool` and `domain`. Any other: `discovery_url`.",
        said=NewProvider,
        answer=MadeProvider,
        status=201,
        creates=True,
        pointers=_POINTERS,
    ),
    Endpoint(
        *("GET", ONE, "showProvider", "Show a provider", READ, show_provider),
        answer=ProviderShown,
        shows=provider_shown,
    ),
    Endpoint(
        *("PATCH", ONE, "changeProvider", "Change a provider", WRITE, change_provider),
        about="What it may no longer do ends before the answer.",
        said=ProviderPatch,
        answer=ProviderShown,
        shows=provider_shown,
        needs_match=True,
        refusals=UNUSABLE,
        pointers=_POINTERS,
    ),
    Endpoint(
        *("DELETE", ONE, "removeProvider", "Remove a provider", WRITE, remove_provider),
        about="What came by it ends; its name never comes back.",
        status=204,
        shows=provider_shown,
        refusals=UNUSABLE,
    ),
    Endpoint(
        *("POST", f"{ONE}/test", "testProvider", "Test a provider", WRITE, test_provider),
        about="What it publishes now counts from now on, where it can be used.",
        answer=TestedProvider,
    ),
    Endpoint(
        *("POST", f"{ONE}/disable", "disableProvider", "Disable a provider", WRITE),
        disable_provider,
        about="Sessions, grants and tokens that came by it end before the answer.",
        answer=ProviderShown,
        shows=provider_shown,
        refusals=UNUSABLE,
    ),
    Endpoint(
        *("POST", f"{ONE}/enable", "enableProvider", "Let a provider count again", WRITE),
        enable_provider,
        about="What ended stays ended.",
        answer=ProviderShown,
        shows=provider_shown,
    ),
)
