"""API tokens, and stopping many of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from authserver.services.api_token_records import described
from authserver.web.admin_api.models.members import (
    LONGEST_QUERY,
    ListQuery,
    Moment,
    Said,
    Shown,
    moment,
    timed,
    unstated,
)

if TYPE_CHECKING:
    from authserver.domain.api_tokens import ApiToken

MOST = 500
LONGEST = 300
LONGEST_WHERE = 2000
Names = list[str]
Status = Literal["pending", "enabled", "disabled", "revoked", "expired"]


class TokenQuery(ListQuery):
    """Which tokens; those that are over only with `live=false` or by their status."""

    q: str = Field("", max_length=LONGEST_QUERY, description="Words in name, purpose or id.")
    user: str = unstated("Whom it belongs to: a subject or user name.", max_length=LONGEST)
    client_id: str = unstated(max_length=LONGEST)
    resource: str = unstated(max_length=LONGEST)
    scope: str = unstated(max_length=LONGEST)
    team: str = unstated(max_length=LONGEST)
    ticket: str = unstated(max_length=LONGEST)
    purpose: str = unstated("A part of it.", max_length=LONGEST)
    status: Status = unstated()
    subject_type: Literal["user", "service"] = unstated()
    where: str = unstated("A condition, as in `/incidents`.", max_length=LONGEST_WHERE)
    live: bool = Field(default=True, description="false: those that are over, too.")
    expires_in_seconds: int = unstated("Those that end within so long.", ge=0, le=315_360_000)
    sort: Literal[
        "token_id", "-token_id", "created_at", "-created_at", "expires_at", "-expires_at"
    ] = "expires_at"


class StaleQuery(ListQuery):
    """Since when nobody used them."""

    unused_for_seconds: int = Field(7_776_000, ge=0, le=315_360_000)


class NewToken(Said):
    """A token for somebody. Whose it is gets its secret; a service's is in the answer."""

    user: str = Field(description="Whom it belongs to, or who answers for a service.")
    purpose: str
    scopes: Names = Field(max_length=MOST)
    resources: Names = Field(max_length=MOST, description="Names of sites.")
    subject_type: Literal["user", "service"] = "user"
    client_id: str = Field("", description="The service, or the app that uses it.")
    name: str = ""
    team: str = Field("", description="A group or an e-mail address that is told as well.")
    ticket: str = ""
    operations: Names | None = Field(None, max_length=MOST, description="null: no limit.")
    projects: Names | None = Field(None, max_length=MOST, description="null: no limit.")
    networks: Names | None = Field(None, max_length=MOST, description="CIDR; null: no limit.")
    presentations: list[Literal["bearer", "basic"]] | None = Field(
        None, max_length=2, description="null: what policy allows."
    )
    expires_in_seconds: int | None = Field(None, description="null: what policy says.")
    delivery: Literal["mail", "link"] = Field(
        "mail", description="How its owner gets it; a link is in the answer, good for nobody else."
    )


class TokenRotation(Said):
    """How the secret changes."""

    overlap_seconds: int = Field(86_400, description="How long the old one goes on at most.")
    expires_in_seconds: int | None = Field(None, description="null: as long as the old one's.")
    delivery: Literal["mail", "link"] = "mail"


class Offer(Said):
    """How the owner gets another link; the ones before end."""

    delivery: Literal["mail", "link"] = "mail"


class Why(Said):
    """Why; the owner is told."""

    reason: str = ""


class LastUseShown(Shown):
    """When it was used last, from where and by what."""

    used_at: Moment
    network: str
    agent: str


class TokenShown(Shown):
    """A token, never its secret."""

    token_id: str
    lineage_id: str
    subject_type: str
    subject: str
    owner: str
    client_id: str
    name: str
    purpose: str
    team: str
    ticket: str
    scopes: list[str]
    resources: list[str]
    presentations: list[str]
    authorization_details: list[dict[str, Any]] | None
    networks: list[str] | None
    status: Status
    reason: str
    ends_with: str
    created_at: Moment
    created_by: str
    created_from: str
    expires_at: Moment
    status_changed_at: Moment
    successor_id: str
    exposed_at: Moment | None
    last_use: LastUseShown | None


class TokenPage(Shown):
    """Some tokens, and the cursor of the next ones."""

    items: list[TokenShown]
    next_cursor: str | None


class Lineage(Shown):
    """A token with all that it was rotated into or out of, the oldest first."""

    items: list[TokenShown]
    next_cursor: None = None


class MadeToken(Shown):
    """A new token. Its secret, or the link by which its owner gets that, is in this answer only."""

    token: TokenShown
    api_token: str | None = Field(description="null: its owner picks it up.")
    link: str | None = Field(description="Good for 24 hours, for its owner alone.")
    old_ends_at: Moment | None


class StoppedTokens(Shown):
    """What changed: a token and those it took the place of; nothing where that was so already."""

    items: list[TokenShown]
    next_cursor: None = None


class NewIncident(Said):
    """What happens to every token that a condition means."""

    where: str = Field(
        max_length=LONGEST_WHERE,
        description="Comparisons joined by and, or and parentheses: "
        "`client=zapier or network in 203.0.113.0/24`. Fields: client, owner, subject, team, "
        "ticket, purpose, resource, scope, status, incident, network, created, expires, last-used.",
    )
    action: Literal["revoke", "disable", "enable"] = Field(
        description='Undo a disable by `enable` where `incident="ID"`; a revoke is for ever.'
    )
    reason: str = ""
    dry_run: bool = Field(default=False, description="Only say what would change.")


class IncidentShown(Shown):
    """What changed, or would."""

    incident: str | None = Field(description="The number in every record of it; null: a dry run.")
    dry_run: bool
    action: Literal["revoke", "disable", "enable"]
    count: int
    tokens: list[str] = Field(description="Ids, the first 1000.")


def token_shown(token: ApiToken) -> TokenShown:
    """A token as `services.api_token_records.described` has it."""
    members = timed(described(token), "created_at", "expires_at", "status_changed_at", "exposed_at")
    use = members["last_use"]
    if use is not None:
        members["last_use"] = {**use, "used_at": moment(use["used_at"])}
    return TokenShown.model_validate(members)
