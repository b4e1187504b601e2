"""`/providers/{provider}/…` and `/provider-domains`: secrets, rules, denials, domains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from authserver.domain.errors import InvalidField, NotFound
from authserver.domain.external_tokens import DenialKind
from authserver.services.provider_descriptions import described
from authserver.web.admin_api.endpoints import Answered, Endpoint
from authserver.web.admin_api.models.members import ListQuery, moment
from authserver.web.admin_api.models.provider_parts import (
    DenialPage,
    DenialShown,
    DirectorySecret,
    DomainPage,
    DomainShown,
    EndedSecrets,
    GroupRulePage,
    MadeGroupRule,
    NewDenial,
    NewDomain,
    NewGroupRule,
    NewProviderSecret,
    ProviderSecretPage,
    ProviderSecretShown,
    SecretsEnd,
    denial_shown,
    domain_shown,
    rule_shown,
)
from authserver.web.admin_api.pages import page_of, sorted_page
from authserver.web.admin_api.providers import ONE, READ, UNUSABLE, WRITE
from authserver.web.written_names import name_in_segment

if TYPE_CHECKING:
    from authserver.domain.providers import Provider
    from authserver.web.admin_api.endpoints import Asked
    from authserver.web.admin_api.models.members import NoQuery, NothingSaid

SECRETS: Final = f"{ONE}/secrets"
RULES: Final = f"{ONE}/group-rules"
DENIALS: Final = f"{ONE}/denials"
DOMAINS: Final = "/provider-domains"


def list_provider_secrets(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """Our secrets there."""
    return Answered(_secrets(asked.services.providers.get(asked.path["provider"])))


def add_provider_secret(asked: Asked[NewProviderSecret, NoQuery]) -> Answered:
    """Store a further one."""
    name, said = asked.path["provider"], asked.said
    added = asked.services.provider_secrets.add(
        name, said.secret, asked.act, expires_in=said.expires_in_seconds
    )
    shown = {
        "secret_id": added.secret_id,
        "ends_with": added.hint,
        "created_at": moment(added.created_at),
        "expires_at": moment(added.expires_at),
    }
    return Answered(ProviderSecretShown.model_validate(shown), f"/providers/{name}/secrets")


def expire_provider_secrets(asked: Asked[SecretsEnd, NoQuery]) -> Answered:
    """End all but one."""
    said = asked.said
    ended = asked.services.provider_secrets.expire(
        asked.path["provider"], asked.act, keep=said.keep, overlap_seconds=said.overlap_seconds
    )
    return Answered(EndedSecrets(ended=ended))


def set_directory_secret(asked: Asked[DirectorySecret, NoQuery]) -> Answered:
    """Store what reads groups there."""
    asked.services.provider_secrets.set_directory_secret(
        asked.path["provider"], asked.said.secret, asked.act
    )
    return Answered()


def list_group_rules(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """What groups there mean here."""
    found = asked.services.provider_group_rules.list(asked.path["provider"])
    return Answered(GroupRulePage(items=[rule_shown(each) for each in found]))


def add_group_rule(asked: Asked[NewGroupRule, NoQuery]) -> Answered:
    """Say what a group there means here."""
    name, said = asked.path["provider"], asked.said
    added = asked.services.provider_group_rules.add(
        name, said.group, said.effect, asked.act, value=said.value, label=said.label
    )
    shown = MadeGroupRule(rule=rule_shown(added.rule), people=added.people)
    return Answered(shown, f"/providers/{name}/group-rules")


def remove_group_rule(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """Let a group mean that no more."""
    asked.services.provider_group_rules.remove(
        asked.path["provider"], asked.path["rule_id"], asked.act
    )
    return Answered()


def list_denials(asked: Asked[NothingSaid, ListQuery]) -> Answered:
    """One page of what counts no more."""
    found = asked.services.external_denials.list(asked.path["provider"])
    fetch = sorted_page(found, lambda each: (str(each.kind), each.value))
    items, following = page_of(asked, fetch)
    return Answered(DenialPage(items=[denial_shown(each) for each in items], next_cursor=following))


def deny(asked: Asked[NewDenial, NoQuery]) -> Answered:
    """Let something count no more."""
    name, said, seconds = asked.path["provider"], asked.said, asked.said.until_seconds
    denial = asked.services.external_denials.deny(
        name,
        DenialKind(said.kind),
        said.value,
        asked.act,
        until=None if seconds is None else asked.services.clock.now() + seconds,
        reason=said.reason,
    )
    return Answered(denial_shown(denial), f"/providers/{name}/denials")


def allow(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """Take a denial back."""
    kind, _, value = name_in_segment(asked.path["denial_id"]).partition(":")
    if kind not in set(DenialKind):
        raise NotFound("denial", kind)
    asked.services.external_denials.allow(
        asked.path["provider"], DenialKind(kind), value, asked.act
    )
    return Answered()


def list_domains(asked: Asked[NothingSaid, ListQuery]) -> Answered:
    """One page of whose people sign in where."""
    fetch = sorted_page(asked.services.provider_domains.list(), lambda each: (each.domain,))
    items, following = page_of(asked, fetch)
    return Answered(DomainPage(items=[domain_shown(each) for each in items], next_cursor=following))


def set_domain(asked: Asked[NewDomain, NoQuery]) -> Answered:
    """Send people of a domain somewhere."""
    said = asked.said
    domains = asked.services.provider_domains
    return Answered(domain_shown(domains.set(said.provider, said.domain, said.routing, asked.act)))


def remove_domain(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """Send them nowhere any more."""
    domain = asked.path["domain"]
    try:
        asked.services.provider_domains.remove(domain, asked.act)
    except InvalidField:
        # What is no domain was never set.
        raise NotFound("domain", domain) from None
    return Answered()


def _secrets(provider: Provider) -> ProviderSecretPage:
    found: Any = described(provider)["secrets"]
    times = ("created_at", "expires_at")
    items = [{**each, **{name: moment(each[name]) for name in times}} for each in found]
    return ProviderSecretPage.model_validate({"items": items})


ENDPOINTS: Final = (
    Endpoint(
        *("GET", SECRETS, "listProviderSecrets", "List our secrets at a provider", READ),
        list_provider_secrets,
        answer=ProviderSecretPage,
    ),
    Endpoint(
        *("POST", SECRETS, "addProviderSecret", "Store a further secret", WRITE),
        add_provider_secret,
        about="The newest live one is used from now on.",
        said=NewProviderSecret,
        answer=ProviderSecretShown,
        status=201,
        creates=True,
        pointers={"expires_in": "expires_in_seconds", "secret_expires_in": "expires_in_seconds"},
    ),
    Endpoint(
        *("POST", f"{SECRETS}/expire", "expireProviderSecrets", "End all secrets but one", WRITE),
        expire_provider_secrets,
        said=SecretsEnd,
        answer=EndedSecrets,
        refusals=UNUSABLE,
        pointers={"overlap": "overlap_seconds"},
    ),
    Endpoint(
        *("POST", f"{ONE}/directory-secret", "setDirectorySecret", "Store what reads groups"),
        *(WRITE, set_directory_secret),
        said=DirectorySecret,
        status=204,
        refusals=UNUSABLE,
    ),
    Endpoint(
        *("GET", RULES, "listGroupRules", "List the group rules of a provider", READ),
        list_group_rules,
        answer=GroupRulePage,
    ),
    Endpoint(
        *("POST", RULES, "addGroupRule", "Say what a group there means here", WRITE),
        add_group_rule,
        about="It holds at once. A rule that gives power takes `admin:roles:write` too.",
        said=NewGroupRule,
        answer=MadeGroupRule,
        status=201,
        creates=True,
        pointers={"external": "group"},
    ),
    Endpoint(
        *("DELETE", f"{RULES}/{{rule_id}}", "removeGroupRule", "Remove a group rule", WRITE),
        remove_group_rule,
        about="What rested on it alone ends before the answer.",
        status=204,
    ),
    Endpoint(
        *("GET", DENIALS, "listDenials", "List what counts no more", READ, list_denials),
        query=ListQuery,
        answer=DenialPage,
    ),
    Endpoint(
        *("POST", DENIALS, "deny", "Let something of a provider's count no more", WRITE, deny),
        about="A token (or session) by its id, a person's tokens by the subject key, or those of "
        "a client there.",
        said=NewDenial,
        answer=DenialShown,
        status=201,
        creates=True,
        pointers={**{str(each): "value" for each in DenialKind}, "until": "until_seconds"},
    ),
    Endpoint(
        *("DELETE", f"{DENIALS}/{{denial_id}}", "allow", "Take a denial back", WRITE, allow),
        status=204,
    ),
    Endpoint(
        *("GET", DOMAINS, "listDomains", "List whose people sign in where", READ, list_domains),
        query=ListQuery,
        answer=DomainPage,
    ),
    Endpoint(
        *("POST", DOMAINS, "setDomain", "Send people of an e-mail domain to a provider", WRITE),
        set_domain,
        said=NewDomain,
        answer=DomainShown,
        refusals=frozenset({404, 409}),
    ),
    Endpoint(
        *("DELETE", f"{DOMAINS}/{{domain}}", "removeDomain", "Send them nowhere any more", WRITE),
        remove_domain,
        status=204,
        refusals=UNUSABLE,
    ),
)
