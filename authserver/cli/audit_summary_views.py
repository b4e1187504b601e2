"""How the numbers of the console's first page look on a screen and in JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from authserver.domain.audit_times import written

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.dashboard import Dashboard, Figure

CREDENTIALS: Final = ("credentials", "active", "ending soon", "stale")
REFUSALS: Final = ("refused for", "calls")
TALKERS: Final = ("called most", "subject", "calls")
DAYS: Final = ("day", "passed", "legacy", "share")
KEYS: Final = ("signing key", "algorithm", "state", "since")
DOCUMENTS: Final = ("provider", "status", "document", "read", "problem")
MAIL: Final = ("mail waiting", "given up", "oldest")


def summary_value(found: Dashboard) -> dict[str, Any]:
    """Everything, for programs: times as text, ages in seconds."""
    return {
        "at": written(found.at),
        "calls_since": written(found.calls_since),
        "credentials": [
            {
                "kind": each.kind,
                "active": each.active.value,
                "expiring": _value(each.expiring),
                "stale": _value(each.stale),
            }
            for each in found.credentials
        ],
        "refusals": [{"reason": each.reason, "calls": each.calls.value} for each in found.refusals],
        "talkers": [
            {"client_id": each.client_id, "subject": each.subject, "calls": each.calls.value}
            for each in found.talkers
        ],
        "legacy": [
            {
                "day": _day(each.day),
                "passed": each.passed.value,
                "legacy": each.legacy.value,
                "share": each.share,
            }
            for each in found.legacy
        ],
        "keys": [
            {
                "kid": each.kid,
                "algorithm": each.algorithm.value,
                "state": each.state.value,
                "since": written(each.since),
                "age_seconds": int(each.age_seconds),
            }
            for each in found.keys
        ],
        "providers": [
            {
                "name": each.name,
                "status": each.status.value,
                "is_well": each.is_well,
                "documents": [
                    {
                        "kind": document.kind.value,
                        "read_at": _time(document.read_at),
                        "asked_at": written(document.asked_at),
                        "problem": document.problem,
                    }
                    for document in each.documents
                ],
            }
            for each in found.providers
        ],
        "mail": {
            "waiting": found.mail.waiting.value,
            "given_up": found.mail.given_up.value,
            "oldest_at": _time(found.mail.oldest_at),
        },
    }


def summary_rows(found: Dashboard) -> Mapping[tuple[str, ...], list[list[object]]]:
    """The rows of each table, by its columns."""
    return {
        CREDENTIALS: [
            [each.kind, each.active.value, _value(each.expiring), _value(each.stale)]
            for each in found.credentials
        ],
        REFUSALS: [[each.reason, each.calls.value] for each in found.refusals],
        TALKERS: [
            [each.client_id or None, each.subject or None, each.calls.value]
            for each in found.talkers
        ],
        DAYS: [
            [_day(each.day), each.passed.value, each.legacy.value, _percent(each.share)]
            for each in found.legacy
            if each.passed.value
        ],
        KEYS: [
            [each.kid, each.algorithm.value, each.state.value, written(each.since)]
            for each in found.keys
        ],
        DOCUMENTS: [
            [
                *(each.name, each.status.value, document.kind.value),
                *(_time(document.read_at), document.problem or None),
            ]
            for each in found.providers
            for document in each.documents
        ],
        MAIL: [[found.mail.waiting.value, found.mail.given_up.value, _time(found.mail.oldest_at)]],
    }


def _value(figure: Figure | None) -> int | None:
    return None if figure is None else figure.value


def _time(at: float | None) -> str | None:
    return None if at is None else written(at)


def _day(at: float) -> str:
    return written(at)[:10]


def _percent(share: float | None) -> str | None:
    return None if share is None else f"{share:.1%}"
