"""Protected resources, their credentials, and how calls are handed over to them."""

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

SiteKind = Literal["jira-dc", "jira-cloud", "confluence-dc", "confluence-cloud"]
Algorithm = Literal["ES256", "RS256"]


class ResourceQuery(ListQuery):
    """Which resources."""

    q: str = Field("", max_length=LONGEST_QUERY, description="Words in name, identifier or URL.")
    kind: Literal["jira-dc", "jira-cloud", "confluence-dc", "confluence-cloud", "authserver"] = (
        unstated()
    )
    status: Literal["enabled", "disabled"] = unstated()
    sort: Literal["name", "-name", "created_at", "-created_at"] = "name"


class NewResource(Said):
    """A site to be registered."""

    name: str
    kind: SiteKind
    url: str = Field(description="Where the site answers.")
    context_path: str = Field("", description="What Data Center puts before /rest, like /jira.")
    identifier: str = Field(
        "", description="The `aud` of its tokens; url and context_path when it is left out."
    )
    signing_algorithm: Algorithm = "ES256"


class ResourcePatch(Said):
    """What changes; what is left out stays. The identifier stays for ever."""

    url: str = unstated()
    context_path: str = unstated()
    signing_algorithm: Algorithm = unstated()


class ResourceShown(Shown):
    """A protected resource. Its credentials are a list of their own."""

    name: str
    kind: str
    identifier: str
    url: str
    context_path: str
    signing_algorithm: str
    status: Literal["enabled", "disabled", "deleted"]
    created_at: Moment


class ResourcePage(Shown):
    """Some resources, and the cursor of the next ones."""

    items: list[ResourceShown]
    next_cursor: str | None


class MadeResource(Shown):
    """A registered site; its introspection secret is in this answer and nowhere else."""

    resource: ResourceShown
    introspection_secret: str


class CredentialShown(Shown):
    """A credential with which the site speaks to this server: how it ends, never its value."""

    purpose: str
    secret_id: str
    ends_with: str
    created_at: Moment
    expires_at: Moment | None
    last_used_at: Moment | None


class CredentialPage(Shown):
    """The credentials of a resource, the oldest first."""

    items: list[CredentialShown]
    next_cursor: None = None


class CredentialRotation(Said):
    """Which credential changes, and how."""

    purpose: Literal["introspection"] = "introspection"
    overlap_seconds: int = Field(86_400, description="How long the old ones go on at most.")


class MadeCredential(Shown):
    """A new credential, in this answer and nowhere else."""

    name: str
    purpose: str
    secret: str
    secret_id: str
    old_credentials_end_at: Moment


class HandOverSaid(Said):
    """How allowed calls arrive at the site, stated whole.

    `service-credential` takes `credential_type`, `secret`, `account` and, for `basic`, `user`;
    `identity-header` may take `header`; `assertion` takes nothing.
    """

    kind: Literal["service-credential", "identity-header", "assertion"]
    credential_type: Literal["bearer", "basic"] = "bearer"
    secret: str = Field("", description="The site's token or password. Nobody can show it again.")
    account: str = Field("", description="Whose credential it is at the site, for records.")
    user: str = ""
    header: str = ""


class HandOverShown(Shown):
    """How calls arrive; `kind` is null where no call with a token may pass."""

    kind: str | None
    account: str
    header: str
    changed_at: Moment | None


def resource_shown(described: Mapping[str, object]) -> ResourceShown:
    """A resource as `services.resources.described` has it."""
    members = timed(described, "created_at")
    members.pop("credentials")
    return ResourceShown.model_validate(members)


def credential_shown(described: Mapping[str, object]) -> CredentialShown:
    """A credential as `described` has it among a resource's."""
    return CredentialShown.model_validate(
        timed(described, "created_at", "expires_at", "last_used_at")
    )


def hand_over_shown(state: Mapping[str, object]) -> HandOverShown:
    """A hand-over as `services.hand_overs.state_of` has it."""
    return HandOverShown.model_validate(timed(state, "changed_at"))
