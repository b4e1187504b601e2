"""How audit records and verifications look on a screen and in JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from authserver.domain.audit_times import written

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from authserver.domain.audit_findings import Break, Verification
    from authserver.domain.audit_records import AuditRecord

COLUMNS: Final = (
    "time",
    "action",
    "outcome",
    "actor",
    "reason",
    "resource",
    "object",
    "client",
    "peer",
    "request",
)


def cells(record: AuditRecord) -> list[object]:
    """One row of the table."""
    return [
        written(record.at),
        record.action,
        record.outcome,
        _named(record.actor_kind, record.actor),
        record.reason or None,
        record.resource or None,
        _call(record) or _named(record.object_kind, record.object_id),
        record.client_id or None,
        record.peer or None,
        record.request_id or None,
    ]


def fields(record: AuditRecord) -> Mapping[str, object]:
    """Everything about one record, field by field; what is empty is left out."""
    shown: dict[str, object] = {
        "time": written(record.at),
        "action": record.action,
        "outcome": record.outcome,
        "reason": record.reason,
        "actor": _named(record.actor_kind, record.actor),
        "client": record.client_id,
        "resource": record.resource,
        "object": _named(record.object_kind, record.object_id),
        "token": record.token_id,
        "from": record.peer,
        "request": record.request_id,
    }
    for name, value in record.details.items():
        shown.setdefault(name.replace("_", " "), _detail(value))
    return {name: value for name, value in shown.items() if value not in {"", None}}


def _call(record: AuditRecord) -> str | None:
    """What was called, for decisions: their ids are those of the requests."""
    method, path = record.details.get("method"), record.details.get("path")
    if record.object_kind != "decision" or not isinstance(path, str):
        return None
    return f"{method} {path}"


def _detail(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple):
        return "; ".join(map(_detail, value))
    return json.dumps(value)


def _named(kind: str, identifier: str) -> str | None:
    """`kind:id`; the kind alone for whoever gave no name, like a caller without credentials."""
    return f"{kind}:{identifier}" if identifier else kind or None


def record_value(record: AuditRecord) -> dict[str, object]:
    """One record in JSON; times in UTC."""
    return {
        "id": record.record_id,
        "time": written(record.at),
        "recorded": written(record.recorded_at),
        "action": record.action,
        "outcome": record.outcome,
        "actor": {"kind": record.actor_kind, "id": record.actor},
        "client_id": record.client_id,
        "resource": record.resource,
        "object": {"kind": record.object_kind, "id": record.object_id},
        "token_id": record.token_id,
        "reason": record.reason,
        "request_id": record.request_id,
        "peer": record.peer,
        "details": record.details,
    }


def report_value(report: Verification) -> dict[str, object]:
    """A verification in JSON."""
    return {
        "clean": report.is_clean,
        "sealed": report.sealed,
        "unsealed": report.unsealed,
        "pruned": report.pruned,
        "broken": report.broken,
        "seals": report.seals,
        "checkpoints": report.checkpoints,
        "anchored_position": report.anchored_position,
        "breaks": [_break_value(each) for each in report.breaks],
    }


def report_lines(report: Verification) -> Iterator[str]:
    """A verification for people."""
    yield f"sealed    {report.sealed} records in {report.seals} seals"
    yield f"unsealed  {report.unsealed} records wait for their seal"
    if report.pruned:
        yield f"pruned    {report.pruned} records were removed by retention"
    yield (
        f"signed    {report.checkpoints} checkpoints; position {report.anchored_position} is the"
        " last they vouch for"
    )
    yield f"broken    {report.broken}"
    for each in report.breaks:
        yield f"  {_where(each)}: {each.kind}: {each.detail}"
    if report.broken > len(report.breaks):
        yield f"  and {report.broken - len(report.breaks)} more"


def _break_value(found: Break) -> dict[str, object]:
    return {
        "kind": found.kind,
        "position": found.position or None,
        "record_id": found.record_id or None,
        "seal": found.seal or None,
        "detail": found.detail,
    }


def _where(found: Break) -> str:
    named = (
        ("position", found.position),
        ("record", found.record_id),
        ("seal", found.seal),
    )
    return ", ".join(f"{name} {value}" for name, value in named if value) or "chain"
