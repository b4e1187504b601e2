"""Through a real nginx: refusals, and what is no decision at all (FA-01, FA-02, FA-13)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from authserver.gateway.site_configuration import Mode
from tests.gateway.stub_bed import (
    ALLOWED,
    CALL,
    CHALLENGE,
    DECISION_ID,
    DENIED,
    SESSION,
    TOKEN,
    Bed,
    a_bed,
    refusal,
    refused,
    with_also,
    without,
)
from tests.gateway.stub_servers import Reply

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.rule("FA-02")
@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("seen_by_caller", ["400", "401", "403", "429", "503"])
def test_a_refusal_is_told_as_the_decision_point_wants(
    status: int, seen_by_caller: str, bed: Bed
) -> None:
    bed.decision = refused(
        status, seen_by_caller, *DENIED, ("X-Retry-After", "7"), ("WWW-Authenticate", CHALLENGE)
    )
    for headers in ((TOKEN,), (SESSION,), ()):
        answer = bed.call(CALL, *headers)

        assert answer.status == int(seen_by_caller)
        assert answer.json == refusal(
            "insufficient_scope", "the token lacks read:jira-work", reason="insufficient-scope"
        )
        assert answer.header("X-Decision-Id") == DECISION_ID
        assert answer.header("Cache-Control") == "no-store"
        assert answer.header("WWW-Authenticate") == CHALLENGE
        assert answer.header("Retry-After") == ("7" if seen_by_caller in {"429", "503"} else None)
        assert bed.take()[1] == []


@pytest.mark.rule("FA-01")
@pytest.mark.parametrize(
    "decision",
    [
        Reply(200),
        Reply(204),
        Reply(200, (("Content-Type", "text/html"),), b"<h1>Welcome to nginx!</h1>"),
        without(ALLOWED, "X-Decision-Id"),
        without(ALLOWED, "X-Upstream-Authorization"),
        with_also(without(ALLOWED, "X-Decision-Id"), ("X-Decision-Id", "short")),
        with_also(ALLOWED, ("X-Upstream-Identity", "bob")),
        with_also(ALLOWED, ("X-Upstream-Session", "pass")),
        Reply(201, ALLOWED.headers[1:]),
        Reply(302, (*ALLOWED.headers, ("Location", "/"))),
        Reply(400, ALLOWED.headers),
        Reply(404, ALLOWED.headers),
        Reply(429, ALLOWED.headers),
        Reply(500, ALLOWED.headers),
        Reply(503, ALLOWED.headers),
        Reply(401),
        Reply(403),
        refused(403, "200"),
        refused(403, "302"),
        refused(401, "nonsense"),
        Reply(raw=b""),
        Reply(raw=b"garbage\r\n\r\n"),
        Reply(raw=b"HTTP/1.1 200"),
        Reply(raw=b"HTTP/1.1 200 OK\r\nX-Decision-Id: 0198f0c2-6d1e-7000"),
        Reply(raw=b"SSH-2.0-OpenSSH_9.2\r\n"),
    ],
)
def test_whatever_is_no_decision_is_none(decision: Reply, bed: Bed) -> None:
    bed.decision = decision
    for headers in ((TOKEN,), (SESSION,), (TOKEN, SESSION)):
        answer = bed.call(CALL, *headers)

        assert answer.status == 503
        assert answer.json["error"] == "temporarily_unavailable"
        assert answer.header("Retry-After") == "5"
        assert bed.take()[1] == []


@pytest.mark.rule("FA-13")
def test_a_decision_point_that_hangs_is_not_waited_for(bed: Bed) -> None:
    bed.decision = Reply(hang=True)
    begun = time.monotonic()
    answer = bed.call(CALL, TOKEN)

    assert (answer.status, answer.json["error"]) == (503, "temporarily_unavailable")
    assert time.monotonic() - begun < 10
    assert bed.take()[1] == []


def test_a_description_cannot_break_the_body(bed: Bed) -> None:
    bed.decision = refused(
        403, "403", ("X-Deny-Error", 'x","admin":"'), ("X-Deny-Description", 'a"b\\c')
    )

    told = bed.call(CALL, TOKEN).json
    assert told == refusal("access_denied", "the call was not decided, try again")


@pytest.mark.rule("FA-13")
@pytest.mark.trap(8)
def test_with_the_decision_point_gone_nothing_passes_until_it_is_back(tmp_path: Path) -> None:
    with a_bed(tmp_path, mode=Mode.IN_FRONT) as bed:
        assert bed.call(CALL, TOKEN).status == 200
        bed.take()
        bed.decisions.__exit__(None, None, None)

        gone = bed.call(CALL, TOKEN)
        assert (gone.status, gone.header("Retry-After")) == (503, "5")
        assert bed.call(CALL, SESSION).status == 503
        assert bed.call("/secure/Dashboard.jspa", SESSION).status == 200
        assert [seen.target for seen in bed.site.take()] == ["/secure/Dashboard.jspa"]

        with bed.decisions:
            assert bed.call(CALL, TOKEN).status == 200
