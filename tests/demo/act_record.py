"""The eighth act: the auditor reads what was recorded."""

from __future__ import annotations

import json
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from tests.demo.scene import OTHER_SITE, SITE
from tests.demo.steps import Step, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.demo.scene import Scene

LOOKED_UP: Final = 3
ALL: Final = "1000"


def on_record(scene: Scene) -> Iterator[Step]:
    """Every call with its caller, its time and its decision."""
    yield Step(
        "auditor",
        "authserver audit search --action call",
        "every call that nginx asked about, with time, caller and decision; each that a stand-in "
        "saw is there",
        lambda: _calls(scene),
    )
    yield Step(
        "auditor",
        f"looks {LOOKED_UP} refusals up by the decision ids that their callers were told: "
        "authserver audit search --request-id ...",
        "who called what, when, and why it was refused",
        lambda: _look_up(scene),
    )
    yield Step(
        "auditor",
        "authserver audit verify",
        "nothing is missing and nothing was changed",
        lambda: _verify(scene),
    )


def _calls(scene: Scene) -> str:
    records = _search(scene, "--action", "call", "--limit", ALL)
    allowed = [record for record in records if record["action"] == "call.allowed"]
    refused = [record for record in records if record["action"] == "call.denied"]
    decided = {note.headers.get("x-decision-id") for note in _seen_through_nginx(scene)}
    recorded = {record["request_id"] for record in allowed}
    happened = f"{len(allowed)} allowed, {len(refused)} denied"
    check(decided == recorded, f"{happened}; but the stand-ins saw {len(decided)} decisions")
    check(
        all(record["client_id"] and record["time"] for record in allowed), "who or when is missing"
    )
    lines = [_row(record) for record in reversed(records)]
    lines.append(f"{happened}; each of the allowed is in a stand-in's notes.")
    lines.append(f"nginx refused {_by_nginx(scene)} more by itself; they stand in its own log.")
    return "\n".join(lines)


def _by_nginx(scene: Scene) -> int:
    """Calls that can be read in more than one way, which nobody is asked about."""
    text = "".join(log.read_text() for log in scene.nginx.folder.glob("*.calls.log"))
    lines = [json.loads(line) for line in text.splitlines()]
    return sum(
        line["status"] == HTTPStatus.BAD_REQUEST and not line["decision_id"] for line in lines
    )


def _row(record: dict[str, Any]) -> str:
    """Time, caller, decision and call, in columns."""
    details = record["details"]
    clock = datetime.fromisoformat(record["time"]).strftime("%H:%M:%S")
    decision = record["reason"].partition(":")[0] or "allowed"
    path = details["path"].removeprefix("/rest/api/2")
    return (
        f"{clock} {record['client_id'] or 'nobody':12} {decision:18} {details['method']:4} {path}"
    )


def _seen_through_nginx(scene: Scene) -> list[Any]:
    notes = [*scene.seen_by(SITE), *scene.seen_by(OTHER_SITE)]
    return [note for note in notes if "x-decision-id" in note.headers]


def _look_up(scene: Scene) -> str:
    shown = []
    for refusal in scene.refusals[-LOOKED_UP:]:
        found = _search(scene, "--request-id", refusal.decision_id)
        check(len(found) == 1, f"{refusal.decision_id}: {len(found)} records")
        shown.append(_line(found[0]))
    check(len(shown) == LOOKED_UP, f"only {len(shown)} refusals have a decision")
    return "\n".join(shown)


def _line(record: dict[str, Any]) -> str:
    datetime.fromisoformat(record["time"])  # raises when it is no time
    details = record["details"]
    who = record["client_id"] or "nobody"
    what = f"{details['method']} {details['path']}"
    return f"{record['time']}  {record['request_id']}  {who}: {what}, {record['reason']}"


def _verify(scene: Scene) -> str:
    report = scene.instance.cli("audit", "verify")
    checked = f"{report['sealed']} records sealed, {report['broken']} broken"
    check(report["clean"] is True, checked)
    return checked


def _search(scene: Scene, *options: str) -> list[dict[str, Any]]:
    return list(scene.instance.cli("audit", "search", *options)["records"])
