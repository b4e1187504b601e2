"""What a site answers to somebody without any credential."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from authserver.domain.policy_documents import LegacyEffect

if TYPE_CHECKING:
    from authserver.domain.operations import Operation
    from authserver.domain.policy_documents import LegacyException

_OPEN: Final = range(200, 300)
_REDIRECTS: Final = range(300, 400)
_CLOSED: Final = frozenset({401, 403})
_SERVER_ERRORS: Final = range(500, 600)


class AnonymousVerdict(StrEnum):
    """What an answer means."""

    OPEN = "open"
    """2xx: answered to everybody."""
    REDIRECT = "redirect"
    """3xx, often to a page to sign in at; not followed."""
    UNCLEAR = "unclear"
    """Neither served nor refused for want of a credential, such as 400 or 404."""
    FAILED = "failed"
    """No answer that can be understood, or 5xx."""
    CLOSED = "closed"
    """401 or 403."""


class ScanStop(StrEnum):
    """Why operations were left out that would have been asked."""

    LIMIT = "limit"
    TIME = "time"
    SITE_DOWN = "site-down"
    """Several calls in a row got no answer."""
    TOO_FAST = "too-fast"
    """The site answered 429."""
    INTERRUPTED = "interrupted"


def verdict_of(status: int) -> AnonymousVerdict:
    """What a status code means; 0 stands for no answer."""
    if status in _OPEN:
        return AnonymousVerdict.OPEN
    if status in _CLOSED:
        return AnonymousVerdict.CLOSED
    if status in _REDIRECTS:
        return AnonymousVerdict.REDIRECT
    if status == 0 or status in _SERVER_ERRORS:
        return AnonymousVerdict.FAILED
    return AnonymousVerdict.UNCLEAR


@dataclass(frozen=True, slots=True)
class AnonymousAnswer:
    """One operation: what came, and what a gateway makes of the same call under today's policy.

    `status` is 0, and `problem` a reason, where no answer came. `rule` is what the gateway's
    `effect` follows from.
    """

    operation: Operation
    status: int
    verdict: AnonymousVerdict
    problem: str
    effect: LegacyEffect
    rule: str

    @property
    def is_open_at_gateways(self) -> bool:
        """Whether everybody gets it there, too."""
        return self.verdict is AnonymousVerdict.OPEN and self.effect is not LegacyEffect.BLOCK


@dataclass
class AnonymousScan:
    """What was asked of a site and what was not. `base_url` is where, `is_own` if as registered.

    `effect` and `rule` are what the policy (`policy` names its documents) says of anonymous calls
    that no one of `exceptions` speaks of. `skipped` counts the operations that are never asked: for
    they change something, need an id in their path, or are gone. `left_out` are those that were not
    reached, because of `stopped`.
    """

    resource: str
    base_url: str
    is_own: bool
    started_at: float
    effect: LegacyEffect
    rule: str
    policy: str
    exceptions: tuple[LegacyException, ...]
    skipped: Counter[str] = field(default_factory=Counter)
    answers: list[AnonymousAnswer] = field(default_factory=list)
    left_out: int = 0
    stopped: ScanStop | None = None

    @property
    def counts(self) -> dict[str, int]:
        """Answers by verdict, every verdict."""
        found = Counter(each.verdict for each in self.answers)
        return {str(verdict): found[verdict] for verdict in AnonymousVerdict}
