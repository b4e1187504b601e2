"""API tokens: keys that take the place of passwords, each with an owner, a purpose and an end."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from authserver.domain.tokens import AccessToken

if TYPE_CHECKING:
    from authserver.domain.access_details import AccessDetail
    from authserver.domain.api_token_conditions import Condition
    from authserver.domain.stored_secrets import StoredSecret

API_TOKEN_PREFIX: Final = "pat"  # noqa: S105 - what stands between `asv_` and the secret
API_TOKEN_PURPOSE: Final = "api_token"  # noqa: S105 - keeps digests of different uses apart
NO_CLIENT_PREFIX: Final = "api-token:"
"""`client_id` of a user's token that names no client: this and the token's id. No client's id and
no provider's name begins with it."""


class SubjectType(StrEnum):
    """For whom a token speaks."""

    USER = "user"
    SERVICE = "service"
    """A client of ours, for itself: never a person."""


class Presentation(StrEnum):
    """How a token may be sent."""

    BEARER = "bearer"
    BASIC = "basic"
    """As the password beside the owner's user name or e-mail address, or a service's client id."""


class ApiTokenStatus(StrEnum):
    """What a token is now; its end in time counts by itself. The last two are for ever."""

    PENDING = "pending"
    """Made for somebody who has not picked it up: there is no secret yet."""
    ENABLED = "enabled"
    DISABLED = "disabled"
    REVOKED = "revoked"
    EXPIRED = "expired"
    """Somebody has noticed that its end is over, and put that on record."""


OVER: Final = frozenset({ApiTokenStatus.REVOKED, ApiTokenStatus.EXPIRED})


@dataclass(frozen=True, slots=True)
class LastUse:
    """When and from where a token was used last; coarse, for no use is written by itself.

    `network` is the caller's address; `agent` its User-Agent, shortened; both may be empty.
    """

    at: float
    network: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True)
class ApiToken:
    """One API token; times are seconds since the epoch.

    `lineage_id` is shared by a token and those it was rotated into; `successor_id` names the next
    one, empty for the latest. `subject` is whom it speaks for: a user's subject, or for
    `SubjectType.SERVICE` that of the client `client_id`. `owner` is the subject of the user who
    answers for it (of a user's own token: the user). `client_id` names the application that
    uses a user's token, empty where nobody said. `resources` are names of sites; empty means none.
    `details` limit operations and projects (`None`: no limit); `networks` are CIDR texts (`None`:
    no limit, empty: nowhere). `created_by` is the actor's text in records, `created_from` its
    address. `reason` is why it was disabled or revoked.
    """

    token_id: str
    lineage_id: str
    subject_type: SubjectType
    subject: str
    owner: str
    client_id: str
    name: str
    purpose: str
    team: str
    ticket: str
    scopes: frozenset[str]
    resources: frozenset[str]
    presentations: frozenset[Presentation]
    details: tuple[AccessDetail, ...] | None
    networks: tuple[str, ...] | None
    status: ApiTokenStatus
    secret: StoredSecret | None = field(repr=False)
    created_at: float
    created_by: str
    created_from: str
    expires_at: float
    successor_id: str = ""
    status_changed_at: float = 0.0
    reason: str = ""
    exposed_at: float | None = None
    """When it was seen in the clear, or reported as leaked."""
    last_use: LastUse | None = None

    def is_live(self, now: float) -> bool:
        """Whether its secret counts at `now`."""
        return self.status is ApiTokenStatus.ENABLED and now < self.expires_at

    def status_at(self, now: float) -> ApiTokenStatus:
        """What it is at `now`, its end in time included, whether that is on record or not."""
        is_past = self.status not in OVER and now >= self.expires_at
        return ApiTokenStatus.EXPIRED if is_past else self.status


@dataclass(frozen=True, slots=True)
class ApiTokenAccess(AccessToken):
    """An API token that counts here, in the words of an access token.

    `client_id` is as in `NO_CLIENT_PREFIX` where the token names none; `grant_id` is the lineage;
    `scopes` are those that are left of it now. `presentation` is `None` where it was shown by
    somebody who had got it (RFC 7662). `networks` as in `ApiToken`. `username` is the user's, empty
    for a service.
    """

    subject_type: SubjectType
    owner: str
    purpose: str
    team: str
    ticket: str
    presentation: Presentation | None
    networks: tuple[str, ...] | None
    username: str


@dataclass(frozen=True, slots=True)
class ApiTokenFilter:
    """Which tokens are meant: every field that is not `None` narrows.

    Times are seconds since the epoch. `unused_since` means tokens not used, and not made, since
    then. `networks` are CIDR texts, compared with the last use. `purpose` is part of the text,
    whatever its case; everything else is the whole.
    """

    token_id: str | None = None
    lineage_id: str | None = None
    subject: str | None = None
    owner: str | None = None
    client_id: str | None = None
    resource: str | None = None
    team: str | None = None
    ticket: str | None = None
    purpose: str | None = None
    scope: str | None = None
    status: ApiTokenStatus | None = None
    subject_type: SubjectType | None = None
    created_before: float | None = None
    created_after: float | None = None
    expires_before: float | None = None
    unused_since: float | None = None
    changed_since: float | None = None
    """Only those whose status changed then or later."""
    networks: tuple[str, ...] | None = None
    live_at: float | None = None
    """Only those that are not `OVER` and end after this."""
    longer_than: float | None = None
    """Only those with more than so many seconds from their making to their end."""
    where: Condition | None = None
    """What an administrator wrote."""
    text: str = ""
    """Every word begins one of the token's name, purpose, team or ticket (`search_words`)."""
