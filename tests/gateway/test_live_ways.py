"""Through a real nginx: legacy ways, pages, browsers that ask first, limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from authserver.domain.hand_over import HandOverKind
from tests.gateway.stub_bed import (
    ALLOWED,
    AS_IT_CAME,
    CALL,
    DECISION_ID,
    DENIED,
    PASSWORD,
    SESSION,
    TOKEN,
    Bed,
    a_bed,
    refusal,
    refused,
    with_also,
)
from tests.gateway.stub_servers import Reply

if TYPE_CHECKING:
    from pathlib import Path

ANONYMOUS: Final = Reply(200, (("X-Decision-Id", DECISION_ID), ("X-Hand-Over", "anonymous")))
ORIGIN: Final = "https://app.example.com"
PREFLIGHT: Final = (
    ("Origin", ORIGIN),
    ("Access-Control-Request-Method", "PUT"),
    ("Access-Control-Request-Headers", "authorization"),
)


def test_a_credential_that_may_goes_on_as_it_came(bed: Bed) -> None:
    bed.decision = AS_IT_CAME
    answer = bed.call(CALL, PASSWORD)
    (_, (seen,)) = bed.take()

    assert answer.status == 200
    assert seen.header("Authorization") == PASSWORD[1]
    assert answer.all("Set-Cookie") == []


def test_a_call_without_a_credential_goes_on_without_one(bed: Bed) -> None:
    bed.decision = ANONYMOUS
    assert bed.call(CALL).status == 200
    (_, (seen,)) = bed.take()
    assert "authorization" not in seen.names


@pytest.mark.rule("FA-01")
@pytest.mark.parametrize(
    "said",
    [
        with_also(ANONYMOUS, ("X-Upstream-Authorization", "Basic x")),
        with_also(ANONYMOUS, ("X-Upstream-Identity", "admin")),
        with_also(ANONYMOUS, ("X-Upstream-Session", "pass")),
        with_also(AS_IT_CAME, ("X-Upstream-Identity", "admin")),
        with_also(AS_IT_CAME, ("X-Upstream-Session", "pass")),
        Reply(200, AS_IT_CAME.headers[:2]),
        Reply(200, (("X-Decision-Id", DECISION_ID), ("X-Hand-Over", "preflight"))),
    ],
)
def test_half_a_permission_for_a_legacy_way_opens_nothing(said: Reply, bed: Bed) -> None:
    bed.decision = said
    assert bed.call(CALL, PASSWORD).status == 503
    assert bed.take()[1] == []


def test_a_legacy_call_names_nobody_to_a_site_that_believes_a_header(tmp_path: Path) -> None:
    with a_bed(tmp_path, hand_over=HandOverKind.IDENTITY_HEADER) as bed:
        bed.decision = AS_IT_CAME
        bed.call(CALL, PASSWORD, ("X-Remote-User", "admin"))
        bed.decision = ANONYMOUS
        bed.call(CALL, ("X-Remote-User", "admin"))
        (_, (first, second)) = bed.take()

    assert first.header("Authorization") == PASSWORD[1]
    assert not {"x-remote-user"} & (first.names | second.names)
    assert "authorization" not in second.names


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ((("Sec-Fetch-Site", "same-origin"),), "1"),
        ((("Sec-Fetch-Site", "same-site"),), "1"),
        ((("X-Requested-With", "XMLHttpRequest"),), "1"),
        ((("X-Atlassian-Token", "no-check"),), "1"),
        ((), None),
        ((("Sec-Fetch-Site", "none"),), None),
        ((("Sec-Fetch-Site", "cross-site"),), None),
        ((("Sec-Fetch-Site", "cross-site"), ("X-Requested-With", "XMLHttpRequest")), None),
        ((("Sec-Fetch-Site", "same-origin, cross-site"),), None),
        ((("X-Requested-With", "curl"),), None),
        ((("X-Original-Page-Mark", "1"),), None),
    ],
)
def test_the_decision_point_learns_whether_a_page_of_the_site_calls(
    headers: tuple[tuple[str, str], ...], told: str | None, bed: Bed
) -> None:
    bed.call(CALL, SESSION, *headers)
    ((asked,), _) = bed.take()
    assert asked.header("X-Original-Page-Mark") == told


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (ORIGIN, ORIGIN),
        ("null", "null"),
        ("https://\xe4.example", "null"),
        ("https://a b", "null"),
        ("x" * 301, "null"),
        (None, None),
    ],
)
def test_the_decision_point_learns_from_where_a_browser_calls(
    sent: str | None, told: str | None, bed: Bed
) -> None:
    bed.call(CALL, TOKEN, *((("Origin", sent),) if sent is not None else ()))
    ((asked,), _) = bed.take()
    assert asked.header("X-Original-Origin") == told


def test_a_browser_that_asks_first_is_answered_and_the_site_is_not_asked(bed: Bed) -> None:
    bed.decision = refused(403, "204", ("X-Deny-Reason", "preflight"), ("X-Allow-Origin", ORIGIN))
    answer = bed.call(CALL, *PREFLIGHT, method="OPTIONS")
    ((asked,), seen) = bed.take()

    assert asked.header("X-Original-Preflight") == "1"
    assert (answer.status, answer.body, seen) == (204, b"", [])
    assert answer.header("Access-Control-Allow-Origin") == ORIGIN
    assert answer.header("Vary") == "Origin"
    assert answer.header("Access-Control-Max-Age") == "600"
    assert "DELETE" in str(answer.header("Access-Control-Allow-Methods"))
    assert "Authorization" in str(answer.header("Access-Control-Allow-Headers"))
    assert answer.header("Access-Control-Allow-Credentials") is None


@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_only_options_that_asks_for_a_method_is_such_a_question(method: str, bed: Bed) -> None:
    headers = PREFLIGHT if method == "GET" else PREFLIGHT[:1]
    bed.call(CALL, TOKEN, *headers, method=method)
    ((asked,), _) = bed.take()
    assert "x-original-preflight" not in asked.names


def test_who_may_read_an_answer_is_for_the_decision_to_say_and_not_for_the_site(bed: Bed) -> None:
    bed.page = Reply(200, (("Access-Control-Allow-Origin", "*"),), b"page")
    assert bed.call(CALL, TOKEN).header("Access-Control-Allow-Origin") is None
    bed.decision = with_also(ALLOWED, ("X-Allow-Origin", ORIGIN))
    for decision in (bed.decision, refused(401, "401", *DENIED, ("X-Allow-Origin", ORIGIN))):
        bed.decision = decision
        answer = bed.call(CALL, TOKEN, ("Origin", ORIGIN))
        assert answer.all("Access-Control-Allow-Origin") == [ORIGIN]
        assert "RateLimit" in str(answer.header("Access-Control-Expose-Headers"))
    bed.decision = with_also(ALLOWED, ("X-Allow-Origin", "*"))
    assert bed.call(CALL, TOKEN).header("Access-Control-Allow-Origin") is None


def test_limits_are_told_with_every_answer_and_those_of_the_site_are_not(bed: Bed) -> None:
    bed.page = Reply(200, (("RateLimit", '"theirs";r=1;t=1'),), b"page")
    told = (
        ("X-Rate-Limit", '"slow";r=0;t=7'),
        ("X-Rate-Limit-Policy", '"slow";q=9;w=60'),
    )
    late = refused(403, "429", *DENIED, *told, ("X-Retry-After", "7"))
    for decision in (with_also(ALLOWED, *told), late):
        bed.decision = decision
        answer = bed.call(CALL, TOKEN)
        assert answer.all("RateLimit") == ['"slow";r=0;t=7']
        assert answer.all("RateLimit-Policy") == ['"slow";q=9;w=60']
        assert answer.header("Retry-After") == ("7" if answer.status == 429 else None)
    bed.decision = with_also(ALLOWED, ("X-Rate-Limit", "anything, else"))
    assert bed.call(CALL, TOKEN).all("RateLimit") == []


def test_a_refusal_names_the_reason_and_the_rule(bed: Bed) -> None:
    bed.decision = refused(
        403,
        "403",
        ("X-Deny-Error", "access_denied"),
        ("X-Deny-Description", "Passwords end this year"),
        ("X-Deny-Reason", "basic-blocked"),
        ("X-Deny-Rule", "legacy.exception.old-robot"),
    )
    assert bed.call(CALL, PASSWORD).json == refusal(
        "access_denied",
        "Passwords end this year",
        reason="basic-blocked",
        rule="legacy.exception.old-robot",
    )
    bed.decision = refused(403, "403", *DENIED[:2], ("X-Deny-Rule", 'x","admin":"'))
    assert "rule" not in bed.call(CALL, PASSWORD).json
