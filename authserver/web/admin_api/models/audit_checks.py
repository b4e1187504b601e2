"""What a look at the whole record of acts finds: the chain, checkpoints, unknown routes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from authserver.services.unknown_paths import DAYS, MOST_ROWS
from authserver.web.admin_api.models.members import Asking, Moment, Shown, moment

if TYPE_CHECKING:
    from authserver.domain.audit_checkpoints import Checkpoint
    from authserver.domain.audit_findings import Verification
    from authserver.services.unknown_paths import UnknownRoutes

LONGEST = 300
MOST_SECONDS = 25
MOST_BREAKS = 100
MOST_DAYS = 366


class VerificationQuery(Asking):
    """How long to look."""

    within_seconds: int = Field(
        15, ge=1, le=MOST_SECONDS, description="Then the rest is left out: see `complete`."
    )


class BreakShown(Shown):
    """One place where something is wrong; null where a number does not apply."""

    kind: str
    position: int | None
    record_id: int | None
    seal: int | None
    detail: str


class VerificationShown(Shown):
    """What the chain of records is like. Counts are records; `broken` counts findings."""

    complete: bool = Field(
        description="false: the time was over before the end of the chain, and checkpoints were "
        "not compared; `authserver audit verify` takes the time it needs."
    )
    clean: bool
    sealed_records: int
    unsealed_records: int = Field(description="They wait for their seal.")
    pruned_records: int = Field(description="Retention removed them.")
    broken: int
    seals: int
    checkpoints: int
    anchored_position: int = Field(description="The last place that a checkpoint vouches for.")
    breaks: list[BreakShown] = Field(description=f"The first {MOST_BREAKS}.")


class CheckpointShown(Shown):
    """A signed statement of how far the chain had come, to be kept elsewhere."""

    number: int
    at: Moment
    position: int
    seal: int
    line: str = Field(description="As it stands in an anchor, for `authserver audit verify`.")


class SealedShown(Shown):
    """The checkpoint; null when there are no records yet, or another sealer was faster."""

    checkpoint: CheckpointShown | None


class UnknownPathQuery(Asking):
    """Which refused calls."""

    resource: str = Field("", max_length=LONGEST, description="A site's name or identifier.")
    days: int = Field(DAYS, ge=1, le=MOST_DAYS, description="Of so many days.")
    limit: int = Field(50, ge=1, le=MOST_ROWS, description="The most called routes.")


class UnknownRouteShown(Shown):
    """Calls of one method to paths of one shape; ids in them are left out."""

    resource: str
    method: str
    path: str
    calls: int
    first_at: Moment
    last_at: Moment
    callers: list[str] = Field(description="The last ones.")
    decision_id: str = Field(description="Of the newest call.")


class UnknownPathsShown(Shown):
    """Routes that were called and that no operation is known for, the most called first."""

    since: Moment
    calls: int
    cut: bool = Field(description="Whether older calls were left out.")
    others: int = Field(description="Calls of routes that are not in `items`.")
    items: list[UnknownRouteShown]


def verification_shown(found: Verification) -> VerificationShown:
    """A verification."""
    shown: dict[str, Any] = {
        "complete": found.is_complete,
        "clean": found.is_clean,
        "sealed_records": found.sealed,
        "unsealed_records": found.unsealed,
        "pruned_records": found.pruned,
        "broken": found.broken,
        "seals": found.seals,
        "checkpoints": found.checkpoints,
        "anchored_position": found.anchored_position,
        "breaks": [
            {
                "kind": str(each.kind),
                "position": each.position or None,
                "record_id": each.record_id or None,
                "seal": each.seal or None,
                "detail": each.detail,
            }
            for each in found.breaks[:MOST_BREAKS]
        ],
    }
    return VerificationShown.model_validate(shown)


def sealed_shown(checkpoint: Checkpoint | None) -> SealedShown:
    """A checkpoint."""
    if checkpoint is None:
        return SealedShown(checkpoint=None)
    shown: dict[str, Any] = {
        "number": checkpoint.number,
        "at": moment(checkpoint.at),
        "position": checkpoint.position,
        "seal": checkpoint.seal,
        "line": checkpoint.line(),
    }
    return SealedShown(checkpoint=CheckpointShown.model_validate(shown))


def unknown_paths_shown(found: UnknownRoutes, limit: int) -> UnknownPathsShown:
    """The routes that are called most."""
    items = [
        {
            "resource": each.resource,
            "method": each.method,
            "path": each.shape,
            "calls": each.calls,
            "first_at": moment(each.first_at),
            "last_at": moment(each.last_at),
            "callers": each.callers,
            "decision_id": each.decision_id,
        }
        for each in found.routes[:limit]
    ]
    shown: dict[str, Any] = {
        "since": moment(found.since),
        "calls": found.looked_at,
        "cut": found.is_cut,
        "others": found.others + sum(each.calls for each in found.routes[limit:]),
        "items": items,
    }
    return UnknownPathsShown.model_validate(shown)
