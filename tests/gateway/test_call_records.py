"""Every call has one record and one line, both tell the same, and neither tells a secret."""

from __future__ import annotations

import json
import time
from base64 import b64encode
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.gateway.bed import GatewayBed
from tests.gateway.call_oracle import assert_chain, records_of
from tests.gateway.shapes import SERVICE_SECRET, Shape
from tests.rfc.sinks import leaks, written_below

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.gateway.relayed_bed import RelayedBed

THREADS: Final = 4
ROUNDS: Final = 3
PASSWORD: Final = "canary-password-of-somebody"
SESSION: Final = "canary-session-of-somebody"
SIGNATURE: Final = "canary-signature-of-somebody"
OAUTH1: Final = f'OAuth oauth_consumer_key="a", oauth_signature="{SIGNATURE}"'
LOG_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Made:
    """One call and its answer; `expected` is the status and the reason (empty: allowed)."""

    method: str
    path: str
    address: str
    client: str
    expected: tuple[int, str]
    status: int
    decision: str
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of call: `where` gets a number, `client` is whom the record must name."""

    method: str
    where: str
    headers: dict[str, str]
    client: str
    expected: tuple[int, str]


def kinds(bed: GatewayBed, token: str) -> tuple[Kind, ...]:
    """Allowed calls, and refused ones of each kind that nginx leaves to the decision."""
    client = bed.caller("READ").client_id
    issue, good = "/rest/api/2/issue/CALL-{}", {"Authorization": f"Bearer {token}"}
    basic = "Basic " + b64encode(f"somebody:{PASSWORD}".encode()).decode()
    return (
        Kind("GET", issue, good, client, (200, "")),
        Kind("HEAD", issue, good, client, (200, "")),
        Kind("DELETE", issue, good, client, (403, "insufficient-scope")),
        Kind("GET", "/rest/nothing/1/{}", good, client, (403, "unknown-path")),
        Kind("PATCH", issue, good, client, (403, "unknown-method")),
        Kind("POST", issue, good | {"X-HTTP-Method": "PUT"}, client, (400, "method-override")),
        Kind("GET", issue, {}, "", (401, "credential-missing")),
        Kind("GET", issue, {"Authorization": basic}, "", (403, "basic-blocked")),
        Kind("GET", issue, {"Authorization": OAUTH1}, "", (403, "oauth1-blocked")),
        Kind("GET", issue, {"Cookie": f"JSESSIONID={SESSION}"}, "", (403, "session-blocked")),
        Kind("GET", issue, {"Authorization": f"Bearer {token[:-9]}"}, "", (401, "token-invalid")),
    )


@pytest.fixture
def bed(relayed_bed: RelayedBed, tmp_path: Path) -> Iterator[GatewayBed]:
    """A site that nobody else calls, at a server that logs everything it can."""
    with GatewayBed(tmp_path, Shape(), relayed_bed.server, "recorded") as bed:
        yield bed


@pytest.mark.rule("AU-01")
@pytest.mark.rule("AU-05")
def test_each_call_has_one_record_and_one_line_that_tell_the_same(bed: GatewayBed) -> None:
    token = bed.token("READ")
    before = len(lines_of(bed))
    monotonic = time.monotonic()
    begun = time.time()  # noqa: TID251 - records are dated by the same clock
    with ThreadPoolExecutor(THREADS) as pool:
        parts = pool.map(lambda number: make_calls(bed, number, kinds(bed, token)), range(THREADS))
    made = [call for part in parts for call in part]
    ended = time.time()  # noqa: TID251 - as above
    for call in made:
        assert call.status == call.expected[0], (call, call.body)
    lines = wait_for_lines(bed, before + len(made))[before:]
    records = records_of(bed, {call.decision for call in made}, monotonic)
    assert len(records) == len(made)
    assert Counter(line["decision_id"] for line in lines) == Counter(records.keys())
    by_decision = {line["decision_id"]: line for line in lines}
    for call in made:
        (record,) = records[call.decision]
        status, reason = call.expected
        assert record.action == ("call.denied" if reason else "call.allowed")
        assert record.reason.partition(":")[0] == reason
        assert (record.client_id, record.peer) == (call.client, call.address)
        assert record.details.get("subject", "") == (call.client and f"client:{call.client}")
        assert (record.details["method"], record.details["path"]) == (call.method, call.path)
        assert begun - 1 <= record.at <= ended + 1
        line = by_decision[call.decision]
        assert (line["status"], line["deny_reason"]) == (status, reason)
        assert (line["ip"], line["client"]) == (call.address, call.client)
        assert (line["method"], line["path"]) == (call.method, call.path)
        assert line["request_id"] == record.details["gateway_request_id"]
        assert line["jti"] == record.token_id
    assert_chain(bed)
    for name in ("jwt", "access_token", "os_password"):
        # nginx refuses these by itself, and has them in its hands to write down.
        answer = bed.request("GET", f"/rest/api/2/issue/CALL-1?{name}={token}", token)
        assert answer.status_code == 400
    wait_for_lines(bed, before + len(made) + 3)
    assert_no_secret(bed, token, made)


def make_calls(bed: GatewayBed, thread: int, kinds: tuple[Kind, ...]) -> list[Made]:
    """The calls of one caller, who has an address of its own."""
    address = f"127.0.0.{thread + 2}"
    connection = HTTPConnection("127.0.0.1", bed.port, timeout=30, source_address=(address, 0))
    made = []
    for number in range(ROUNDS):
        for kind in kinds:
            target = kind.where.format(thread * ROUNDS + number)
            connection.request(kind.method, target, headers=kind.headers)
            answer = connection.getresponse()
            body = answer.read()
            decision = answer.getheader("X-Decision-Id") or ""
            path = target.partition("?")[0]
            made.append(
                Made(
                    *(kind.method, path, address, kind.client, kind.expected),
                    *(answer.status, decision, body),
                )
            )
    connection.close()
    return made


def assert_no_secret(bed: GatewayBed, token: str, made: list[Made]) -> None:
    """Nothing that signs anybody in stands in a log, a database, a journal or an answer."""
    key = bed.key_file.read_text().partition('"Bearer ')[2].partition('"')[0]
    assert key.startswith("asv_gw_")
    secrets: dict[str, str | bytes] = {
        "token": token,
        "gateway key": key,
        "credential of the site": SERVICE_SECRET,
        "password": PASSWORD,
        "session": SESSION,
        "signature": SIGNATURE,
    }
    own = (bed.key_file.name, "secret", "keys/")
    sinks = {
        name: content
        for folder in (bed.folder, bed.server.folder)
        for name, content in written_below(folder).items()
        if not name.startswith(own)
    }
    assert b'"level":"DEBUG"' in sinks["server.log"]
    assert any(name.startswith("dump of ") for name in sinks)
    assert f"nginx/{bed.name}.calls.log" in sinks
    answers = {f"answer {call.decision}": call.body for call in made}
    assert leaks(sinks | answers, secrets) == []


def lines_of(bed: GatewayBed) -> list[dict[str, Any]]:
    """nginx's lines on the calls so far."""
    text = (bed.folder / "nginx" / f"{bed.name}.calls.log").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]


def wait_for_lines(bed: GatewayBed, count: int) -> list[dict[str, Any]]:
    """All of them; nginx writes each when it has done with the call."""
    deadline = time.monotonic() + LOG_SECONDS
    while len(found := lines_of(bed)) < count:
        assert time.monotonic() < deadline, f"{len(found)} of {count} lines"
        time.sleep(0.01)
    return found
