"""Between nginx and the decision point everything may break: then nothing passes, for a while."""

from __future__ import annotations

import time
from contextlib import contextmanager
from random import Random  # noqa: TID251 - seeded: the same rubbish each time
from typing import TYPE_CHECKING, Final

import pytest

from tests.gateway.call_load import ISSUE, CallLoad
from tests.gateway.call_oracle import check
from tests.gateway.relay import NONE, SEED, Fault
from tests.gateway.undecided import assert_nothing_passes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.gateway.relayed_bed import RelayedBed

ALLOW: Final = (
    b"X-Decision-Id: 0123456789abcdef\r\nX-Auth-User: client:site-bot-1\r\n"
    b"X-Auth-Account: svc-gateway\r\n"
)
CREDENTIAL: Final = b"X-Upstream-Authorization: Bearer of-the-site-0123456789\r\n"


def says(status: bytes, headers: bytes = b"", body: bytes = b"") -> bytes:
    """A whole answer."""
    head = b"HTTP/1.1 %b\r\n%bContent-Length: %d\r\n\r\n" % (status, headers, len(body))
    return head + body


NO_DECISIONS: Final = {
    "nothing": b"",
    "random bytes": Random(SEED).randbytes(3000),
    "random bytes of 200": b"HTTP/1.1 200 OK\r\n" + Random(SEED).randbytes(3000),
    "200 of somebody else": says(b"200 OK", b"Content-Type: text/html\r\n", b"<p>It works!"),
    "200 with everything but a credential": says(b"200 OK", ALLOW),
    "200 with everything but an id": says(b"200 OK", CREDENTIAL),
    "200 with an empty credential": says(b"200 OK", ALLOW + b"X-Upstream-Authorization: \r\n"),
    "201": says(b"201 Created", b"Location: /a\r\n"),
    "204": b"HTTP/1.1 204 No Content\r\n\r\n",
    "206": says(b"206 Partial Content", body=b"a"),
    "302": says(b"302 Found", b"Location: /login\r\n"),
    "304": b"HTTP/1.1 304 Not Modified\r\n\r\n",
    "400": says(b"400 Bad Request"),
    "404": says(b"404 Not Found", ALLOW + CREDENTIAL),
    "429": says(b"429 Too Many Requests", b"Retry-After: 1\r\n"),
    "500": says(b"500 Internal Server Error", ALLOW + CREDENTIAL),
    "503": says(b"503 Service Unavailable"),
    "999": says(b"999 Whatever", ALLOW + CREDENTIAL),
    "100 and no more": b"HTTP/1.1 100 Continue\r\n\r\n",
    "another protocol": b"SSH-2.0-OpenSSH_9.2\r\n",
    "no status": b"HTTP/1.1\r\n" + ALLOW + CREDENTIAL + b"\r\n",
    "a word for a status": says(b"two hundred", ALLOW + CREDENTIAL),
    "a head without its end": b"HTTP/1.1 200 OK\r\n" + ALLOW + CREDENTIAL,
    "half a status line": b"HTTP/1.1 20",
    "a giant header": says(b"200 OK", ALLOW + CREDENTIAL + b"X-A: " + b"a" * 100_000 + b"\r\n"),
    "many headers": says(b"200 OK", ALLOW + b"X-A: a\r\n" * 20_000 + CREDENTIAL),
    "a header with a NUL": says(b"200 OK", ALLOW + CREDENTIAL + b"X-A\0: a\r\n"),
    "a refusal without a word": says(b"403 Forbidden"),
    "a challenge without a word": says(b"401 Unauthorized"),
}


@contextmanager
def broken(bed: RelayedBed, fault: Fault) -> Iterator[None]:
    """A fault for the time of the block, and service as ever right behind it."""
    token = bed.token("READ")
    bed.relay.fault = fault
    try:
        yield
    finally:
        bed.relay.fault = NONE
    bed.wait_for_service(token)
    assert bed.request("PUT", ISSUE, token).status_code == 403


@pytest.mark.rule("F-38")
@pytest.mark.parametrize("said", list(NO_DECISIONS))
@pytest.mark.trap(8)
def test_what_is_no_decision_lets_nothing_pass(relayed_bed: RelayedBed, said: str) -> None:
    token = relayed_bed.token("READ")
    with broken(relayed_bed, Fault(answer=NO_DECISIONS[said])):
        assert_nothing_passes(relayed_bed, token)


