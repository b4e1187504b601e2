"""Through a real nginx: what the decision point gets, and what an allowed call becomes."""

from __future__ import annotations

from typing import Final

import pytest

from tests.gateway.sites import GATEWAY_KEY
from tests.gateway.stub_bed import BY_SESSION, CALL, DECISION_ID, SESSION, TOKEN, Bed, refusal
from tests.gateway.stub_servers import Reply


def _session(bed: Bed) -> str:
    """How the decision point is told of a session: an API host lets none pass."""
    return "1" if bed.site_configuration.is_in_front else "blocked"


@pytest.mark.rule("FA-07")
def test_the_decision_point_gets_these_headers_and_no_other(bed: Bed) -> None:
    answer = bed.call(
        CALL,
        TOKEN,
        SESSION,
        ("Content-Type", "application/json"),
        ("X-Gateway-Authorization", "Bearer mine"),
        ("X-Original-URI", "/harmless"),
        ("X-Original-Method", "GET"),
        ("X-Original-Address", "192.0.2.1"),
        ("X-Forwarded-For", "192.0.2.1"),
        ("X-Auth-User", "admin"),
        ("X-HTTP-Method-Override", "DELETE"),
        ("X-Method-Override", "PUT"),
        ("X-Original-Scheme", "https"),
        ("X-Original-Page-Mark", "1"),
        ("X-Original-Preflight", "1"),
        ("X-Original-Origin", "https://app.example.com"),
        ("X-Original-User-Agent", "somebody else"),
        ("Origin", "https://evil.example"),
        ("User-Agent", "me"),
        ("Accept", "*/*"),
        method="POST",
        body=b"{}",
    )
    ((asked,), _) = bed.take()

    assert (asked.method, asked.target, asked.body) == ("GET", "/gateway/auth-request", b"")
    assert dict(asked.headers) == {
        "Host": f"127.0.0.1:{bed.decisions.port}",
        "X-Gateway-Authorization": f"Bearer {GATEWAY_KEY}",
        "Authorization": TOKEN[1],
        "X-Original-Method": "POST",
        "X-Original-URI": CALL,
        "X-Original-Host": "localhost",
        "X-Original-Address": "127.0.0.1",
        "X-Original-Request-ID": answer.header("X-Request-ID"),
        "X-Original-Authorization": "1",
        "X-Original-Session": _session(bed),
        "X-Original-Method-Override": "1",
        "X-Original-Scheme": "loopback",
        "X-Original-User-Agent": "me",
        "X-Original-Origin": "https://evil.example",
    }
    assert len(asked.headers) == len(asked.names)


@pytest.mark.parametrize(
    ("cookie", "told"),
    [
        ("JSESSIONID=1", "1"),
        ("a=b; JSESSIONID=1", "1"),
        ("a=b,JSESSIONID=1", "1"),
        ("seraph.rememberme.cookie=1", "1"),
        ("seraph.confluence=1", "1"),
        ("cloud.session.token=1", "1"),
        ("tenant.session.token=1", "1"),
        ("crowd.token_key=1", "1"),
        ("JSESSIONIDSSO=1", "1"),
        ("studio.crowd.tokenkey=1", "1"),
        ("jsessionid =1", "1"),
        ("XJSESSIONID=1", None),
        ("a=JSESSIONID", None),
        ("seraphXconfluence=1", None),
        ("atlassian.xsrf.token=1", None),
    ],
)
def test_the_decision_point_learns_that_a_session_came_and_not_which(
    cookie: str, told: str | None, bed: Bed
) -> None:
    bed.call(CALL, TOKEN, ("Cookie", cookie))
    ((asked,), _) = bed.take()

    assert asked.header("X-Original-Session") == (told and _session(bed))
    assert "cookie" not in asked.names


def test_a_session_in_a_second_header_is_a_session_too(bed: Bed) -> None:
    bed.call(CALL, TOKEN, ("Cookie", "a=b"), ("Cookie", "JSESSIONID=1"))
    ((asked,), _) = bed.take()

    assert asked.header("X-Original-Session") == _session(bed)


OVERRIDES: Final = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")


@pytest.mark.rule("FA-07")
@pytest.mark.parametrize("name", OVERRIDES)
def test_the_decision_point_learns_that_another_method_was_asked_for(name: str, bed: Bed) -> None:
    for values in (("DELETE",), ("0",), ("GET", "DELETE"), ("DELETE", ""), ("x" * 4000,)):
        bed.call(CALL, TOKEN, *((name, value) for value in values))
        ((asked,), (seen,)) = bed.take()
        assert asked.header("X-Original-Method-Override") == "1", values
        assert name.lower() not in asked.names | seen.names


