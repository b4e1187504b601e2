"""Summing up calls to routes that no operation is known for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from authserver.domain.audit import Actor, ActorKind, AuditEvent, Outcome
from authserver.services import unknown_paths
from authserver.services.unknown_paths import UnknownPaths
from tests.doubles import EPOCH
from tests.memory_records import MemoryRecords

if TYPE_CHECKING:
    import pytest

    from tests.services.world import World

JIRA = "https://jira-main.example.com"
DAY = 86_400


def refusal(number: int, path: str, **told: Any) -> AuditEvent:
    """A refused call of an unknown path, `number` seconds after the beginning of time."""
    fields: dict[str, Any] = {
        "at": EPOCH + number,
        "action": "call.denied",
        "outcome": Outcome.REFUSED,
        "actor": Actor(ActorKind.CLIENT, "ci"),
        "object_kind": "decision",
        "object_id": f"d-{number}",
        "client_id": "ci",
        "resource": JIRA,
        "reason": "unknown-path",
        "details": {"method": "GET", "path": path},
    }
    return AuditEvent(**(fields | told))


def reports(world: World, *events: AuditEvent) -> UnknownPaths:
    world.add_resource()
    records = MemoryRecords(lambda: events, lambda name: f"https://{name}.example.com")
    return UnknownPaths(database=world.database, records=records, clock=world.clock)


def test_calls_of_one_route_are_one_row_with_first_last_and_who(world: World) -> None:
    told = {"method": "GET", "path": "/rest/new/1/thing/5"}
    found = reports(
        world,
        refusal(-9, "/rest/new/1/thing/1"),
        refusal(-8, "/rest/new/1/thing/2", client_id="", details={**told, "username": "ada"}),
        refusal(-7, "/rest/new/1/thing/3", client_id="", details={**told, "subject": "user:b"}),
        refusal(-6, "/rest/new/1/thing/4", client_id="", details={**told, "credential": "none"}),
        refusal(-5, "/rest/new/1/thing/4", client_id="", details={**told, "credential": "none"}),
        refusal(-4, "", details={**told, "method": "PUT"}),
        refusal(-3, "/rest/new/1/thing", resource="https://gone.example.com"),
        refusal(-2, "/rest/api/2/issue", reason="insufficient-scope"),
        refusal(-1, "/rest/api/2/issue", action="call.allowed", reason=""),
        refusal(-40 * DAY, "/rest/old/1"),
    ).report()
    assert (found.looked_at, found.others, found.is_cut) == (7, 0, False)
    first, gone, put = found.routes
    assert (first.resource, first.method, first.shape) == (
        "jira-main",
        "GET",
        "/rest/new/1/thing/{…}",
    )
    assert (first.calls, first.first_at, first.last_at) == (5, EPOCH - 9, EPOCH - 5)
    assert first.decision_id == "d--5"
    assert first.callers == ["none", "user:b", "user ada"]
    assert (gone.resource, gone.callers) == ("https://gone.example.com", ["client ci"])
    assert (put.method, put.calls) == ("PUT", 1)


def test_the_report_is_of_one_site_and_of_some_days_where_that_is_asked(world: World) -> None:
    asked = reports(
        world,
        refusal(-5, "/rest/a/1"),
        refusal(-6, "/rest/b/1", resource="https://wiki.example.com"),
        refusal(-3 * DAY, "/rest/c/1"),
    )
    assert [each.shape for each in asked.report(resource="jira-main").routes] == [
        "/rest/a/1",
        "/rest/c/1",
    ]
    assert [each.shape for each in asked.report(days=2).routes] == ["/rest/b/1", "/rest/a/1"]


def test_memory_and_time_are_bounded_whatever_is_called(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unknown_paths, "MOST_ROWS", 3)
    monkeypatch.setattr(unknown_paths, "PROGRESS_RECORDS", 4)
    asked = reports(world, *(refusal(-n, f"/rest/x/1/{chr(96 + n)}") for n in range(1, 9)))
    told: list[int] = []
    found = asked.report(progress=told.append)
    assert [each.shape[-1] for each in found.routes] == ["a", "b", "c"]
    assert (found.looked_at, found.others, found.is_cut, told) == (8, 5, False, [4, 8])
    found = asked.report(most=2)
    assert (found.looked_at, len(found.routes), found.is_cut) == (2, 2, True)


def test_what_a_caller_sent_is_shown_short_and_steers_no_terminal(world: World) -> None:
    strange = {"method": "\x1b[2J" + "X" * 99, "path": ["no", "text"], "credential": 5}
    (row,) = reports(world, refusal(-1, "", client_id="", details=strange)).report().routes
    assert row.method.isprintable()
    assert len(row.method) <= 40
    assert row.shape.isprintable()
    assert row.callers == ["5"]
