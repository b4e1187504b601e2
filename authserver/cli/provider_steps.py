"""What is told of a provider that was added or updated, and what is to do after that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.cli.provider_views import (
    finding_lines,
    finding_values,
    provider_fields,
    provider_value,
)
from authserver.domain.provider_assertions import FEDERATED_AUDIENCE, federated_subject
from authserver.domain.providers import LogoutRule, ProviderAuth, ProviderKind, UserCreation
from authserver.services.provider_addresses import (
    backchannel_logout_uri,
    jwks_uri,
    redirect_uri,
    sign_out_redirect_uri,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authserver.cli.context import Context
    from authserver.domain.providers import Provider
    from authserver.services.providers import CheckedProvider

_WIDTH = 24


def tell_checked(context: Context, done: str, checked: CheckedProvider, *, as_json: bool) -> None:
    """What the provider is now and what was found of it; `done` is what happened to it."""
    provider = checked.provider
    findings = () if checked.check is None else checked.check.findings
    if as_json:
        value = provider_value(provider, context.settings.issuer)
        context.console.json({"provider": value, "findings": finding_values(findings)})
        return
    context.console.note(f"{done} provider {provider.name}")
    context.console.fields(provider_fields(provider))
    for line in finding_lines(findings):
        context.console.note(line)


def tell_next(context: Context, provider: Provider) -> None:
    """What has to be entered at the provider, and what comes next here, on stderr."""
    note = context.console.note
    note("next, at the provider, enter exactly:")
    for title, value in _there(provider, context.settings.issuer):
        note(f"  {title.ljust(_WIDTH)}{value}")
    note("then, here:")
    for line in _here(provider):
        note(f"  {line}")


def _there(provider: Provider, issuer: str) -> Iterator[tuple[str, str]]:
    name = provider.name
    yield "redirect URI", redirect_uri(issuer, name)
    if provider.logout is not LogoutRule.NONE:
        yield "sign-out redirect URI", sign_out_redirect_uri(issuer)
    if provider.kind is not ProviderKind.COGNITO:
        # Cognito tells nobody that somebody signed out.
        yield "back-channel logout URI", backchannel_logout_uri(issuer, name)
    if provider.auth in (ProviderAuth.PRIVATE_KEY_JWT, ProviderAuth.FEDERATED):
        yield "our keys", jwks_uri(issuer)
    if provider.auth is ProviderAuth.FEDERATED:
        yield "our issuer", issuer
        yield "subject", federated_subject(name)
        yield "audience", FEDERATED_AUDIENCE


def _here(provider: Provider) -> Iterator[str]:
    name = provider.name
    yield f"authserver provider test {name}"
    if provider.creation is UserCreation.OFF:
        yield f"authserver provider update {name} --creation on --creation-group GROUP"
    yield f"authserver provider group-rule add {name} GROUP --to-group LOCAL_GROUP"
    yield f"authserver provider domain set {name} DOMAIN --routing suggest"
