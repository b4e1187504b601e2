"""How records look on a screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.cli.audit_views import COLUMNS, cells
from authserver.domain.audit import Actor, ActorKind
from tests.audit_events import event
from tests.audits import trail_on
from tests.cli.runs import run
from tests.cli.stub_wiring import StubInstallation
from tests.cli.test_audit import Container

if TYPE_CHECKING:
    from pathlib import Path


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
