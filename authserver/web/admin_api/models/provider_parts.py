"""What belongs to identity providers: secrets, group rules, denials, e-mail domains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from authserver.services.external_denials import FOR_EVER
from authserver.services.provider_descriptions import described_rule
from authserver.web.admin_api.models.members import Moment, Said, Shown, moment
from authserver.web.written_names import name_as_segment

if TYPE_CHECKING:
    from authserver.domain.external_tokens import ExternalDenial
    from authserver.domain.group_rules import GroupRule
    from authserver.domain.providers import ProviderDomain


class NewProviderSecret(Said):
    """A secret that the provider gave; it is stored sealed and shown by nobody."""

    secret: str
    expires_in_seconds: int | None = Field(None, description="null: no end.")


class DirectorySecret(Said):
    """What reads groups from the provider's directory, in place of what there was."""

    secret: str


class SecretsEnd(Said):
    """Which secret stays."""

    keep: str = Field("", description="Its id; the newest, unless stated.")
    overlap_seconds: int = Field(0, description="How long the others go on at most.")


class EndedSecrets(Shown):
    """How many secrets end."""

    ended: int


class ProviderSecretShown(Shown):
    """One of our secrets there: how it ends, never its value."""

    secret_id: str
    ends_with: str
    created_at: Moment
    expires_at: Moment | None


class ProviderSecretPage(Shown):
    """Our secrets at a provider."""

    items: list[ProviderSecretShown]
    next_cursor: None = None


class NewGroupRule(Said):
    """What a group there means here, from now on, for everybody whose groups are known."""

    group: str = Field(description="As the provider writes it.")
    effect: Literal["group", "administrator", "role", "scopes", "deny"]
    value: str = Field("", description="The local group, the role, or the scopes.")
    label: str = ""


class GroupRuleShown(Shown):
    """What a group there means here."""

    rule_id: str
    group: str
    label: str
    effect: str
    value: str
    created_at: Moment


class GroupRulePage(Shown):
    """The group rules of a provider."""

    items: list[GroupRuleShown]
    next_cursor: None = None


class MadeGroupRule(Shown):
    """A new rule, and for how many people it changed something at once."""

    rule: GroupRuleShown
    people: int


class NewDenial(Said):
    """What counts no more of a provider's."""

    kind: Literal["token", "subject", "client"]
    value: str
    until_seconds: int | None = Field(
        None, ge=0, le=315_360_000, description="Reach what is issued until so long from now."
    )
    reason: str = ""


class DenialShown(Shown):
    """What counts no more; null times: for ever."""

    denial_id: str
    kind: str
    value: str
    issued_until: Moment | None
    expires_at: Moment | None
    reason: str
    created_at: Moment


class DenialPage(Shown):
    """What counts no more of a provider's, and the cursor of more of it."""

    items: list[DenialShown]
    next_cursor: str | None


class NewDomain(Said):
    """Whose people sign in at a provider, in place of where they went."""

    provider: str
    domain: str
    routing: Literal["suggest", "force"] = "suggest"


class DomainShown(Shown):
    """An e-mail domain whose people sign in at a provider."""

    domain: str
    provider: str
    routing: str
    created_at: Moment


class DomainPage(Shown):
    """Some domains of all providers, and the cursor of the next ones."""

    items: list[DomainShown]
    next_cursor: str | None


def rule_shown(rule: GroupRule) -> GroupRuleShown:
    """A group rule."""
    shown = described_rule(rule)
    return GroupRuleShown.model_validate({**shown, "created_at": moment(rule.created_at)})


def denial_shown(denial: ExternalDenial) -> DenialShown:
    """A denial."""
    ever = denial.issued_until >= FOR_EVER
    shown: dict[str, Any] = {
        "denial_id": name_as_segment(f"{denial.kind}:{denial.value}"),
        "kind": str(denial.kind),
        "value": denial.value,
        "issued_until": None if ever else moment(denial.issued_until),
        "expires_at": moment(denial.expires_at),
        "reason": denial.reason,
        "created_at": moment(denial.created_at),
    }
    return DenialShown.model_validate(shown)


def domain_shown(domain: ProviderDomain) -> DomainShown:
    """A domain."""
    shown: dict[str, Any] = {
        "domain": domain.domain,
        "provider": domain.provider,
        "routing": str(domain.routing),
        "created_at": moment(domain.created_at),
    }
    return DomainShown.model_validate(shown)
