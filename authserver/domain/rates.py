"""How often something may happen, how much of that is used, and what the core asks of counters."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

from authserver.domain.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class RateState:
    """Where a caller stands with one limit after a call.

    `name` is the rule's; `quota` calls are allowed in any `window_seconds`; `remaining` of them are
    left; after `reset_seconds` (whole, rounded up) there is room again.
    """

    name: str
    quota: int
    window_seconds: int
    remaining: int
    reset_seconds: int


class Quota(NamedTuple):
    """At most `calls` of what `key` stands for in any `seconds`.

    `key` has KEY_BYTES bytes and says nothing to who reads it; quotas with one key have one length.
    """

    key: bytes
    calls: int
    seconds: int


class Used(NamedTuple):
    """What is used of a quota, the call at hand included where it was counted.

    `is_over`: the call is one too many. `room_in` is in how many seconds there is room for one
    more, or, where there is room, in how many the oldest call counts no more.
    """

    calls: int
    room_in: float
    is_over: bool


class Taken(NamedTuple):
    """One call counted against several quotas, or against none: then one of them is over.

    `detail` is for the record: that another counter stood in, or that this one had lost counts.
    """

    used: Sequence[Used]
    detail: str = ""

    @property
    def is_over(self) -> bool:
        """Whether the call is one too many."""
        return any(each.is_over for each in self.used)


@dataclass(frozen=True, slots=True)
class CountersLook:
    """How the counters stand; `problem` is empty where they can be used.

    `fullest` says how full the node's fullest part is, from 0 to 1. Of the shared ones `facts` are
    told: `version`, `eviction` and `limit` (bytes) as Redis names them.
    """

    problem: str = ""
    fullest: float = 0.0
    facts: Mapping[str, str] = field(default_factory=dict)


class RatesUnavailable(DomainError):
    """The counters cannot answer now; the text is for operators."""


class CallCounters(Protocol):
    """Counters of calls, shared by all who must count together."""

    def take(self, quotas: Sequence[Quota]) -> Taken:
        """Count one call against all `quotas` (keys differ) or, where one is over, against none.

        In any stretch of time as long as a quota's at most its calls are counted, whoever asks at
        the same time.

        Raises:
            RatesUnavailable: they cannot answer now; some of the quotas may be charged.
        """
        ...


KEY_BYTES = 16
"""Length of a key."""
