"""How `authserver provider` shows providers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from authserver.cli.administration import json_value, time_or
from authserver.cli.durations import shown_duration
from authserver.domain.providers import GroupSource
from authserver.services.provider_addresses import (
    backchannel_logout_uri,
    redirect_uri,
    sign_out_redirect_uri,
)
from authserver.services.provider_conditions import is_without_documents
from authserver.services.provider_descriptions import described, described_domain, described_rule
from authserver.services.provider_findings import Grade

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from authserver.domain.group_rules import GroupRule
    from authserver.domain.provider_looks import ProviderLook
    from authserver.domain.providers import GroupsRule, Provider, ProviderDomain
    from authserver.services.provider_findings import ProviderFinding

COLUMNS: Final = ("name", "kind", "status", "sign-in", "tokens", "state", "issuer")
SECRET_COLUMNS: Final = ("secret", "ends with", "made", "expires")
DOMAIN_COLUMNS: Final = ("domain", "provider", "routing")
RULE_COLUMNS: Final = ("group there", "means here", "label", "rule")
_WIDTH: Final = 8


def provider_row(look: ProviderLook) -> Sequence[str]:
    """One provider in a table."""
    provider = look.provider
    return (
        provider.name,
        str(provider.kind),
        str(provider.status),
        "yes" if provider.accepts_login else "no",
        _tokens(provider),
        _state(look),
        provider.issuer,
    )


def provider_fields(provider: Provider) -> Mapping[str, str]:
    """One provider, field by field."""
    fields = {
        "name": provider.name,
        "kind": str(provider.kind),
        "shown as": provider.display_name,
        "status": str(provider.status),
        "issuer": provider.issuer,
        "client id": provider.client_id,
        "authenticates by": str(provider.auth),
    }
    if provider.tenants:
        fields["tenants"] = ", ".join(sorted(provider.tenants))
    fields |= {
        "person is": str(provider.subject_rule),
        "sign-in": "yes" if provider.accepts_login else "no",
        "asks for": " ".join(provider.scopes),
        "userinfo": "asked" if provider.uses_userinfo else "not asked",
        "groups": _groups(provider.groups),
        "e-mail verified": str(provider.email_trust),
        "new users": _creation(provider),
        "linkable": "yes" if provider.is_linkable else "no",
        "lives without it": shown_duration(provider.living_seconds)
        if provider.living_seconds
        else "for ever",
        "logout there": str(provider.logout),
        "tokens": _tokens(provider),
        "added": time_or(provider.created_at, "-"),
    }
    return fields


def look_fields(look: ProviderLook) -> Mapping[str, str]:
    """One provider with what is kept of it."""
    fields = dict(provider_fields(look.provider))
    fields["domains"] = (
        ", ".join(f"{each.domain} ({each.routing})" for each in look.domains) or "none"
    )
    for document in look.documents:
        problem = f"; {document.problem}" if document.problem else ""
        unusable = "must not be used, " if document.is_refused else ""
        fields[str(document.kind)] = (
            f"{unusable}read {time_or(document.fetched_at or None, 'never')}{problem}"
        )
    return fields


def bearer_fields(provider: Provider) -> Mapping[str, str]:
    """Which of its access tokens count."""
    rule = provider.bearer
    clients = [f"{theirs} as {ours}" if ours else theirs for theirs, ours in rule.clients.items()]
    scopes = [f"{theirs} = {' '.join(sorted(ours))}" for theirs, ours in rule.scopes.items()]
    return {
        "tokens": _tokens(provider),
        "audiences": ", ".join(sorted(rule.audiences)) or "none, so no token counts",
        "clients": ", ".join(sorted(clients)) or "none, so no token counts",
        "scopes": ", ".join(sorted(scopes)) or "none, so no token counts",
        "longest life": shown_duration(rule.longest_seconds),
        "makes users": "yes" if rule.creates_users else "no",
    }


def secret_rows(provider: Provider, now: float) -> Iterable[Sequence[str]]:
    """The client secrets, never more than how each ends."""
    for secret in provider.secrets:
        expires = time_or(secret.expires_at, "never")
        yield (
            secret.secret_id,
            secret.hint or "-",
            time_or(secret.created_at, "-"),
            expires if secret.is_live(now) else f"expired {expires}",
        )


def domain_row(domain: ProviderDomain) -> Sequence[str]:
    """One e-mail domain in a table."""
    return domain.domain, domain.provider, str(domain.routing)


def rule_row(rule: GroupRule) -> Sequence[str]:
    """One group rule in a table."""
    return rule.external, f"{rule.effect} {rule.value}".rstrip(), rule.label or "-", rule.rule_id


def provider_value(provider: Provider, issuer: str) -> Any:
    """One provider for scripts, with what has to be entered there; `issuer` is our own."""
    return {**json_value(described(provider)), **addresses_value(provider.name, issuer)}


def look_value(look: ProviderLook, issuer: str) -> Any:
    """One provider with what is kept of it, for scripts."""
    value = provider_value(look.provider, issuer)
    return {
        **value,
        "group_rules": json_value([described_rule(each) for each in look.rules]),
        "domains": json_value([described_domain(each) for each in look.domains]),
        "documents": json_value(
            [
                {
                    "kind": str(each.kind),
                    "fetched_at": each.fetched_at,
                    "asked_at": each.asked_at,
                    "problem": each.problem,
                    "is_refused": each.is_refused,
                }
                for each in look.documents
            ]
        ),
    }


def addresses_value(name: str, issuer: str) -> dict[str, str]:
    """What has to be entered at the provider."""
    return {
        "redirect_uri": redirect_uri(issuer, name),
        "sign_out_redirect_uri": sign_out_redirect_uri(issuer),
        "backchannel_logout_uri": backchannel_logout_uri(issuer, name),
    }


def finding_lines(findings: Iterable[ProviderFinding]) -> Iterable[str]:
    """Findings for people, with what to do under each."""
    for each in findings:
        yield f"{each.grade:<{_WIDTH}} {each.step}: {each.what}"
        if each.fix:
            yield f"{'':{_WIDTH}} -> {each.fix}"


def finding_values(findings: Iterable[ProviderFinding]) -> list[dict[str, str]]:
    """Findings for scripts."""
    return [
        {"step": each.step, "grade": each.grade, "what": each.what, "fix": each.fix}
        for each in findings
    ]


def verdict_line(findings: Sequence[ProviderFinding]) -> str:
    """How many of each grade."""
    problems = sum(each.grade is Grade.PROBLEM for each in findings)
    warnings = sum(each.grade is Grade.WARNING for each in findings)
    return f"{_count(problems, 'problem')}, {_count(warnings, 'warning')}"


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _state(look: ProviderLook) -> str:
    if is_without_documents(look):
        return "unusable"
    return "troubled" if look.problem else "fine"


def _tokens(provider: Provider) -> str:
    rule = provider.bearer
    used = [
        name
        for name, is_on in (("accepted", rule.is_on), ("exchanged", rule.for_exchange))
        if is_on
    ]
    return " and ".join(used) or "no"


def _groups(rule: GroupsRule) -> str:
    if rule.source is GroupSource.NONE:
        return "not read"
    limit = f", cut off at {rule.limit}" if rule.limit else ""
    beside = "" if rule.source is GroupSource.CLAIM else f", then {rule.source}"
    return f"claim {rule.claim}{beside}{limit}"


def _creation(provider: Provider) -> str:
    limits = [
        *(f"group {each}" for each in sorted(provider.creation_groups)),
        *(f"domain {each}" for each in sorted(provider.creation_domains)),
    ]
    return f"{provider.creation}" + (f", only {', '.join(limits)}" if limits else "")
