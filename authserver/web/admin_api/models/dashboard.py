"""The numbers that those who administer see first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from authserver.web.admin_api.models.members import Moment, Shown, moment

if TYPE_CHECKING:
    from authserver.domain.dashboard import Dashboard, Figure


class CredentialCounts(Shown):
    """Who has a credential of a kind that counts now; null: that cannot be said of the kind."""

    kind: str
    active: int
    expiring: int | None = Field(description="End within 30 days.")
    stale: int | None = Field(description="Not used, and not made, for long.")


class RefusalCount(Shown):
    """Calls that were refused for one reason."""

    reason: str
    calls: int


class TalkerCount(Shown):
    """Whoever called most."""

    client_id: str
    subject: str
    calls: int


class LegacyCount(Shown):
    """Calls of one day that passed, and those of them with which nobody proved anything to us."""

    day: Moment
    legacy: int
    passed: int


class KeyAgeShown(Shown):
    """A published signing key."""

    kid: str
    algorithm: str
    state: str
    since: Moment
    age_seconds: float


class DocumentShown(Shown):
    """What a provider publishes, as it was last read."""

    kind: str
    read_at: Moment | None
    asked_at: Moment | None
    problem: str


class ProviderHealthShown(Shown):
    """A provider, and whether nothing was wrong when it was last asked."""

    name: str
    status: str
    is_well: bool
    documents: list[DocumentShown]


class MailCounts(Shown):
    """Mail that waits, and mail that was given up."""

    waiting: int
    given_up: int
    oldest_at: Moment | None


class DashboardShown(Shown):
    """Everything, as it was at one moment; `refusals` and `talkers` since `calls_since`."""

    at: Moment
    calls_since: Moment
    credentials: list[CredentialCounts]
    refusals: list[RefusalCount]
    talkers: list[TalkerCount]
    legacy: list[LegacyCount]
    keys: list[KeyAgeShown]
    providers: list[ProviderHealthShown]
    mail: MailCounts


def dashboard_shown(found: Dashboard) -> DashboardShown:
    """The numbers, without what they would be found by in the console."""
    shown: dict[str, Any] = {
        "at": moment(found.at),
        "calls_since": moment(found.calls_since),
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
            {"day": moment(each.day), "legacy": each.legacy.value, "passed": each.passed.value}
            for each in found.legacy
        ],
        "keys": [
            {
                "kid": each.kid,
                "algorithm": str(each.algorithm),
                "state": str(each.state),
                "since": moment(each.since),
                "age_seconds": each.age_seconds,
            }
            for each in found.keys
        ],
        "providers": [
            {
                "name": each.name,
                "status": str(each.status),
                "is_well": each.is_well,
                "documents": [
                    {
                        "kind": str(document.kind),
                        "read_at": moment(document.read_at),
                        "asked_at": moment(document.asked_at),
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
            "oldest_at": moment(found.mail.oldest_at),
        },
    }
    return DashboardShown.model_validate(shown)


def _value(figure: Figure | None) -> int | None:
    return None if figure is None else figure.value
