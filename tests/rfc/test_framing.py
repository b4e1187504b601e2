"""Requests that two readers could frame differently, at our own server (HT-03, CA-04, TK-01)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from tests.rfc.raw import request
from tests.rfc.served import FORM_TYPE, GRANT

if TYPE_CHECKING:
    from tests.rfc.served import Served

LENGTH: Final = f"Content-Length: {len(GRANT)}"
CHUNKED: Final = "Transfer-Encoding: chunked"
CHUNKS: Final = b"%x\r\n%b\r\n0\r\n\r\n" % (len(GRANT), GRANT)
HIDDEN: Final = request("GET", "/livez")
"""A second request that stands in the body for one reader, and behind it for another."""

AMBIGUOUS: Final[dict[str, tuple[tuple[str, ...], bytes]]] = {
    "length beside chunks": ((f"Content-Length: {5 + len(HIDDEN)}", CHUNKED), b"0\r\n\r\n"),
    "chunks beside length": ((CHUNKED, "Content-Length: 4"), CHUNKS),
    "both, and both fit": ((f"Content-Length: {len(CHUNKS)}", CHUNKED), CHUNKS),
    "two lengths": ((LENGTH, "Content-Length: 5"), GRANT),
    "two lengths, the other way": (("Content-Length: 5", LENGTH), GRANT),
    "two lengths in one header": ((f"{LENGTH}, 5",), GRANT),
    "the same length twice in one header": ((f"{LENGTH}, {len(GRANT)}",), GRANT),
    "signed length": ((f"Content-Length: +{len(GRANT)}",), GRANT),
    "negative length": (("Content-Length: -1",), GRANT),
    "hexadecimal length": ((f"Content-Length: {len(GRANT):#x}",), GRANT),
    "length with an exponent": (("Content-Length: 1e1",), GRANT),
    "empty length": (("Content-Length:",), GRANT),
    "length beyond 64 bit": (("Content-Length: 99999999999999999999",), GRANT),
    "two codings": ((CHUNKED, "Transfer-Encoding: identity"), CHUNKS),
    "chunked not last": (("Transfer-Encoding: chunked, identity",), CHUNKS),
    "identity": (("Transfer-Encoding: identity", LENGTH), GRANT),
    "almost chunked": (("Transfer-Encoding: xchunked",), CHUNKS),
    "chunked with a parameter": (("Transfer-Encoding: chunked;q=1",), CHUNKS),
    "chunked in quotes": (('Transfer-Encoding: "chunked"',), CHUNKS),
    "chunked behind a vertical tab": (("Transfer-Encoding: \x0bchunked",), CHUNKS),
    "chunked before NUL": (("Transfer-Encoding: chunked\0",), CHUNKS),
    "blank before the colon": ((f"Content-Length : {len(GRANT)}",), GRANT),
    "folded header": ((LENGTH, "X-Folded: a\r\n b"), GRANT),
    "folded length": ((f"Content-Length:\r\n {len(GRANT)}",), GRANT),
    "folded coding": (("Transfer-Encoding:\r\n chunked",), CHUNKS),
    "header without a name": ((LENGTH, ": x"), GRANT),
    "header without a colon": ((LENGTH, "X-Nothing"), GRANT),
    "NUL in a header": ((LENGTH, "X-Nul: a\0b"), GRANT),
    "carriage return in a header": ((LENGTH, "X-Return: a\rb"), GRANT),
}
BROKEN_CHUNKS: Final = (
    b"zz\r\n",
    b"-1\r\n\r\n",
    b"0x5\r\n&a=bc\r\n0\r\n\r\n",
    b"+5\r\n&a=bc\r\n0\r\n\r\n",
    b"5\n&a=bc\n0\n\n",
    b"5\r\n&a=bcXX0\r\n\r\n",
    b"5\r\n&a",
    b"ffffffffffffffffff\r\n",
    b"5;" + b"x" * 20_000 + b"\r\n&a=bc\r\n0\r\n\r\n",
    b"0\r\nContent-Length: 5\r\n\r\n",
    b"",
)
NO_HTTP: Final = (
    b"GET /livez\r\n\r\n",
    b"GET /livez HTTP/2.0\r\nHost: localhost\r\n\r\n",
    b"GET /livez HTTP/1.1\rHost: localhost\r\r",
    b"GET  /livez HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /livez HTTP/1.1 x\r\nHost: localhost\r\n\r\n",
    b"GET /li vez HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"\0\0\0\0\r\n\r\n",
)


@pytest.mark.rule("HT-03")
@pytest.mark.parametrize("case", AMBIGUOUS)
def test_ambiguous_framing_is_refused_and_nothing_behind_it_is_read(
    served: Served, case: str
) -> None:
    headers, body = AMBIGUOUS[case]
    heard = served.post_token(*headers, body=body + HIDDEN)
    assert [status for status in heard.statuses if status not in {400, 411}] == []
    assert heard.closed
    assert b"access_token" not in heard.said
    assert b"alive" not in heard.said


@pytest.mark.rule("HT-03")
def test_a_request_in_chunks_never_passes_for_a_whole_one(served: Served) -> None:
    head = b"%x\r\n%b\r\n" % (len(GRANT), GRANT)
    for rest in (b"0\r\n\r\n", *BROKEN_CHUNKS):
        heard = served.post_token(CHUNKED, body=head + rest)
        assert heard.statuses[:1] == [411]
        assert b"access_token" not in heard.said
    heard = served.knock("POST", "/", CHUNKED, body=CHUNKS)
    assert heard.statuses == [411]


@pytest.mark.rule("HT-03")
def test_two_hosts_are_refused(served: Served) -> None:
    for second in ("Host: evil.example", "Host: localhost", "host: evil.example"):
        for target in ("/livez", "/", "/.well-known/openid-configuration"):
            heard = served.knock("GET", target, second)
            assert heard.statuses == [400]


@pytest.mark.rule("HT-03")
def test_what_is_no_http_1_is_refused(served: Served) -> None:
    for sent in NO_HTTP:
        heard = served.say(sent)
        assert heard.statuses in ([400], [])
        assert heard.closed
        assert b"alive" not in heard.said


@pytest.mark.rule("HT-03")
def test_no_other_protocol_is_spoken(served: Served) -> None:
    for headers in (
        ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQ"),
        ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"),
    ):
        assert served.knock("GET", "/livez", *headers).statuses == [200]


@pytest.mark.rule("HT-03")
def test_a_name_with_underscores_is_not_taken_for_one_with_dashes(served: Served) -> None:
    as_form = served.knock(
        "POST",
        "/oauth2/token",
        "Content_Type: application/x-www-form-urlencoded",
        served.authorization,
        LENGTH,
        body=GRANT,
    )
    assert as_form.statuses == [415]
    length = served.post_token(LENGTH, "Content_Length: 5", "Transfer_Encoding: x", body=GRANT)
    assert length.statuses in ([400], [411], [200])
    assert served.post_token(f"Content_Length: {len(GRANT)}", body=b"").statuses == [400]


@pytest.mark.rule("CA-04")
def test_two_authorization_headers_are_refused(served: Served) -> None:
    for second in (served.authorization, "Authorization: Basic eDp4", "authorization: Bearer x"):
        assert served.post_token(LENGTH, second).statuses == [401]
        other_way = served.knock(
            "POST", "/oauth2/token", FORM_TYPE, second, served.authorization, LENGTH, body=GRANT
        )
        assert other_way.statuses == [401]


@pytest.mark.rule("CA-04")
def test_credentials_in_raw_bytes_never_break_anything(served: Served) -> None:
    for value in (
        "Basic \xff\xfe\xfd",
        "Basic \x80",
        "Bäsic eDp4",
        "Basic",
        "Basic " + "A" * 9_000,
    ):
        heard = served.knock(
            "POST", "/oauth2/token", FORM_TYPE, f"Authorization: {value}", LENGTH, body=GRANT
        )
        assert heard.statuses == [401]
    megabyte = served.knock("POST", "/oauth2/token", "Authorization: Basic " + "A" * 1_048_576)
    assert megabyte.statuses in ([431], [400])


@pytest.mark.rule("TK-01")
def test_over_a_socket_too_only_post_is_allowed(served: Served) -> None:
    for method in ("GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "FOO", "post"):
        heard = served.knock(method, "/oauth2/token", served.authorization)
        assert heard.statuses == [405], method
        assert b"\r\nallow: POST\r\n" in heard.said


@pytest.mark.rule("MD-01")
def test_an_absolute_target_does_not_move_the_issuer(served: Served) -> None:
    path = "/.well-known/oauth-authorization-server"
    honest = served.knock("GET", path).said.rpartition(b"\r\n\r\n")[2]
    for target in (f"http://evil.example{path}", f"https://evil.example:1{path}"):
        heard = served.say(request("GET", target, host="Host: evil.example"))
        assert heard.statuses == [200]
        assert heard.said.rpartition(b"\r\n\r\n")[2] == honest
        assert b"evil.example" not in heard.said
