"""One event as one line."""

from __future__ import annotations

from types import MappingProxyType

import pytest

from authserver.domain.audit import Actor, ActorKind
from authserver.storage.audit_content import COLUMNS, NotARecord, content_of
from authserver.storage.journal_records import LINE_MAX, BrokenLine, decode, encode, line
from tests.audit_events import KEYS, event

HOSTILE = [
    "\r\n",
    "\x00",
    "\x1b[2J",
    "\u2028",
    "\u202e",
    '{"json":1}',
    '"',
    "\\",
    "\udc80",
    "\x7f",
    "é" * 50_000,
    "",
]


def columns(said: dict[str, object]) -> dict[str, object]:
    values = content_of(said, KEYS.current, 1.0, 7, 42)
    return dict(zip(COLUMNS, values, strict=True))


def test_an_event_survives_its_line() -> None:
    said = decode(line(encode(event(5)))[:-1])
    row = columns(said)
    assert row["at"] == event(5).at
    assert row["recorded_at"] == 1.0
    assert row["action"] == "token.issued"
    assert row["outcome"] == "success"
    assert (row["actor_kind"], row["actor"]) == ("client", "robot-2")
    assert row["details"] == '{"number":5,"scopes":["read:jira-work"]}'
    assert (row["journal"], row["journal_offset"]) == (7, 42)
    assert row["key_id"] == "1"


@pytest.mark.rule("AU-02")
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_one_line_and_one_printable_record(text: str) -> None:
    names = ["object_kind", "object_id", "client_id", "resource", "token_id", "reason"]
    changes: dict[str, object] = dict.fromkeys([*names, "request_id", "peer", "action"], text)
    changes["actor"] = Actor(ActorKind.ANONYMOUS, text)
    changes["details"] = {text: text, "nested": [{text: text}]}
    written = line(encode(event(0, **changes)))
    assert written.count(b"\n") == 1
    assert written.endswith(b"\n")
    assert len(written) <= LINE_MAX
    row = columns(decode(written[:-1]))
    assert all(value.isprintable() for value in row.values() if isinstance(value, str))
    assert str(row["details"]).isascii()


@pytest.mark.parametrize(
    ("details", "stored"),
    [
        ({"set": frozenset({"b", "a"})}, '{"set":["a","b"]}'),
        (MappingProxyType({"a": MappingProxyType({"b": 1})}), '{"a":{"b":1}}'),
        ({"huge": 1 << 70}, '{"huge":"0x400000000000000000"}'),
        ({"number keys": {1: 2}}, '{"number keys":{"1":2}}'),
        ({"none": None, "yes": True, "half": 0.5}, '{"none":null,"yes":true,"half":0.5}'),
        ({"tuple": (1, 2)}, '{"tuple":[1,2]}'),
        ({"delete": "\x7f"}, '{"delete":"\\u007f"}'),
        ({"lone": "\udc80", "set": {"x"}}, '{"lone":"\\\\udc80","set":["x"]}'),
    ],
)
def test_details_may_hold_what_code_naturally_holds(details: object, stored: str) -> None:
    assert columns(decode(line(encode(event(details=details)))[:-1]))["details"] == stored


def test_endless_nesting_is_cut() -> None:
    nested: object = "core"
    for _ in range(2000):
        nested = [nested]
    stored = columns(decode(line(encode(event(details={"nested": nested})))[:-1]))["details"]
    assert "\\u2026" in str(stored)
    assert "core" not in str(stored)


def test_details_that_are_too_long_are_dropped_and_the_record_says_so() -> None:
    written = line(encode(event(details={"blob": "x" * 100_000})))
    assert len(written) <= LINE_MAX
    assert "details_dropped" in str(columns(decode(written[:-1]))["details"])


def test_details_longer_than_a_row_are_cut_and_the_record_says_so() -> None:
    stored = str(
        columns(decode(line(encode(event(details={"blob": "x" * 40_000})))[:-1]))["details"]
    )
    assert stored.startswith('{"cut_from_characters":40011,')
    assert len(stored) < 2000


def test_bytes_are_no_details() -> None:
    with pytest.raises(TypeError):
        encode(event(details={"secret": b"bytes"}))


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"00000000",
        b"00000000 ",
        b"garbage",
        b"\x00" * 100,
        line(encode(event()))[1:-1],
        line(encode(event()))[:-2],
        line(encode(event())).replace(b"robot", b"rebot")[:-1],
        line(b"not json")[:-1],
        line(b"[1]")[:-1],
        line(b'{"a":1}')[:-1].upper(),
    ],
)
def test_a_line_that_was_damaged_is_noticed(broken: bytes) -> None:
    with pytest.raises(BrokenLine):
        decode(broken)


@pytest.mark.parametrize(
    "change",
    [
        {"at": "x"},
        {"at": None},
        {"at": 1e999},
        {"action": 5},
        {"actor": None},
        {"actor": {}},
        {"details": []},
        {"peer": None},
    ],
)
def test_json_that_is_no_event_is_noticed(change: dict[str, object]) -> None:
    said = decode(line(encode(event()))[:-1])
    with pytest.raises(NotARecord):
        content_of({**said, **change}, KEYS.current, 1.0, 1, 1)
    for name in change:
        with pytest.raises(NotARecord):
            content_of({key: said[key] for key in said if key != name}, KEYS.current, 1.0, 1, 1)
