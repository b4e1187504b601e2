"""Identity providers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from authserver.web.admin_api.models.members import (
    LONGEST_QUERY,
    ListQuery,
    Moment,
    Said,
    Shown,
    timed,
    unstated,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.services.provider_findings import ProviderCheck

MOST = 500
Names = list[str]
Words = dict[str, str]
Auth = Literal["client_secret_basic", "client_secret_post", "private_key_jwt", "federated", "none"]


class ProviderQuery(ListQuery):
    """Which providers."""

    q: str = Field("", max_length=LONGEST_QUERY, description="Words in name, title or issuer.")
    status: Literal["enabled", "disabled"] = unstated()
    sort: Literal["name", "-name"] = "name"


class BearerSaid(Said):
    """Which of its access tokens count. Lists and maps are stated whole."""

    is_on: bool = unstated()
    for_exchange: bool = unstated()
    creates_users: bool = unstated()
    longest_seconds: int = unstated()
    audiences: Names = unstated(max_length=MOST)
    clients: Words = unstated("Theirs, and ours that it speaks for; an empty text for none.")
    scopes: dict[str, Names] = unstated("Theirs, and what each means here.")


class Usage(Said):
    """How a provider is used; what is not stated stays, or is as its kind usually is."""

    display_name: str = unstated("What people read on the button.")
    auth: Auth = unstated()
    discovery_url: str = unstated()
    algorithms: list[Literal["RS256", "ES256"]] = unstated(max_length=2)
    scopes: Names = unstated(max_length=MOST)
    uses_userinfo: bool = unstated()
    accepts_login: bool = unstated()
    email_trust: Literal["never", "verified", "domain-owner"] = unstated()
    groups_source: Literal["none", "claim", "graph", "okta-api"] = unstated()
    groups_claim: str = unstated()
    groups_limit: int = unstated()
    directory_client_id: str = unstated()
    acrs: Words = unstated("What an acr of theirs, or `amr:VALUE`, means here.")
    logout: Literal["none", "id-token-hint", "logout-hint", "cognito"] = unstated()
    endpoint_hosts: Names = unstated(max_length=MOST)
    creation: Literal["off", "on"] = unstated()
    creation_groups: Names = unstated(max_length=MOST)
    creation_domains: Names = unstated(max_length=MOST)
    is_linkable: bool = unstated()
    living_seconds: int = unstated("0: for ever.")


class NewProvider(Usage):
    """A provider that answers now. Which places it needs depends on its kind."""

    name: str
    kind: Literal["okta", "entra", "cognito", "oidc"]
    client_id: str = Field(description="Of our application there.")
    secret: str = ""
    secret_expires_in_seconds: int | None = None
    issuer: str = ""
    authority: str = ""
    tenant: str = ""
    tenants: Names = Field([], max_length=MOST)
    pool: str = ""
    domain: str = ""


class ProviderPatch(Usage):
    """What changes; what is left out stays. Lists are stated whole."""

    client_id: str = unstated()
    tenants: Names = unstated(max_length=MOST)
    bearer: BearerSaid = unstated()


class GroupsShown(Shown):
    """Where the groups of people come from."""

    source: str
    claim: str
    limit: int
    directory_client_id: str
    has_directory_secret: bool


class BearerShown(Shown):
    """Which of its access tokens count."""

    is_on: bool
    for_exchange: bool
    creates_users: bool
    longest_seconds: int
    audiences: list[str]
    clients: dict[str, str]
    scopes: dict[str, list[str]]


class ProviderShown(Shown):
    """A provider. Secrets, group rules and denials are lists of their own."""

    name: str
    kind: str
    display_name: str
    status: str
    issuer: str
    discovery_url: str
    client_id: str
    auth: str
    subject_rule: str
    tenants: list[str]
    algorithms: list[str]
    scopes: list[str]
    uses_userinfo: bool
    sends_issuer: bool
    accepts_login: bool
    email_trust: str
    groups: GroupsShown
    acrs: dict[str, str]
    logout: str
    endpoint_hosts: list[str]
    creation: str
    creation_groups: list[str]
    creation_domains: list[str]
    is_linkable: bool
    living_seconds: int
    bearer: BearerShown
    created_at: Moment


class ProviderPage(Shown):
    """Some providers, and the cursor of the next ones."""

    items: list[ProviderShown]
    next_cursor: str | None


class FindingShown(Shown):
    """What was found at a provider, and what to do about it."""

    step: str
    grade: Literal["ok", "warning", "problem"]
    what: str
    fix: str


class MadeProvider(Shown):
    """A provider, what was found there, and what has to be entered there."""

    provider: ProviderShown
    findings: list[FindingShown]
    redirect_uri: str
    sign_out_redirect_uri: str
    backchannel_logout_uri: str


class TestedProvider(Shown):
    """Whether a provider can be worked with now, step by step."""

    name: str
    usable: bool
    findings: list[FindingShown]


def provider_shown(described: Mapping[str, object]) -> ProviderShown:
    """A provider as `services.provider_descriptions.described` has it."""
    members = timed(described, "created_at")
    members.pop("secrets")
    return ProviderShown.model_validate(members)


def findings_shown(check: ProviderCheck | None) -> list[FindingShown]:
    """What was found at a provider; nothing where nobody looked."""
    found = () if check is None else check.findings
    return [
        FindingShown(step=str(each.step), grade=each.grade.value, what=each.what, fix=each.fix)
        for each in found
    ]