@pytest.mark.rule("FA-07")
@pytest.mark.parametrize("name", OVERRIDES)
def test_an_override_behind_an_empty_one_reaches_nobody(name: str, bed: Bed) -> None:
    # nginx reads the first only; none of them goes on, so none can be followed.
    bed.call(CALL, TOKEN, (name, ""), (name, "DELETE"))
    if bed.site_configuration.is_in_front:
        bed.call("/secure/x", SESSION, (name, ""), (name, "DELETE"))
        bed.decision = BY_SESSION
        bed.call(CALL, SESSION, (name, ""), (name, "DELETE"))
    (_, seen) = bed.take()

    assert len(seen) in {1, 3}
    assert all(name.lower() not in each.names for each in seen)


@pytest.mark.rule("FA-07")
@pytest.mark.parametrize(
    ("value", "told"), [("Bearer x", "1"), ("x", "1"), ("0", "1"), ("", None), ("  ", None)]
)
def test_the_decision_point_learns_that_a_credential_came(
    value: str, told: str | None, bed: Bed
) -> None:
    bed.call(CALL, ("Authorization", value))
    ((asked,), _) = bed.take()

    assert asked.header("X-Original-Authorization") == told


def test_an_allowed_call_goes_on_as_the_account(bed: Bed) -> None:
    answer = bed.call(CALL, TOKEN)
    ((asked,), (seen,)) = bed.take()

    assert (answer.status, answer.body) == (200, b"site:")
    assert (seen.method, seen.target) == ("GET", CALL)
    assert seen.header("Authorization") == "Bearer of-the-site"
    assert seen.header("X-Decision-Id") == answer.header("X-Decision-Id") == DECISION_ID
    assert seen.header("X-Request-ID") == asked.header("X-Original-Request-ID")


def test_a_site_that_does_not_answer_is_told_from_a_missing_decision(bed: Bed) -> None:
    bed.page = Reply(raw=b"")
    answer = bed.call(CALL, TOKEN)

    assert answer.status == 502
    assert answer.json == refusal("site_unavailable", "the site did not answer")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 502, 503, 504])
def test_refusals_and_failures_of_the_site_itself_pass_untouched(status: int, bed: Bed) -> None:
    bed.page = Reply(
        status,
        (("Content-Type", "application/xml"), ("WWW-Authenticate", "OAuth"), ("Retry-After", "9")),
        b"<its-own/>",
    )
    answer = bed.call(CALL, TOKEN)

    assert (answer.status, answer.body) == (status, b"<its-own/>")
    assert answer.header("WWW-Authenticate") == "OAuth"
    assert answer.header("Retry-After") == "9"
    assert bed.logged(answer)["upstream_status"] == str(status)


def test_the_site_cannot_redirect_inside_of_nginx(bed: Bed) -> None:
    inside = f"/_authserver/{bed.site_configuration.gateway}/decision"
    bed.page = Reply(200, (("X-Accel-Redirect", inside), ("X-Accel-Buffering", "no")), b"page")

    assert bed.call(CALL, TOKEN).body == b"page"
    assert len(bed.take()[0]) == 1


@pytest.mark.rule("FA-03")
@pytest.mark.parametrize("name", ["decision", "refused"])
def test_the_inner_locations_are_not_there_for_callers(name: str, bed: Bed) -> None:
    answer = bed.call(f"/_authserver/jira-main/{name}", TOKEN)

    assert (answer.status, answer.json["error"]) == (404, "invalid_request")
    assert bed.take() == ([], [])


@pytest.mark.parametrize(
    ("target", "reason", "description"),
    [
        ("/rest/a;b", "path-ambiguous", "the target can be read in more than one way"),
        ("/rest/a?os_username=x", "credential-in-query", "no credentials in the query"),
    ],
)
def test_what_nginx_refuses_by_itself_says_why(
    target: str, reason: str, description: str, bed: Bed
) -> None:
    answer = bed.call(target, TOKEN)

    assert bed.logged(answer)["deny_reason"] == reason
    assert (answer.status, answer.json["error_description"]) == (400, description)


@pytest.mark.rule("FA-01")
@pytest.mark.parametrize(
    "header",
    [
        ("Authorization", "Bearer \x7f"),
        ("Authorization", "Bearer \x0b"),
        ("Authorization", "\xff"),
        ("X-HTTP-Method-Override", "DELETE\x0b"),
        ("X-Method-Override", "\xff"),
    ],
    ids=ascii,
)
def test_what_the_decision_point_could_not_be_told_is_refused(
    header: tuple[str, str], bed: Bed
) -> None:
    answer = bed.call(CALL, header)

    assert bed.logged(answer)["deny_reason"] == "header-unreadable"
    assert answer.status == 400
    assert bed.take() == ([], [])
