"""Through a real nginx: which headers and cookies pass, in both directions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from authserver.gateway.header_lists import BLANKED_FOR_BROWSERS, PASSED_WITH_A_TOKEN
from authserver.gateway.site_configuration import Mode
from tests.gateway.stub_bed import (
    ALLOWED,
    BY_SESSION,
    CALL,
    DECISION_ID,
    SESSION,
    TOKEN,
    Bed,
    a_bed,
    without,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAGE: Final = "/secure/Dashboard.jspa?x=1"
OURS: Final = {
    "Host": "jira.example.com",
    "X-Forwarded-For": "127.0.0.1",
    "X-Forwarded-Proto": "http",
    "X-Forwarded-Host": "jira.example.com",
}
SPOOFED: Final = tuple(
    (name, "spoofed")
    for name in (
        *BLANKED_FOR_BROWSERS,
        "X-Forwarded-For",
        "X-Forwarded-Proto",
        "X-Forwarded-Host",
        "X-Request-ID",
        "X-Decision-Id",
        "X_Remote_User",
        "Remote_User",
    )
    if name not in {"Expect", "TE"}
)
NAMES_SOMEBODY: Final = (
    *(f"X-Seraph-Trusted-App-{part}" for part in ("ID", "Cert", "Magic", "Signature", "Version")),
    *("X-Seraph-Trusted-App-TX", "iv-user", "SM-User", "SM_USER", "REMOTE_USER", "Remote-User"),
    *("X-Username", "X-Forwarded-Client-Cert", "X-SSL-Client-Cert", "X-Client-Cert"),
    *("X-Remote-Groups", "X-Forwarded-Groups", "X-Forwarded-Email", "X-WEBAUTH-USER"),
    *("X-Authenticated-User", "Remote-Groups", "X-Auth-Request-User"),
)
XSRF: Final = ("X-Atlassian-Token", "no-check")


@pytest.fixture(scope="module")
def module_front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bed]:
    with a_bed(tmp_path_factory.mktemp("bed"), mode=Mode.IN_FRONT) as bed:
        yield bed


@pytest.fixture
def in_front(module_front: Bed) -> Bed:
    module_front.reset()
    return module_front


@pytest.mark.rule("FA-07")
def test_a_call_with_a_token_brings_only_what_is_listed(bed: Bed) -> None:
    listed = tuple((name, f"value of {name}") for name in PASSED_WITH_A_TOKEN)
    answer = bed.call(CALL, TOKEN, SESSION, XSRF, *SPOOFED, *listed, ("X-Whatever", "1"))
    (_, (seen,)) = bed.take()

    assert dict(seen.headers) == {
        **dict(listed),
        **OURS,
        "X-Atlassian-Token": "no-check",
        "Authorization": "Bearer of-the-site",
        "X-Decision-Id": DECISION_ID,
        "X-Request-ID": answer.header("X-Request-ID"),
    }
    assert len(seen.headers) == len(seen.names)


@pytest.mark.rule("FA-07")
@pytest.mark.parametrize(
    "header",
    [
        "X_Remote_User: admin",
        "X-Remote-User : admin",
        " X-Remote-User: admin",
        "X-Remote-User\t: admin",
        "X-Remote-User:\x00admin",
        "X-Remote.User: admin",
        ": admin",
        "X-Remote-User",
    ],
)
def test_odd_spellings_of_headers_do_not_pass(header: str, in_front: Bed) -> None:
    raw = f"GET {PAGE} HTTP/1.1\r\nHost: x\r\n{header}\r\nConnection: close\r\n\r\n"
    answer = in_front.send(raw.encode())

    assert answer.status in {200, 400}
    for seen in in_front.site.take():
        assert all("user" not in name for name in seen.names)


@pytest.mark.rule("FA-15")
@pytest.mark.parametrize("target", [PAGE, CALL])
def test_a_browser_keeps_its_own_headers_and_loses_those_that_pretend(
    target: str, in_front: Bed
) -> None:
    in_front.decision = BY_SESSION
    own = (("X-Whatever", "1"), ("Referer", "https://jira.example.com/"), ("Accept", "*/*"))
    answer = in_front.call(target, SESSION, XSRF, *SPOOFED, *own)
    (_, (seen,)) = in_front.take()

    decision = {"X-Decision-Id": DECISION_ID} if target == CALL else {}
    assert dict(seen.headers) == {
        **OURS,
        **dict(own),
        **decision,
        "Cookie": SESSION[1],
        "X-Request-ID": answer.header("X-Request-ID"),
    }


@pytest.mark.rule("FA-07")
@pytest.mark.parametrize("name", NAMES_SOMEBODY)
def test_headers_that_name_somebody_to_a_plugin_are_blanked(name: str, in_front: Bed) -> None:
    in_front.call(PAGE, SESSION, (name, "admin"))
    in_front.call(PAGE, (name.upper(), "admin"))
    in_front.decision = BY_SESSION
    in_front.call(CALL, SESSION, (name.lower(), "admin"))
    (_, seen) = in_front.take()

    assert len(seen) == 3
    assert not any(value == "admin" for each in seen for _, value in each.headers)


@pytest.mark.rule("FA-15")
def test_the_header_against_forgery_passes_where_no_session_is(in_front: Bed) -> None:
    in_front.call(PAGE, XSRF)
    in_front.call(PAGE, XSRF, SESSION)
    in_front.call(PAGE, XSRF, SESSION, TOKEN)
    (_, seen) = in_front.take()

    assert [each.header("X-Atlassian-Token") for each in seen] == ["no-check", None, None]


def test_a_call_without_credentials_does_not_speak_with_the_header_against_forgery(
    bed: Bed,
) -> None:
    bed.call(CALL, XSRF)
    (_, (seen,)) = bed.take()

    assert "x-atlassian-token" not in seen.names


@pytest.mark.rule("FA-07")
@pytest.mark.parametrize("credential", ["Bearer x", "Basic YTpi", "OAuth a=b", "JWT x", "x"])
def test_pages_get_no_authorization(credential: str, in_front: Bed) -> None:
    in_front.call(PAGE, SESSION, ("Authorization", credential), ("Proxy-Authorization", credential))
    (asked, (seen,)) = in_front.take()

    assert asked == []
    assert not {"authorization", "proxy-authorization"} & seen.names


def test_pages_bring_cookies_in_both_directions(in_front: Bed) -> None:
    answer = in_front.call(PAGE, SESSION, ("Cookie", "e=f"))
    (_, (seen,)) = in_front.take()

    assert seen.header("Cookie") == "a=b; JSESSIONID=0123; c=d; e=f"
    assert len(answer.all("Set-Cookie")) == 2


@pytest.mark.rule("FA-12")
def test_no_cookie_passes_beside_a_token_and_no_session_of_the_account_comes_back(
    bed: Bed,
) -> None:
    for headers in ((TOKEN,), (TOKEN, SESSION), (SESSION, TOKEN), (TOKEN, ("Cookie", "a=b"))):
        answer = bed.call(CALL, *headers)
        (_, (seen,)) = bed.take()

        assert answer.all("Set-Cookie") == []
        assert "cookie" not in seen.names


def test_on_a_host_for_tokens_a_session_alone_brings_nothing(tmp_path: Path) -> None:
    with a_bed(tmp_path) as bed:
        bed.decision = BY_SESSION
        answer = bed.call(CALL, SESSION)

        assert answer.status == 503
        assert bed.take()[1] == []


def test_a_session_goes_on_only_when_the_decision_says_so(in_front: Bed) -> None:
    for decision in (ALLOWED, without(BY_SESSION, "X-Upstream-Session")):
        in_front.decision = decision
        assert in_front.call(CALL, SESSION).status == 503
        assert in_front.take()[1] == []

    in_front.decision = BY_SESSION
    answer = in_front.call(CALL, SESSION, method="POST", body=b"x" * 70_000)
    ((asked,), (seen,)) = in_front.take()

    assert answer.status == 200
    assert len(answer.all("Set-Cookie")) == 2
    assert (seen.method, seen.target, len(seen.body)) == ("POST", CALL, 70_000)
    assert asked.header("X-Original-URI") == CALL
    assert asked.header("X-Original-Method") == "POST"
    assert in_front.logged(answer)["session"] == "pass"


@pytest.mark.rule("FA-12")
def test_a_session_beside_an_authorization_header_is_judged_as_both(in_front: Bed) -> None:
    in_front.decision = BY_SESSION
    answer = in_front.call(CALL, SESSION, TOKEN)
    ((asked,), seen) = in_front.take()

    assert asked.header("X-Original-Session") == "1"
    assert asked.header("Authorization") == TOKEN[1]
    assert (answer.status, seen) == (503, [])


@pytest.mark.rule("FA-12")
@pytest.mark.parametrize("second", [TOKEN, ("Authorization", "Basic YTpi"), ("authorization", "")])
def test_two_credentials_in_headers_are_one_too_many(second: tuple[str, str], bed: Bed) -> None:
    answer = bed.call(CALL, TOKEN, second)

    assert (answer.status, answer.json["error"]) == (400, "invalid_request")
    assert bed.take() == ([], [])


@pytest.mark.rule("FA-08")
@pytest.mark.trap(7)
def test_the_address_of_the_caller_is_the_one_of_its_connection(bed: Bed) -> None:
    for forged in ("10.0.0.1", "a", "10.0.0.1, " * 50 + "10.0.0.2", "::ffff:10.0.0.1"):
        bed.call(CALL, TOKEN, ("X-Forwarded-For", forged), ("X-Real-IP", forged),
                 ("Forwarded", f"for={forged}"), ("X-Forwarded-For", "10.0.0.3"))  # fmt: skip
        ((asked,), (seen,)) = bed.take()

        assert asked.header("X-Original-Address") == "127.0.0.1"
        assert seen.header("X-Forwarded-For") == "127.0.0.1"
        assert not {"x-real-ip", "forwarded"} & seen.names


@pytest.mark.parametrize("target", [PAGE, CALL])
def test_connections_are_not_upgraded(target: str, bed: Bed) -> None:
    upgrade = (("Connection", "Upgrade, HTTP2-Settings"), ("Upgrade", "h2c"),
               ("HTTP2-Settings", "AAMAAABkAAQCAAAAAAIAAAAA"))  # fmt: skip
    raw = "".join(f"{name}: {value}\r\n" for name, value in (*upgrade, TOKEN))
    answer = bed.send(f"GET {target} HTTP/1.1\r\nHost: x\r\n{raw}\r\n".encode())
    (_, (seen,)) = bed.take()

    assert answer.status == 200
    assert not {"upgrade", "http2-settings", "connection"} & seen.names


def test_the_host_for_the_site_is_its_own(bed: Bed) -> None:
    for target in (CALL, f"http://evil.example{CALL}"):
        bed.call(target, TOKEN, host="evil.example")
        (_, (seen,)) = bed.take()

        assert seen.header("Host") == seen.header("X-Forwarded-Host") == "jira.example.com"
        assert seen.target == CALL


def test_the_site_does_not_name_decisions(bed: Bed) -> None:
    assert bed.call(CALL, TOKEN).header("X-Decision-Id") == DECISION_ID
    assert bed.call("/page").header("X-Decision-Id") in {None, DECISION_ID}
