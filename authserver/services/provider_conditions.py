"""What can be said of a provider without asking it: from how it is configured alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.group_rules import GroupEffect
from authserver.domain.provider_documents import DocumentKind
from authserver.domain.providers import GroupSource, ProviderKind, UserCreation
from authserver.services.provider_document_forms import is_unusable
from authserver.services.provider_findings import Step, broken, doubtful

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from authserver.domain.group_rules import GroupRule
    from authserver.domain.provider_looks import ProviderLook
    from authserver.domain.providers import BearerRule, Provider
    from authserver.services.provider_findings import ProviderFinding

SOON_SECONDS: Final = 14 * 86_400


def conditions(
    provider: Provider, rules: Sequence[GroupRule], now: float
) -> Iterator[ProviderFinding]:
    """Everything that is worth a word; nothing for a provider that is as it should be."""
    yield from credential(provider, now)
    yield from tenants(provider)
    yield from groups(provider, rules)
    yield from tokens(provider)
    yield from people(provider)


def is_without_documents(look: ProviderLook) -> bool:
    """Whether nothing that the provider published can be used now: nobody signs in there."""
    return len(look.documents) < len(DocumentKind) or any(map(is_unusable, look.documents))


def credential(provider: Provider, now: float) -> Iterator[ProviderFinding]:
    """A secret that has ended, or soon will."""
    if not provider.auth.uses_secret:
        return
    live = [each for each in provider.secrets if each.is_live(now)]
    add = f"make a new one there, then run authserver provider secret add {provider.name}"
    if not live:
        yield broken(Step.CREDENTIAL, "no client secret is live any more", add)
    elif not any(each.is_live(now + SOON_SECONDS) for each in live):
        yield doubtful(Step.CREDENTIAL, "the last client secret ends within 14 days", add)


def tenants(provider: Provider) -> Iterator[ProviderFinding]:
    """Several tenants, and none that is believed."""
    if provider.serves_many_tenants and not provider.tenants:
        yield broken(
            Step.PEOPLE,
            "no tenant is listed, so nobody can sign in and no token counts",
            f"run authserver provider update {provider.name} --add-tenant GUID",
        )


def groups(provider: Provider, rules: Sequence[GroupRule]) -> Iterator[ProviderFinding]:
    """A directory that cannot be asked; deny rules on lists that are often cut off."""
    source = provider.groups.source
    if rules and source is GroupSource.NONE:
        yield broken(
            Step.GROUPS,
            "there are group rules, but no groups are read",
            f"run authserver provider update {provider.name} --groups-source claim",
        )
    if _lacks_directory_credential(provider):
        yield broken(
            Step.GROUPS,
            "there is no credential to read groups from the directory",
            f"run authserver provider secret set-directory {provider.name}",
        )
    denies = any(each.effect is GroupEffect.DENY for each in rules)
    if denies and source is GroupSource.CLAIM:
        if provider.kind is ProviderKind.ENTRA:
            yield doubtful(
                Step.GROUPS,
                "there are deny rules, and Entra ID leaves the groups of people in more than 200 "
                "out: they cannot sign in",
                f"run authserver provider update {provider.name} --groups-source graph",
            )
        elif provider.groups.limit:
            yield doubtful(
                Step.GROUPS,
                f"there are deny rules, and lists of {provider.groups.limit} groups may be cut "
                "off: whoever has that many cannot sign in",
                f"run authserver provider update {provider.name} --groups-source okta-api"
                if provider.kind is ProviderKind.OKTA
                else "let the provider send fewer groups",
            )


def tokens(provider: Provider) -> Iterator[ProviderFinding]:
    """Tokens that should count, and lists that let none."""
    rule = provider.bearer
    if not rule.is_on and not rule.for_exchange:
        return
    empty = empty_lists(rule)
    if empty:
        options = " ".join(f"--{each}" for each in empty)
        yield broken(
            Step.TOKENS,
            f"access tokens may count, but none can: no {' and no '.join(empty)} listed",
            f"run authserver provider bearer {provider.name} with {options}",
        )


def empty_lists(rule: BearerRule) -> Sequence[str]:
    """The lists that accept nothing: audience, client, scope."""
    lists = (("audience", rule.audiences), ("client", rule.clients), ("scope", rule.scopes))
    return [name for name, entries in lists if not entries]


def people(provider: Provider) -> Iterator[ProviderFinding]:
    """Who becomes a user."""
    if provider.creation is UserCreation.ON and not (
        provider.creation_groups or provider.creation_domains
    ):
        yield doubtful(
            Step.PEOPLE,
            "everybody whom the provider lets sign in becomes a user here",
            "limit that at the provider, or by --creation-group or --creation-domain, or know why",
        )


def _lacks_directory_credential(provider: Provider) -> bool:
    groups = provider.groups
    if groups.source is GroupSource.OKTA_API:
        return not groups.directory_secret
    # Graph takes the application's own credential where no other one is named.
    return (
        groups.source is GroupSource.GRAPH
        and bool(groups.directory_client_id)
        and not groups.directory_secret
    )
