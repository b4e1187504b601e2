"""Audit records in their table, on both back-ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.audit import Actor, ActorKind
from authserver.storage.audit import AuditRows
from authserver.storage.audit_content import COLUMNS
from authserver.storage.database import SqlDatabase
from authserver.storage.engines import make_engine
from authserver.storage.journal_database import DatabaseJournal
from authserver.storage.rows.audit import audit_records
from tests.audit_events import event
from tests.audits import Trail, trail_on

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def trail(database_url: str) -> Iterator[Trail]:
    with trail_on(database_url) as trail:
        yield trail


class Undone(Exception):
    """The act fails after it was recorded."""


def test_a_record_is_part_of_its_act(trail: Trail) -> None:
    trail.add(1)
    with pytest.raises(Undone), trail.database.writing() as stores:  # noqa: PT012 - one act
        stores.audit.add(event(2))
        raise Undone
    trail.add(3)
    assert [record.details["number"] for record in trail.records()] == [1, 3]


def test_a_record_of_an_act_names_no_journal(trail: Trail) -> None:
    trail.add(1)
    (record,) = trail.records()
    assert (record.journal, record.journal_offset) == (None, None)
    assert record.recorded_at == record.at == event(1).at


@pytest.mark.rule("AU-02")
@pytest.mark.parametrize(
    "text", ["\r\n", "\x00", "\x1b[2J", "\u2028", "\u202e", '{"a":1}', "\udc80", "\\", "é" * 3000]
)
def test_hostile_text_is_one_printable_record_everywhere(trail: Trail, text: str) -> None:
    names = ["object_kind", "object_id", "client_id", "resource", "token_id", "reason"]
    changes: dict[str, object] = dict.fromkeys([*names, "request_id", "peer", "action"], text)
    changes["actor"] = Actor(ActorKind.ANONYMOUS, text)
    with trail.database.writing() as stores:
        stores.audit.add(event(0, **changes, details={text: [text]}))
    (row,) = trail.rows("SELECT * FROM audit_records")
    assert all(value.isprintable() for value in row if isinstance(value, str))
    (record,) = trail.records()
    texts = (record.action, record.actor, record.client_id, record.request_id, record.peer)
    assert all(each.isprintable() for each in texts)
    assert trail.verify().unsealed == 1
    assert trail.verify().is_clean


@pytest.mark.rule("AU-06")
def test_the_store_has_no_way_to_change_or_remove_a_record() -> None:
    assert {name for name in vars(AuditRows) if not name.startswith("_")} == {
        "add",
        "write",
        "search",
        "get",
        "chain",
    }


def test_the_code_covers_every_column_but_the_id() -> None:
    assert {"id", *COLUMNS} == {column.name for column in audit_records.columns}
    assert COLUMNS[-1] == "code"


def test_ids_are_never_given_out_again(trail: Trail) -> None:
    trail.add(1, 2, 3)
    trail.tamper("DELETE FROM audit_records")
    trail.add(4)
    assert trail.rows("SELECT id FROM audit_records") == [(4,)]


def test_without_keys_a_record_is_kept_and_called_forged(database_url: str) -> None:
    keyless = SqlDatabase(make_engine(database_url))
    with keyless.writing() as stores:
        stores.audit.add(event(1))
    keyless.close()
    with trail_on(database_url) as trail:
        ((kind, _, record_id),) = trail.findings()
        assert (kind, record_id) == ("forged", 1)
        trail.sealer().step()
        ((kind, position, record_id),) = trail.findings()
        assert (kind, position, record_id) == ("forged", 1, 1)


def test_a_database_journal_has_committed_when_append_returns(trail: Trail) -> None:
    journal = DatabaseJournal(trail.database)
    assert journal.is_writable()
    journal.append(event(1))
    journal.append(event(2))
    journal.close()
    assert [record.details["number"] for record in trail.records()] == [1, 2]
    assert trail.verify().is_clean
