"""How records look on a screen."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from authserver.cli.audit_views import COLUMNS, cells
from authserver.domain.audit import Actor, ActorKind
from tests.audit_events import event
from tests.audits import trail_on
from tests.cli.audit_parts import Container
from tests.cli.runs import run
from tests.cli.stub_wiring import StubInstallation

if TYPE_CHECKING:
    from pathlib import Path

    from authserver.domain.audit import AuditEvent


def test_a_caller_without_a_name_is_shown_by_its_kind_alone(sqlite_url: str) -> None:
    nobody = Actor(ActorKind.ANONYMOUS, "")
    with trail_on(sqlite_url) as trail:
        with trail.database.writing() as stores:
            stores.audit.add(event(1, actor=nobody, object_kind="client", object_id=""))
        shown = dict(zip(COLUMNS, cells(trail.records()[0]), strict=True))
    assert (shown["actor"], shown["object"]) == ("anonymous", "client")


def test_an_act_on_nothing_has_an_empty_cell(sqlite_url: str) -> None:
    with trail_on(sqlite_url) as trail:
        with trail.database.writing() as stores:
            stores.audit.add(event(1, object_kind="", object_id=""))
        shown = dict(zip(COLUMNS, cells(trail.records()[0]), strict=True))
    assert (shown["actor"], shown["object"]) == ("client:robot-1", None)


def test_a_search_that_finds_nothing_says_so_beside_the_answer(
    sqlite_url: str, tmp_path: Path
) -> None:
    with trail_on(sqlite_url) as trail:
        stub = StubInstallation(container=Container(trail, tmp_path / "journals"))
        result = run("audit", "search", "--client", "nobody", wiring=stub)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "no record fits\n")


def decision(number: int, **changed: Any) -> AuditEvent:
    details = {
        "method": "POST",
        "path": "/rest/api/2/issue",
        "operations": ["POST /rest/api/2/issue"],
        "missing_scope": "WRITE",
        "unsaid": "",
    }
    stated = {"action": "call.denied", "object_kind": "decision", "object_id": "d-1"}
    return event(number, **{**stated, "request_id": "d-1", "details": details, **changed})


def test_a_decision_is_shown_by_the_call_it_is_about(sqlite_url: str) -> None:
    with trail_on(sqlite_url) as trail:
        with trail.database.writing() as stores:
            stores.audit.add(decision(1))
        shown = dict(zip(COLUMNS, cells(trail.records()[0]), strict=True))
    assert shown["object"] == "POST /rest/api/2/issue"


def test_everything_about_a_decision_is_found_by_its_id(sqlite_url: str, tmp_path: Path) -> None:
    with trail_on(sqlite_url) as trail:
        with trail.database.writing() as stores:
            stores.audit.add(decision(1))
            stores.audit.add(decision(2, request_id="another"))
        stub = StubInstallation(container=Container(trail, tmp_path / "journals"))
        shown = run("audit", "show", "d-1", wiring=stub)
        as_json = run("audit", "show", "d-1", "--json", wiring=stub)
        unknown = run("audit", "show", "nothing", wiring=stub)
    assert shown.exit_code == 0
    for line in (
        r"^action +call\.denied$",
        r"^path +/rest/api/2/issue$",
        r"^operations +POST /rest/api/2/issue$",
        r"^missing scope +WRITE$",
    ):
        assert re.search(line, shown.stdout, re.MULTILINE), shown.stdout
    assert "unsaid" not in shown.stdout
    (record,) = json.loads(as_json.stdout)["records"]
    assert record["request_id"] == "d-1"
    assert (unknown.exit_code, unknown.stdout) == (1, "")
    assert "no record named 'nothing'" in unknown.stderr
