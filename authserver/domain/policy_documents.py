"""Policy documents: what administrators decide beyond scopes. Values only; no rule is judged here.

One document holds for every site (`default`), and each site may have one of its own. A section of a
site's document takes the place of the default's section of that name; deny rules of both count.
`None` stands for a section or list that was not written: it asks nothing. An empty list means
nobody or nothing. Every rule carries the text that refused callers read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from authserver.domain.api_tokens import Presentation

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_DOCUMENT: Final = "default"


class LegacyWay(StrEnum):
    """Ways of calling that are no tokens of ours."""

    BASIC = "basic"
    """A user name and a password."""
    OAUTH1 = "oauth1"
    SESSION = "session"
    """A browser's cookie on a REST path; the gateway has to pass cookies on as well."""
    ANONYMOUS = "anonymous"
    ATLASSIAN_TOKEN = "atlassian-token"  # noqa: S105 - a way to call
    """A Bearer value that nobody here issued: Atlassian's own personal access tokens."""


class LegacyEffect(StrEnum):
    """`OBSERVE` lets a call pass like `ALLOW`, and marks the record."""

    ALLOW = "allow"
    OBSERVE = "observe"
    BLOCK = "block"


class UserEffect(StrEnum):
    """What an override does for one user."""

    ALLOW = "allow"
    """The user need not be in a group that may call; everything else still holds."""
    READ_ONLY = "read-only"
    DENY = "deny"


class Creators(StrEnum):
    """Who may make API tokens for themselves."""

    EVERYONE = "everyone"
    GROUPS = "groups"
    ADMINISTRATORS = "administrators"


@dataclass(frozen=True, slots=True)
class Override:
    """For one user (by user name) until a moment (seconds since the epoch)."""

    user: str
    effect: UserEffect
    until: float
    reason: str


@dataclass(frozen=True, slots=True)
class AccessSection:
    """Who may call. `groups` are for users, `clients` (client ids) for services."""

    reason: str
    groups: frozenset[str] | None = None
    clients: frozenset[str] | None = None
    read_only_groups: frozenset[str] = frozenset()
    """Members may read only, also where they are in another group as well."""
    overrides: tuple[Override, ...] = ()


@dataclass(frozen=True, slots=True)
class TokenSection:
    """API tokens. Durations are seconds; `None` says nothing, see `services.token_policy`.

    `holders` are groups whose members may hold tokens (`None`: everybody). `stale_after`: unused
    for so long, a token is disabled; `delete_after`: so long after that it is revoked.
    """

    reason: str
    creators: Creators = Creators.EVERYONE
    creator_groups: frozenset[str] = frozenset()
    for_others_groups: frozenset[str] | None = None
    """Beside administrators: whose members may make tokens for somebody else."""
    holders: frozenset[str] | None = None
    longest: float | None = None
    """From its making to its end."""
    most: int | None = None
    """Live tokens of one subject."""
    presentations: frozenset[Presentation] = frozenset(Presentation)
    needs_ticket: bool = False
    needs_team: bool = False
    stale_after: float | None = None
    delete_after: float | None = None


@dataclass(frozen=True, slots=True)
class NetworkRule:
    """Networks for some callers: those in a group, of a client, or one token; all, if none named.

    `allow` (`None`: no limit) and `deny` are CIDR texts.
    """

    name: str
    reason: str
    allow: tuple[str, ...] | None = None
    deny: tuple[str, ...] = ()
    groups: frozenset[str] | None = None
    clients: frozenset[str] | None = None
    tokens: frozenset[str] | None = None
    """Ids of API tokens."""


@dataclass(frozen=True, slots=True)
class BrowserSection:
    """`origins` as browsers send them: calls of pages from elsewhere are refused. Empty: of all."""

    reason: str
    origins: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class EmailSection:
    """Domains (lower case, as DNS has them) that the addresses of users must have."""

    reason: str
    domains: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class LegacyException:
    """Another effect for some calls, until a moment. Every condition that is there must hold.

    `paths` are prefixes of whole segments below the site's base path; `users` are names as sent
    with Basic; `networks` CIDR texts.
    """

    name: str
    way: LegacyWay
    effect: LegacyEffect
    until: float
    reason: str
    paths: tuple[str, ...] | None = None
    users: frozenset[str] | None = None
    networks: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class LegacySection:
    """What happens to each way. Ways that are not named are blocked, but for sessions."""

    reason: str
    effects: Mapping[LegacyWay, LegacyEffect] = field(default_factory=dict)
    exceptions: tuple[LegacyException, ...] = ()


@dataclass(frozen=True, slots=True)
class OperationRule:
    """Operations for some callers, all if none are named. Selectors; `None` does not limit."""

    name: str
    reason: str
    allow: tuple[str, ...] | None = None
    deny: tuple[str, ...] = ()
    groups: frozenset[str] | None = None
    clients: frozenset[str] | None = None
    tokens: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class ProjectRule:
    """Projects for some callers, all if none are named: keys or ids of projects or spaces."""

    name: str
    reason: str
    allow: tuple[str, ...] | None = None
    deny: tuple[str, ...] = ()
    groups: frozenset[str] | None = None
    clients: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class OpenRule:
    """What is opened that no scope opens: operations without a list, paths of plugins.

    `paths` are prefixes of whole segments below the base path, `methods` HTTP methods. The token
    must have `scope`; the rule never opens an operation that has a list of its own.
    """

    name: str
    reason: str
    scope: str
    paths: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    methods: frozenset[str] = frozenset({"GET"})


class LimitPer(StrEnum):
    """What a rate is counted for."""

    TOKEN = "token"  # noqa: S105 - what is counted
    """One API token's lineage; for other tokens their grant, or their client."""
    CLIENT = "client"
    USER = "user"
    GROUP = "group"
    """All members of each named group together."""
    SITE = "site"


@dataclass(frozen=True, slots=True)
class RateRule:
    """At most `calls` in any `seconds`, for each of what it is counted per.

    `operations` are selectors of the route class (`None`: every call).
    """

    name: str
    reason: str
    per: LimitPer
    calls: int
    seconds: int
    operations: tuple[str, ...] | None = None
    groups: frozenset[str] | None = None
    clients: frozenset[str] | None = None
    tokens: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class DenyRule:
    """Calls that are refused whatever else is said. Every condition that is there must hold.

    A rule without any condition denies every call.
    """

    name: str
    reason: str
    groups: frozenset[str] | None = None
    clients: frozenset[str] | None = None
    users: frozenset[str] | None = None
    tokens: frozenset[str] | None = None
    networks: tuple[str, ...] | None = None
    operations: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class PolicyDocument:
    """One document, read and checked for itself (names of sites, groups, operations aside).

    `harmless` are selectors of operations that credentials limited to projects may call though no
    project is certain.
    """

    access: AccessSection | None = None
    tokens: TokenSection | None = None
    networks: tuple[NetworkRule, ...] | None = None
    browsers: BrowserSection | None = None
    emails: EmailSection | None = None
    legacy: LegacySection | None = None
    operations: tuple[OperationRule, ...] | None = None
    projects: tuple[ProjectRule, ...] | None = None
    harmless: tuple[str, ...] | None = None
    opened: tuple[OpenRule, ...] | None = None
    rates: tuple[RateRule, ...] | None = None
    deny: tuple[DenyRule, ...] = ()


EMPTY_DOCUMENT: Final = PolicyDocument()


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """One version of a document as it was applied; `text` is TOML as the administrator wrote it.

    Versions of a document count from 1; a rollback is a new version with an old text.
    """

    name: str
    number: int
    text: str
    applied_at: float
    applied_by: str
    comment: str
