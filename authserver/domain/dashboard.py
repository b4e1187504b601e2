"""Numbers that those who administer see first, each with the list of what it counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from authserver.domain.api_tokens import ApiTokenFilter
    from authserver.domain.call_counts import CallSearch
    from authserver.domain.keys import KeyState, SigningAlgorithm
    from authserver.domain.provider_documents import DocumentKind
    from authserver.domain.providers import ProviderStatus
    from authserver.domain.searches import ClientSearch, GrantSearch, MailSearch, SessionSearch


@dataclass(frozen=True, slots=True)
class Named:
    """Members of a short list, by name; of Connect keys the site and the issuer, with a blank.

    `which` says which they are: `live`, `ending` or `unused`.
    """

    names: tuple[str, ...]
    which: str = "live"


if TYPE_CHECKING:
    Behind: TypeAlias = (
        ApiTokenFilter
        | CallSearch
        | ClientSearch
        | GrantSearch
        | MailSearch
        | Named
        | SessionSearch
    )


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, and what to look for to see what it counts: its list has as many members.

    Behind a `CallSearch`, the calls of the list's members together.
    """

    value: int
    behind: Behind


@dataclass(frozen=True, slots=True)
class CredentialFigures:
    """Credentials of one kind that count now; `None` where that cannot be said of the kind.

    `kind` is `clients`, `api_tokens`, `grants`, `sessions`, `gateways` or `connect_keys`: holders
    of one credential or several count once. `expiring` ends soon, `stale` has not been used, nor
    made, for long.
    """

    kind: str
    active: Figure
    expiring: Figure | None = None
    stale: Figure | None = None


@dataclass(frozen=True, slots=True)
class Refusals:
    """Calls that were refused for one reason (a `DenyReason`'s value)."""

    reason: str
    calls: Figure


@dataclass(frozen=True, slots=True)
class Talker:
    """Whoever called most. `subject` is empty where only the client is known, and both can be."""

    client_id: str
    subject: str
    calls: Figure


@dataclass(frozen=True, slots=True)
class LegacyDay:
    """Calls that passed on one day (UTC; `day` is where it begins, in seconds since the epoch).

    `legacy` are those with which nobody proved anything to us.
    """

    day: float
    legacy: Figure
    passed: Figure

    @property
    def share(self) -> float | None:
        """From 0 to 1; `None` where nothing passed."""
        return self.legacy.value / self.passed.value if self.passed.value else None


@dataclass(frozen=True, slots=True)
class KeyAge:
    """A published signing key: `age_seconds` since it was made, `since` when it is what it is."""

    kid: str
    algorithm: SigningAlgorithm
    state: KeyState
    since: float
    age_seconds: float


@dataclass(frozen=True, slots=True)
class DocumentHealth:
    """What a provider publishes, as it was last read; `None` until that went well once.

    `problem` is what was wrong at the last attempt, empty for nothing.
    """

    kind: DocumentKind
    read_at: float | None
    age_seconds: float | None
    asked_at: float
    problem: str


@dataclass(frozen=True, slots=True)
class ProviderHealth:
    """An identity provider, and what it publishes."""

    name: str
    status: ProviderStatus
    documents: tuple[DocumentHealth, ...]

    @property
    def is_well(self) -> bool:
        """Whether nothing was wrong at the last attempts."""
        return not any(each.problem for each in self.documents)


@dataclass(frozen=True, slots=True)
class MailQueue:
    """Mail that waits, and mail that was given up; `oldest_at`: since when the oldest waits."""

    waiting: Figure
    given_up: Figure
    oldest_at: float | None


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Everything, as it was at `at` (seconds since the epoch).

    `refusals` and `talkers` are of `calls_since` until now, most first; `legacy` has a member for
    each day, oldest first.
    """

    at: float
    calls_since: float
    credentials: tuple[CredentialFigures, ...]
    refusals: tuple[Refusals, ...]
    talkers: tuple[Talker, ...]
    legacy: tuple[LegacyDay, ...]
    keys: tuple[KeyAge, ...]
    providers: tuple[ProviderHealth, ...]
    mail: MailQueue
