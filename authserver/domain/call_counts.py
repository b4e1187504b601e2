"""Calls, counted by the hour: by whom, how, to which site, with what outcome."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from authserver.domain.audit_text import visible
from authserver.domain.caller_credentials import CredentialKind
from authserver.domain.policy_calls import LEGACY_WAYS, CallerWay

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authserver.domain.pages import Page, Place

HOUR_SECONDS: Final = 3600
COUNTED: Final = "call."
"""How the actions of counted records begin: decisions, and nothing else."""
WAYS: Final = frozenset((*CallerWay, *CredentialKind))
"""What a call brought: the way it came by, or, where nobody got that far, what it looked like."""
LEGACY: Final = frozenset(str(way) for way in LEGACY_WAYS)
"""The ways with which nobody proved anything to us."""
_UNKNOWN: Final = str(CredentialKind.UNKNOWN)
_LONGEST: Final = 255


class CallKey(NamedTuple):
    """What is counted together. `hour` is where it begins, in seconds since the epoch.

    `resource` is as in the record: the identifier. `reason` is a `DenyReason`'s value, empty for
    calls that passed. `client_id` and `subject` are empty where nobody proved who they are.
    """

    hour: float
    resource: str
    way: str
    outcome: str
    reason: str
    client_id: str = ""
    subject: str = ""


class CallField(StrEnum):
    """By what sums can be parted."""

    HOUR = "hour"
    RESOURCE = "resource"
    WAY = "way"
    OUTCOME = "outcome"
    REASON = "reason"
    CLIENT = "client_id"
    SUBJECT = "subject"


@dataclass(frozen=True, slots=True)
class CallSearch:
    """Which calls; a field that is `None` does not narrow.

    `since` is included and `until` is not; both count by whole hours (seconds since the epoch). An
    empty `client_id` or `subject` means those of whom nothing is known.
    """

    since: float | None = None
    until: float | None = None
    resource: str | None = None
    ways: frozenset[str] | None = None
    outcome: str | None = None
    reason: str | None = None
    client_id: str | None = None
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class CallCount:
    """So many calls of one kind in one hour."""

    key: CallKey
    calls: int


class CallSum(NamedTuple):
    """The calls of one part; `values` are those of the fields that parted them, in their order."""

    values: tuple[str | float, ...]
    calls: int


class CallTotal(NamedTuple):
    """How many calls; at least so many where it is not whole: others were not added up then."""

    calls: int
    is_whole: bool = True


class CallCountStore(Protocol):
    """Counted calls, as far as records were moved and counted."""

    def total(self, wanted: CallSearch, *, at_most: int | None = None) -> CallTotal:
        """How many calls; of more than `at_most` counts those of so many: there are more then."""
        ...

    def sums(
        self, wanted: CallSearch, by: Sequence[CallField], *, limit: int | None = None
    ) -> Sequence[CallSum]:
        """Parted by these fields, most calls first."""
        ...

    def page(
        self,
        wanted: CallSearch,
        *,
        descending: bool = True,
        after: Place | None = None,
        limit: int = 50,
    ) -> Page[CallCount]:
        """The counts themselves, by hour. Raises InvalidField: `limit`, another list's place."""
        ...

    def prune(self, before: float, limit: int) -> int:
        """Remove at most `limit` counts of hours before; how many there were."""
        ...


def hour_of(at: float) -> float:
    """Where the hour of a moment begins."""
    return math.floor(at / HOUR_SECONDS) * float(HOUR_SECONDS)


def hour_from(at: float) -> float:
    """Where the first whole hour from a moment on begins."""
    return math.ceil(at / HOUR_SECONDS) * float(HOUR_SECONDS)


def reason_word(reason: str) -> str:
    """What a record's reason begins with: the value of a `DenyReason`."""
    return reason.partition(":")[0][:_LONGEST]


def key_of(
    *,
    at: float,
    outcome: str,
    resource: str,
    reason: str,
    client_id: str,
    details: Mapping[str, Any],
) -> CallKey:
    """What the record of a decision is counted by; whatever it holds, never an error."""
    told = details.get("way") or details.get("credential")
    is_refused = outcome == "refused"
    subject = details.get("subject")
    return CallKey(
        hour_of(at),
        resource,
        told if isinstance(told, str) and told in WAYS else _UNKNOWN,
        outcome,
        reason_word(reason) if is_refused else "",
        client_id,
        visible(subject, _LONGEST) if isinstance(subject, str) else "",
    )
