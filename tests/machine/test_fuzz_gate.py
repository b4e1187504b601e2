"""Hypothesis at the door: nothing that is sent makes an exception or a 5xx."""

from __future__ import annotations

import io
import logging
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from authserver.machine.client_credentials import JWT_BEARER
from tests.machine.doors import FORM, Answer, Door, basic, call

if TYPE_CHECKING:
    from collections.abc import Iterator

application = Flask(__name__)


@application.route("/", methods=["GET", "POST"])
def front() -> str:
    return "front"


DOOR = Door(pages=application.wsgi_app, proxies=["127.0.0.0/8", "fd00::/8"], unix_socket=True)

NAMES = st.sampled_from(
    [
        "grant_type",
        "scope",
        "code",
        "resource",
        "audience",
        "client_id",
        "client_secret",
        "client_assertion",
        "client_assertion_type",
        "unknown",
        "",
    ]
)
NASTY = st.sampled_from(
    [
        "",
        "%",
        "%00",
        "%zz",
        "%ff",
        "%C3%BC",
        "%E2%80%A8",
        "+",
        "a" * 2100,
        "\x00",
        "\r\nX: y",
        "'\"\\<>",
        "${x}",
        "{{7*7}}",
        JWT_BEARER,
        "=&=",
    ]
)
LATIN = st.text(st.characters(max_codepoint=255), max_size=200)
PAIRS = st.tuples(NAMES | st.text(max_size=8), NASTY | st.text(max_size=30))
BODIES = st.one_of(
    st.binary(max_size=300),
    st.lists(PAIRS, max_size=130).map(
        lambda pairs: "&".join(f"{name}={value}" for name, value in pairs).encode(
            "utf-8", "surrogatepass"
        )
    ),
)
AUTHORIZATIONS = st.none() | st.one_of(
    LATIN,
    st.tuples(st.text(max_size=20), st.text(max_size=20)).map(
        lambda pair: basic(*(part.encode("utf-8", "replace").decode() for part in pair))
    ),
    st.binary(max_size=60).map(lambda raw: "Basic " + raw.hex()),
    st.sampled_from(["Basic", "Basic ", "Basic a,Basic b", "Bearer x", "basic YTpi"]),
)
TYPES = st.none() | st.just(FORM) | st.sampled_from([f"{FORM};charset=utf-8", "text/x"]) | LATIN
METHODS = st.sampled_from(["GET", "POST", "HEAD", "PUT", "OPTIONS", "TRACE", "get", ""]) | LATIN
PATHS = (
    st.sampled_from(
        ["/", "/oauth2/token", "/oauth2/jwks", "/oauth2/userinfo", "/livez", "/.well-known/x", "*"]
    )
    | LATIN
    | LATIN.map(lambda text: "/" + text)
)


class Stream(io.BytesIO):
    """A request body that may break."""

    def __init__(self, content: bytes, *, breaks: bool) -> None:
        super().__init__(content)
        self._breaks = breaks

    def read(self, size: int | None = -1, /) -> bytes:
        if self._breaks:
            raise ConnectionError("the client went away")
        return super().read(size)


def assert_sound(answer: Answer) -> None:
    """What holds for every answer, whatever was asked."""
    assert answer.status < 500
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-request-id"]
    for name, value in answer.headers.items():
        assert "\r" not in name + value
        assert "\n" not in name + value


@pytest.fixture(autouse=True)
def no_error_in_the_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail when anything unexpected was logged meanwhile."""
    yield
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


@settings(max_examples=600, deadline=None)
@given(body=BODIES, authorization=AUTHORIZATIONS, content_type=TYPES, query=LATIN | st.just(""))
def test_no_form_makes_the_gate_fall(
    body: bytes, authorization: str | None, content_type: str | None, query: str
) -> None:
    answer = DOOR.post(body, authorization=authorization, content_type=content_type, query=query)
    assert_sound(answer)
    assert answer.status in (200, 400, 401, 414, 415)
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"


@settings(max_examples=600, deadline=None)
@given(
    method=METHODS,
    path=PATHS,
    body=BODIES,
    breaks=st.booleans(),
    environ=st.fixed_dictionaries(
        {},
        optional={
            "QUERY_STRING": LATIN,
            "REMOTE_ADDR": LATIN | st.sampled_from(["127.0.0.1", "", "::1", "fd00::1"]),
            "CONTENT_LENGTH": LATIN | st.sampled_from(["", "0", "5", "-1", "9" * 30, "65537"]),
            "CONTENT_TYPE": LATIN | st.just(FORM),
            "HTTP_TRANSFER_ENCODING": LATIN | st.sampled_from(["chunked", "gzip"]),
            "HTTP_AUTHORIZATION": LATIN,
            "HTTP_COOKIE": LATIN,
            "HTTP_HOST": LATIN,
            "HTTP_ACCEPT": LATIN,
            "HTTP_X_FORWARDED_FOR": LATIN | st.sampled_from(["1.2.3.4", ",", "::1%1"]),
            "HTTP_X_FORWARDED_HOST": LATIN,
            "HTTP_X_REQUEST_ID": LATIN,
            "HTTP_X_RAW_TARGET": LATIN,
            "HTTP_IF_NONE_MATCH": LATIN,
            "HTTP_X_LONG": st.sampled_from(["a" * 16_500, "a" * 10]),
            "SERVER_NAME": LATIN,
            "SERVER_PORT": LATIN,
            "SERVER_PROTOCOL": LATIN,
            "SCRIPT_NAME": LATIN,
            "wsgi.url_scheme": LATIN,
            "wsgi.input_terminated": st.booleans(),
        },
    ),
)
def test_no_environment_makes_the_shell_fall(
    method: str, path: str, body: bytes, *, breaks: bool, environ: dict[str, Any]
) -> None:
    base = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "wsgi.input": Stream(body, breaks=breaks),
        "wsgi.errors": io.StringIO(),
        "wsgi.version": (1, 0),
    }
    assert_sound(call(DOOR.shell, base | environ))


@pytest.mark.slow
@settings(max_examples=20_000, deadline=None)
@given(body=BODIES, authorization=AUTHORIZATIONS)
def test_no_form_makes_the_gate_fall_however_long_we_try(
    body: bytes, authorization: str | None
) -> None:
    assert_sound(DOOR.post(body, authorization=authorization))