@pytest.mark.rule("F-38")
@pytest.mark.rule("FA-13")
@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Fault(drop_questions=True), id="questions get lost"),
        pytest.param(Fault(drop_answers=True), id="answers get lost", marks=pytest.mark.slow),
        pytest.param(Fault(delay=6.0), id="answers come too late"),
        pytest.param(
            Fault(answer=says(b"200 OK", ALLOW + CREDENTIAL)[:-4], stays_open=True),
            id="the answer has no end",
            marks=pytest.mark.slow,
        ),
        pytest.param(Fault(reset=True), id="reset"),
        pytest.param(Fault(cut=0), id="closed"),
        pytest.param(Fault(cut=40), id="cut"),
    ],
)
@pytest.mark.trap(8)
def test_a_partition_closes_the_gateway_and_its_end_opens_it(
    relayed_bed: RelayedBed, fault: Fault
) -> None:
    token = relayed_bed.token("READ")
    with broken(relayed_bed, fault):
        assert_nothing_passes(relayed_bed, token)


@pytest.mark.rule("F-38")
def test_a_slow_decision_is_waited_for(relayed_bed: RelayedBed) -> None:
    token = relayed_bed.token("READ")
    with broken(relayed_bed, Fault(delay=0.5)):
        assert relayed_bed.request("GET", ISSUE, token).status_code == 200
        assert relayed_bed.request("PUT", ISSUE, token).status_code == 403


@pytest.mark.rule("F-38")
def test_a_second_answer_is_not_taken_for_the_next_decision(relayed_bed: RelayedBed) -> None:
    refusal = says(b"403 Forbidden", b"X-Deny-Status: 403\r\nX-Deny-Error: access_denied\r\n")
    smuggled = refusal + says(b"200 OK", ALLOW + CREDENTIAL)
    token = relayed_bed.token("READ")
    with broken(relayed_bed, Fault(answer=smuggled, stays_open=True)):
        with relayed_bed.watching() as seen:
            for _ in range(5):
                assert relayed_bed.request("PUT", ISSUE, token).status_code == 403
            relayed_bed.relay.fault = NONE
            for _ in range(20):
                assert relayed_bed.request("PUT", ISSUE, token).status_code == 403
        assert seen.notes == ()


@pytest.mark.rule("F-38")
def test_corrupted_answers_never_turn_a_refusal_into_a_permission(
    relayed_bed: RelayedBed,
) -> None:
    token = relayed_bed.token("READ")
    with broken(relayed_bed, Fault(corrupt=6)), relayed_bed.watching() as seen:
        statuses = {relayed_bed.request("PUT", ISSUE, token).status_code for _ in range(80)}
    assert [note for note in seen.notes if note.method == "PUT"] == []
    assert 503 in statuses, "nothing was corrupted"
    assert not {status for status in statuses if status < 400}


@pytest.mark.rule("F-38")
def test_a_partition_that_comes_and_goes_allows_nothing_wrong(relayed_bed: RelayedBed) -> None:
    faults = (Fault(reset=True), Fault(cut=100), Fault(answer=b""), Fault(delay=0.2))
    with CallLoad(relayed_bed) as load:
        for fault in faults:
            relayed_bed.relay.fault = fault
            load.wait_for(200 if fault.delay else 503, 5)
            relayed_bed.relay.fault = NONE
            load.wait_for(200, 20)
    check(relayed_bed, load, disturbed=True)


@pytest.mark.slow
@pytest.mark.rule("F-38")
def test_a_minute_of_partitions_allows_nothing_wrong(relayed_bed: RelayedBed) -> None:
    dice = Random(SEED)
    faults = (
        *(Fault(answer=said) for said in NO_DECISIONS.values()),
        Fault(drop_questions=True),
        Fault(drop_answers=True),
        Fault(reset=True),
        Fault(cut=60),
        Fault(delay=2.0),
    )
    with CallLoad(relayed_bed, threads=4) as load:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            fault = dice.choice(faults)
            relayed_bed.relay.fault = fault
            load.wait_for(200 if fault.delay else 503, 3)
            relayed_bed.relay.fault = NONE
            load.wait_for(200, 5)
    check(relayed_bed, load, disturbed=True)
