"""Where calls are to be seen, below `/admin`: counted by the hour, or one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from authserver.domain.audit import Outcome
from authserver.domain.audit_times import written
from authserver.domain.call_counts import LEGACY
from authserver.services.counted_calls import ALL_LEGACY, NOBODY

if TYPE_CHECKING:
    from authserver.domain.call_counts import CallSearch

CALLS: Final = "/calls"
RECORDS: Final = "/audit"
_ACTIONS: Final = {
    Outcome.SUCCESS.value: "call.allowed",
    Outcome.REFUSED.value: "call.denied",
}


def counts_of(behind: CallSearch) -> str:
    """The list of their counts, which tells users and ways apart."""
    return listed(
        CALLS,
        q=_or_nobody(behind.subject),
        way=ALL_LEGACY if behind.ways == LEGACY else "",
        client=_or_nobody(behind.client_id),
        **_said(behind),
    )


def records_of(behind: CallSearch) -> str:
    """The list of their records, which have no users and no ways to look for."""
    action = _ACTIONS.get(behind.outcome or "", "call")
    return listed(RECORDS, action=action, client=behind.client_id or "", **_said(behind))


def listed(path: str, **filters: str) -> str:
    """A list with those filters that say something."""
    kept = {name: value for name, value in filters.items() if value}
    return path + (f"?{urlencode(kept)}" if kept else "")


def _said(behind: CallSearch) -> dict[str, str]:
    return {
        "resource": behind.resource or "",
        "outcome": behind.outcome or "",
        "reason": behind.reason or "",
        "since": "" if behind.since is None else written(behind.since),
        "until": "" if behind.until is None else written(behind.until),
    }


def _or_nobody(value: str | None) -> str:
    return "" if value is None else value or NOBODY
