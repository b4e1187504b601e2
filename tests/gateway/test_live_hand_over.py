"""Through a real nginx: only the hand-over that a file was rendered for opens the site (FA-07)."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from http.client import HTTPResponse
from typing import TYPE_CHECKING, Final

import pytest

from authserver.domain.hand_over import HandOverKind
from authserver.gateway.site_configuration import Mode
from tests.gateway.sites import IDENTITY_HEADER
from tests.gateway.stub_bed import CALL, DECISION_ID, SESSION, TOKEN, Bed, a_bed
from tests.gateway.stub_servers import Reply

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ID: Final = ("X-Decision-Id", DECISION_ID)
CREDENTIAL: Final = ("X-Upstream-Authorization", "Bearer of-the-site")
IDENTITY: Final = ("X-Upstream-Identity", "bob")
PASS: Final = ("X-Upstream-Session", "pass")
HEADER: Final = f"identity-header:{IDENTITY_HEADER}"
WHOLE: Final = {
    HandOverKind.SERVICE_CREDENTIAL: ("service-credential", CREDENTIAL),
    HandOverKind.ASSERTION: ("assertion", CREDENTIAL),
    HandOverKind.IDENTITY_HEADER: (HEADER, IDENTITY),
}
EVERY: Final = ("service-credential", "assertion", HEADER, "identity-header:X-Somebody")
NO_HAND_OVER: Final = (
    *("", "pass", "as-rendered", "identity-header:", "identity-header", "|", "service-credential,"),
    *("Service-Credential", "service-credential:", "assertion service-credential", HEADER + "|"),
)
CONTENTS: Final = ("|", "|x", "x|", ":", "::", ":identity:", "identity", "credential:", "$asv_user")


@pytest.fixture(scope="module")
def beds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[HandOverKind, Bed]]:
    with ExitStack() as stack:
        yield {
            kind: stack.enter_context(
                a_bed(tmp_path_factory.mktemp("bed"), mode=Mode.IN_FRONT, hand_over=kind)
            )
            for kind in HandOverKind
        }


@pytest.fixture(params=list(HandOverKind))
def kind(request: pytest.FixtureRequest) -> HandOverKind:
    named: HandOverKind = request.param
    return named


@pytest.fixture
def bed(kind: HandOverKind, beds: dict[HandOverKind, Bed]) -> Bed:
    beds[kind].reset()
    return beds[kind]


def _opens(bed: Bed, *headers: tuple[str, str], credential: tuple[str, str] = TOKEN) -> bool:
    bed.decision = Reply(200, headers)
    answer = bed.call(CALL, credential)
    seen = bed.take()[1]
    assert (answer.status == 200) is (len(seen) == 1)
    assert answer.status in {200, 503}
    return len(seen) == 1


def _reason(bed: Bed, *headers: tuple[str, str], credential: tuple[str, str] = TOKEN) -> str:
    bed.decision = Reply(200, headers)
    answer = bed.call(CALL, credential)
    assert (answer.status, bed.take()[1]) == (503, [])
    assert answer.json["error"] == "temporarily_unavailable"
    return str(bed.logged(answer)["deny_reason"])


def test_the_hand_over_of_the_file_opens_the_site(kind: HandOverKind, bed: Bed) -> None:
    stated, value = WHOLE[kind]

    assert _opens(bed, ID, ("X-Hand-Over", stated), value)


@pytest.mark.rule("FA-07")
def test_another_hand_over_opens_nothing_and_the_log_says_why(kind: HandOverKind, bed: Bed) -> None:
    for stated in EVERY:
        if stated != WHOLE[kind][0]:
            for values in ((CREDENTIAL,), (IDENTITY,), (CREDENTIAL, IDENTITY), ()):
                reason = _reason(bed, ID, ("X-Hand-Over", stated), *values)
                assert reason == "hand-over-changed"


@pytest.mark.rule("FA-07")
def test_what_is_no_hand_over_opens_nothing(kind: HandOverKind, bed: Bed) -> None:
    assert _reason(bed, ID, WHOLE[kind][1]) == "not-understood"
    for stated in NO_HAND_OVER:
        headers = (ID, ("X-Hand-Over", stated), WHOLE[kind][1])
        assert not _opens(bed, *headers), stated


@pytest.mark.rule("FA-07")
def test_a_permission_that_is_not_whole_opens_nothing(kind: HandOverKind, bed: Bed) -> None:
    stated, value = ("X-Hand-Over", WHOLE[kind][0]), WHOLE[kind][1]
    other = IDENTITY if value is CREDENTIAL else CREDENTIAL
    for headers in (
        (),
        (ID,),
        (ID, stated),
        (ID, stated, other),
        (ID, stated, value, other),
        (ID, stated, value, PASS),
        (ID, stated, value, ("X-Upstream-Session", "x")),
        (ID, stated, (value[0], "")),
        (stated, value),
        (("X-Decision-Id", "short"), stated, value),
        (("X-Decision-Id", f"{DECISION_ID}:as-rendered:credential::"), stated, value),
        (ID, ("X-Hand-Over", "session"), PASS),
    ):
        assert _reason(bed, *headers) == "not-understood", headers


def test_nothing_in_an_account_plays_a_part(kind: HandOverKind, bed: Bed) -> None:
    stated, (name, _) = WHOLE[kind]
    other = CREDENTIAL[0] if name == IDENTITY[0] else IDENTITY[0]
    for content in CONTENTS:
        assert _opens(bed, ID, ("X-Hand-Over", stated), (name, content), ("X-Auth-Account", "|"))
        assert not _opens(bed, ID, ("X-Hand-Over", stated), (other, content))


@pytest.mark.rule("FA-12")
def test_a_session_goes_on_by_the_hand_over_of_sessions_only(kind: HandOverKind, bed: Bed) -> None:
    session = ("X-Hand-Over", "session")
    assert _opens(bed, ID, session, PASS, credential=SESSION)
    for headers in (
        (ID, PASS),
        (ID, session),
        (ID, session, PASS, CREDENTIAL),
        (ID, session, PASS, IDENTITY),
        (ID, ("X-Hand-Over", WHOLE[kind][0]), PASS),
        (ID, ("X-Hand-Over", WHOLE[kind][0]), WHOLE[kind][1]),
        (session, PASS),
    ):
        assert _reason(bed, *headers, credential=SESSION) == "not-understood", headers


def test_where_no_hand_over_is_set_no_call_with_a_token_goes_on(tmp_path: Path) -> None:
    with a_bed(tmp_path, mode=Mode.IN_FRONT, hand_over=None) as bed:
        for stated in (*EVERY, ""):
            headers = (ID, ("X-Hand-Over", stated))
            assert not _opens(bed, *headers, CREDENTIAL)
            assert not _opens(bed, *headers, IDENTITY)
        assert _opens(bed, ID, ("X-Hand-Over", "session"), PASS, credential=SESSION)


@pytest.mark.parametrize("mode", list(Mode))
def test_an_assertion_reaches_the_site_before_the_body_does(mode: Mode, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as site:
        site.settimeout(20)
        upstream = f"http://127.0.0.1:{site.getsockname()[1]}"
        with (
            a_bed(tmp_path, mode=mode, hand_over=HandOverKind.ASSERTION, upstream=upstream) as bed,
            socket.create_connection(("127.0.0.1", bed.port), timeout=20) as caller,
        ):
            bed.decision = Reply(200, (ID, ("X-Hand-Over", "assertion"), CREDENTIAL))
            head = f"POST {CALL} HTTP/1.1\r\nHost: x\r\n{TOKEN[0]}: {TOKEN[1]}\r\n"
            caller.sendall(head.encode() + b"Content-Length: 4\r\n\r\nab")
            connection = site.accept()[0]
            with connection, connection.makefile("rb") as received:
                connection.settimeout(20)
                lines = list(iter(received.readline, b"\r\n"))
                assert b"Authorization: Bearer of-the-site\r\n" in lines
                assert b"Content-Length: 4\r\n" in lines
                # Only now the rest of the body.
                caller.sendall(b"cd")
                assert received.read(4) == b"abcd"
                connection.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")
                response = HTTPResponse(caller)
                response.begin()
                assert response.status == 201


def test_an_identity_header_names_the_account_and_no_credential_goes_along(tmp_path: Path) -> None:
    stated = (ID, ("X-Hand-Over", HEADER))
    named = Reply(200, (*stated, ("X-Upstream-Identity", "|bob|x y|")))
    by_credential = Reply(200, (ID, ("X-Hand-Over", "service-credential"), CREDENTIAL))
    with a_bed(tmp_path, hand_over=HandOverKind.IDENTITY_HEADER, mode=Mode.IN_FRONT) as bed:
        bed.decision = named
        bed.call(CALL, TOKEN, (IDENTITY_HEADER, "admin"), (IDENTITY_HEADER.lower(), "root"))
        (_, (seen,)) = bed.take()
        assert seen.all(IDENTITY_HEADER) == ["|bob|x y|"]
        assert "authorization" not in seen.names

        for headers in ((SESSION,), ()):
            bed.decision = Reply(200, (ID, ("X-Hand-Over", "session"), PASS))
            bed.call("/secure/x", *headers, (IDENTITY_HEADER, "admin"))
            bed.call(CALL, SESSION, (IDENTITY_HEADER, "admin"))
            assert all(IDENTITY_HEADER.lower() not in each.names for each in bed.take()[1])

        for wrong in (by_credential, Reply(200, stated)):
            bed.decision = wrong
            assert bed.call(CALL, TOKEN, (IDENTITY_HEADER, "admin")).status == 503
            assert bed.take()[1] == []
