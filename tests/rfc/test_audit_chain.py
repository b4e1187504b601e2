"""Who changes the record of acts is found out, and no way to do so is offered (AU-04, AU-06)."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

import pytest

from authserver.cli.audit import audit as audit_commands
from tests.cli.runs import run
from tests.rfc.changes import database_file

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

    from tests.rfc.conftest import MakeInstallation
    from tests.rfc.installations import Installation

ACTS: Final = 12
VICTIM: Final = 7
COLUMNS: Final = (
    "issuer_id, at, recorded_at, action, outcome, actor_kind, actor, client_id, resource, "
    "object_kind, object_id, token_id, reason, request_id, peer, details, journal, "
    "journal_offset + 1, key_id, code"
)
TAMPERING: Final = {
    "edited": (f"UPDATE audit_records SET peer = '192.0.2.66' WHERE id = {VICTIM}",),
    "deleted": (f"DELETE FROM audit_records WHERE id = {VICTIM}",),
    "reordered": (
        f"UPDATE audit_records SET id = 999999 WHERE id = {VICTIM}",
        f"UPDATE audit_records SET id = {VICTIM} WHERE id = {VICTIM + 1}",
        f"UPDATE audit_records SET id = {VICTIM + 1} WHERE id = 999999",
    ),
    "inserted": (
        f"INSERT INTO audit_records SELECT -1, {COLUMNS} FROM audit_records WHERE id = {VICTIM}",
    ),
    "cut off": (
        (
            "DELETE FROM audit_records WHERE id > (SELECT last_id FROM audit_seals"
            " WHERE number = (SELECT max(number) - 1 FROM audit_seals))"
        ),
        "DELETE FROM audit_seals WHERE number = (SELECT max(number) FROM audit_seals)",
        "DELETE FROM audit_checkpoints WHERE seal > (SELECT max(number) FROM audit_seals)",
    ),
    "emptied": (
        "DELETE FROM audit_records",
        "DELETE FROM audit_seals",
        "DELETE FROM audit_checkpoints",
    ),
}
VERBS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
PATHS: Final = (
    "/audit",
    "/audit/1",
    "/oauth2/audit",
    "/admin/audit",
    "/admin/api/v1/audit",
    "/admin/api/v1/audit/1",
    "/admin/api/v1/audit/records/1",
    "/gateway/events",
    "/metrics/audit",
    "/.well-known/audit",
)


@pytest.fixture
def recorded(make_installation: MakeInstallation, tmp_path: Path) -> Installation:
    """An installation whose acts are sealed in two steps, each signed and carried to the anchor."""
    installation = make_installation(AUTHSERVER_AUDIT_ANCHOR_FILE=str(tmp_path / "anchor"))
    jira = installation.site("jira")
    reader = installation.caller("reader", jira, "READ")
    for _ in range(2):
        for _ in range(ACTS):
            installation.lane.token(reader)
        installation.container.audit.catch_up()
        installation.container.audit.seal_now()
        installation.clock.advance(1)
    return installation


def tamper(installation: Installation, statements: tuple[str, ...]) -> None:
    """Do what somebody with the database file can do, triggers or not."""
    with closing(sqlite3.connect(database_file(installation))) as database, database:
        triggers = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in triggers.fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        for statement in statements:
            assert database.execute(statement).rowcount >= 1


def breaks(installation: Installation) -> list[tuple[str, int]]:
    """What a verification finds: kind and position."""
    report = installation.container.audit.verify()
    assert report.is_clean == (not report.breaks)
    return [(str(found.kind), found.position) for found in report.breaks]


def commanded(installation: Installation, *arguments: str) -> Result:
    """An `authserver audit` command on the installation."""
    return run("audit", *arguments, environment=installation.environment)


@pytest.mark.rule("AU-04")
def test_an_untouched_record_is_clean_to_its_last_act(recorded: Installation) -> None:
    report = recorded.container.audit.verify()
    assert report.is_clean
    assert (report.unsealed, report.broken) == (0, 0)
    assert report.sealed == report.anchored_position == len(recorded.records()) > 2 * ACTS


@pytest.mark.rule("AU-04")
@pytest.mark.parametrize("way", TAMPERING)
def test_every_way_to_tamper_is_found_with_its_place(recorded: Installation, way: str) -> None:
    tamper(recorded, TAMPERING[way])
    # A cut chain is whole in itself: the anchor outside the database knows how far it had come.
    first_missing = len(recorded.records()) + 1
    assert (
        breaks(recorded)
        == {
            "edited": [("edited", VICTIM)],
            "deleted": [("deleted", VICTIM)],
            "reordered": [("moved", VICTIM), ("moved", VICTIM + 1)],
            "inserted": [("inserted", 0)],
            "cut off": [("truncated", first_missing)],
            "emptied": [("truncated", 1)],
        }[way]
    )


@pytest.mark.rule("AU-04")
def test_the_command_tells_and_its_exit_code_says_so(recorded: Installation) -> None:
    clean = commanded(recorded, "verify", "--json")
    assert (clean.exit_code, json.loads(clean.stdout)["clean"]) == (0, True)
    tamper(recorded, TAMPERING["edited"])
    broken = commanded(recorded, "verify", "--json")
    assert broken.exit_code == 3
    (found,) = json.loads(broken.stdout)["breaks"]
    assert (found["kind"], found["position"], found["record_id"]) == ("edited", VICTIM, VICTIM)


@pytest.mark.rule("AU-06")
def test_no_request_reaches_the_record(recorded: Installation) -> None:
    before = dump(recorded)
    for path in PATHS:
        for verb in VERBS:
            answer = recorded.lane.knock(verb, path, b"{}" if verb != "GET" else b"")
            sent_to_sign_in = verb == "GET" and "/login?next=" in answer.headers.get("location", "")
            assert answer.status in {401, 403, 404, 405} or sent_to_sign_in, (verb, path)
    assert dump(recorded) == before


@pytest.mark.rule("AU-06")
def test_no_command_changes_a_record(recorded: Installation) -> None:
    arguments = {
        "search": ("--action", "token", "--json"),
        "show": (recorded.records()[0]["request_id"],),
        "calls": ("--json",),
        "summary": ("--json",),
        "unknown-paths": ("--json",),
        "export": (),
        "verify": ("--json",),
        "seal": ("--json",),
    }
    assert audit_commands.commands.keys() == arguments.keys()
    before = dump(recorded)
    for name, more in arguments.items():
        assert commanded(recorded, name, *more).exit_code == 0
    assert dump(recorded) == before


@pytest.mark.rule("AU-06")
def test_retention_gives_records_up_in_the_open_only(recorded: Installation) -> None:
    audit, act = recorded.container.audit, recorded.container.operator
    kept = len(recorded.records())
    removed = audit.prune(recorded.clock.now() - 1, act.actor)
    assert 0 < removed.records < kept
    (told,) = recorded.records("audit.pruned")
    assert told["actor"]["id"] == act.actor.identifier
    audit.seal_now()
    report = audit.verify()
    assert report.is_clean
    assert report.pruned == removed.records
    # The same without a signed word for it is tampering.
    tamper(recorded, ("DELETE FROM audit_records WHERE id = (SELECT min(id) FROM audit_records)",))
    assert {kind for kind, _ in breaks(recorded)} == {"deleted"}


def dump(installation: Installation) -> list[Any]:
    """Every stored record."""
    installation.records()
    with closing(sqlite3.connect(database_file(installation))) as database:
        return database.execute("SELECT * FROM audit_records ORDER BY id").fetchall()
