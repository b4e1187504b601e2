"""What must be true of calls whatever happened: no wrong allow, and none without its record."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from authserver.services.audit_searches import SearchTerms
from tests.faults.oracle import token_id
from tests.gateway.call_load import VERDICTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.audit_records import AuditRecord
    from tests.gateway.bed import GatewayBed
    from tests.gateway.call_load import Call, CallLoad
    from tests.standin.notes import Note

CARRIED_SECONDS: Final = 15.0
"""How long the records of a journal may take to the database; seldom more than one."""


def check(bed: GatewayBed, load: CallLoad, *, disturbed: bool) -> None:
    """Every call got its verdict (or 503 where `disturbed`), and only those that may arrived."""
    assert_verdicts(load.calls, disturbed=disturbed)
    notes = bed.standin.site.notes.since(load.known_before)
    calls = {call.name: call for call in load.calls}
    arrived = Counter(name_of(note) for note in notes)
    for name, times in arrived.items():
        assert calls[name].kind == "may", f"a wrong allow: {calls[name]}"
        assert times == 1, f"{name} arrived {times} times"
    for call in load.calls:
        assert call.status != VERDICTS["may"] or arrived[call.name] == 1, f"nobody got {call}"
    assert_recorded(bed, load.calls, notes)


def assert_verdicts(calls: Sequence[Call], *, disturbed: bool) -> None:
    """Whatever was answered was the right verdict or, where something is wrong, none."""
    assert {call.kind for call in calls} >= VERDICTS.keys() - {"revoked"}, "a load of one kind"
    for call in calls:
        allowed = {VERDICTS[call.kind]} | ({503} if disturbed else set())
        assert call.status in allowed, call
        assert not call.problem, call


def assert_recorded(bed: GatewayBed, calls: Sequence[Call], notes: Sequence[Note]) -> None:
    """Each call at the site has one record of its permission, which names its token."""
    decisions = [note.headers["x-decision-id"] for note in notes]
    assert len(set(decisions)) == len(decisions), "one decision for two calls"
    decided = [call for call in calls if call.status in VERDICTS.values()]
    begun = min(call.started for call in calls)
    records = records_of(bed, {*decisions, *(call.decision for call in decided)}, begun)
    tokens = {call.name: call.token for call in calls}
    for note, decision in zip(notes, decisions, strict=True):
        (record,) = records[decision]
        assert record.action == "call.allowed"
        assert record.token_id == token_id(tokens[name_of(note)])
    for call in decided:
        (record,) = records[call.decision]
        assert (record.action == "call.allowed") == (call.status == VERDICTS["may"])


def records_of(bed: GatewayBed, decisions: set[str], begun: float) -> dict[str, list[AuditRecord]]:
    """Records by decision since `begun` (monotonic); waits until journals are in the database."""
    deadline = time.monotonic() + CARRIED_SECONDS
    while True:
        found: dict[str, list[AuditRecord]] = {}
        for record in recent_records(bed, begun):
            found.setdefault(record.request_id, []).append(record)
        if decisions <= found.keys() or time.monotonic() > deadline:
            return found
        time.sleep(0.1)


def recent_records(bed: GatewayBed, begun: float) -> list[AuditRecord]:
    """The records of the calls since then."""
    with bed.server.container() as container:
        container.audit.catch_up()
        seconds = int(time.monotonic() - begun) + 5
        return list(
            container.audit.export(
                SearchTerms(since=f"{seconds}s", action="call", resource=bed.name)
            )
        )


def assert_chain(bed: GatewayBed) -> None:
    """`authserver audit verify` is content."""
    verified: Any = bed.server.run("audit", "verify", check=False)
    assert verified.returncode == 0, verified.stdout + verified.stderr


def name_of(note: Note) -> str:
    """The name of the call that a note is of."""
    return note.target.partition("?call=")[2]
