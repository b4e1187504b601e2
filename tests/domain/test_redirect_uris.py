from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authserver.domain.authorization_profiles import ApplicationType
from authserver.domain.errors import InvalidField
from authserver.domain.redirect_uris import (
    LONGEST_REDIRECT_URI,
    check_redirect_uri,
    form_target_of,
    host_of,
    is_registered,
)

WEB, NATIVE = ApplicationType.WEB, ApplicationType.NATIVE

FOR_EVERYBODY = [
    "https://app.example.com/cb",
    "https://app.example.com",
    "https://app.example.com:8443/a/b;v=1?one=1&two=%20",
    "https://APP.example.com/cb",
    "https://xn--bcher-kva.example/cb",
    "https://192.0.2.7/cb",
    "https://[2001:db8::1]:8443/cb",
    "https://app.example.com/cb?next=a@b:c",
    "http://127.0.0.1/cb",
    "http://127.0.0.1:49152/cb",
    "http://[::1]:49152/cb",
    "http://localhost:3000/cb",
]
FOR_NATIVE = ["com.example.app:/cb", "com.example.app://cb", "com.example.app:/cb?x=1"]
REFUSED = [
    "http://app.example.com/cb",
    "http://127.0.0.2/cb",
    "http://127.0.0.1.evil.test/cb",
    "http://localhost.evil.test/cb",
    "http://[::ffff:127.0.0.1]/cb",
    "HTTP://127.0.0.1/cb",
    "com.example.app://[host]/cb",
    "HTTPS://app.example.com/cb",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "DATA:text/html;base64,eA",
    "vbscript:x",
    "file:///etc/passwd",
    "File:///etc/passwd",
    "blob:https://app.example.com/x",
    "about:blank",
    "intent://x#Intent;end",
    "ftp://app.example.com/cb",
    "app:/cb",
    "https://*.example.com/cb",
    "https://app.example.com/*",
    "https://app.example.com/cb#",
    "https://app.example.com/cb#part",
    "https://user@app.example.com/cb",
    "https://user:word@app.example.com/cb",
    "https://@app.example.com/cb",
    "https://a@b@app.example.com/cb",
    "com.example.app://user@host/cb",
    "/cb",
    "//app.example.com/cb",
    "app.example.com/cb",
    "cb",
    "",
    "https:",
    "https:/cb",
    "https:///cb",
    "https://",
    "https:app.example.com/cb",
    "https://:8443/cb",
    "https://app.example.com:/cb",
    "https://app.example.com:0/cb",
    "https://app.example.com:08443/cb",
    "https://app.example.com:65536/cb",
    "https://app.example.com:99999999999999999999/cb",
    "https://app.example.com:8443:8443/cb",
    "https://app.example.com./cb",
    "https://app..example.com/cb",
    "https://-app.example.com/cb",
    "https://2130706433/cb",
    "https://0x7f.1/cb",
    "https://256.1.1.1/cb",
    "https://[::1/cb",
    "https://::1/cb",
    "https://[v1.x]/cb",
    "https://app.example.com/a/../cb",
    "https://app.example.com/a/./cb",
    "https://app.example.com/a/%2e%2E/cb",
    "https://app.example.com/..",
    "https://app.example.com/[cb]",
    "https://app.example.com\\cb",
    "https://app.example.com/c b",
    " https://app.example.com/cb",
    "https://app.example.com/cb ",
    "https://app.example.com/cb\n",
    "https://app.example.com/\tcb",
    "https://app.example.com/cb\0",
    "https://app.example.com/cb%",
    "https://app.example.com/cb%2",
    "https://app.example.com/cb%zz",
    "https://bücher.example/cb",
    "https://app.example.com/cb?x=<b>",
    'https://app.example.com/cb?x="',
    "Com.Example.App:/cb",
    "com.example.app:",
    "com.example.app:/",
    "com.:/cb",
    "https://app.example.com/" + "a" * LONGEST_REDIRECT_URI,
]
NO_TEXTS: list[object] = [
    None,
    1,
    True,
    ["https://app.example.com/cb"],
    {},
    b"https://app.example.com/cb",
]


@pytest.mark.parametrize("uri", FOR_EVERYBODY)
@pytest.mark.parametrize("application_type", ApplicationType)
def test_https_and_this_machine_may_be_registered_by_everybody(
    uri: str, application_type: ApplicationType
) -> None:
    assert check_redirect_uri("redirect_uris", uri, application_type) == uri
    assert is_registered(uri, [uri], application_type)


@pytest.mark.parametrize("uri", FOR_NATIVE)
def test_a_scheme_of_ones_own_is_for_native_clients_only(uri: str) -> None:
    assert check_redirect_uri("redirect_uris", uri, NATIVE) == uri
    with pytest.raises(InvalidField):
        check_redirect_uri("redirect_uris", uri, WEB)


@pytest.mark.parametrize("uri", [*REFUSED, *NO_TEXTS])
@pytest.mark.parametrize("application_type", ApplicationType)
def test_a_dangerous_uri_is_refused_by_its_field(
    uri: object, application_type: ApplicationType
) -> None:
    with pytest.raises(InvalidField) as refused:
        check_redirect_uri("redirect_uris", uri, application_type)
    assert refused.value.field == "redirect_uris"
    assert "alert" not in str(refused.value)


def test_nothing_is_registered_with_a_client_that_has_no_uri() -> None:
    assert not is_registered("https://app.example.com/cb", [], WEB)
    assert not is_registered("", [], WEB)


@pytest.mark.parametrize(
    "registered", ["http://127.0.0.1/cb", "http://127.0.0.1:8000/cb", "http://127.0.0.1:1/cb"]
)
@pytest.mark.parametrize("port", ["", ":1", ":80", ":49152", ":65535"])
def test_the_port_of_a_native_clients_loopback_address_is_free(registered: str, port: str) -> None:
    presented = f"http://127.0.0.1{port}/cb"
    assert is_registered(presented, [registered], NATIVE)
    assert is_registered(presented, [registered], WEB) is (presented == registered)


def test_the_two_loopback_addresses_do_not_stand_for_each_other() -> None:
    assert is_registered("http://[::1]:5000/cb", ["http://[::1]/cb"], NATIVE)
    assert not is_registered("http://[::1]:5000/cb", ["http://127.0.0.1/cb"], NATIVE)
    assert not is_registered("http://127.0.0.1:5000/cb", ["http://[::1]/cb"], NATIVE)


@pytest.mark.parametrize(
    "presented",
    [
        "http://127.0.0.1:5000/other",
        "http://127.0.0.1:5000/cb/",
        "http://127.0.0.1:5000/cb?x=1",
        "http://127.0.0.1:5000/cb#x",
        "http://127.0.0.1:5000",
        "https://127.0.0.1:5000/cb",
        "HTTP://127.0.0.1:5000/cb",
        "http://localhost:5000/cb",
        "http://127.0.0.1.evil.test:5000/cb",
        "http://127.0.0.1:5000.evil.test/cb",
        "http://127.0.0.1:5000@evil.test/cb",
        "http://evil.test@127.0.0.1:5000/cb",
        "http://[::ffff:127.0.0.1]:5000/cb",
        "http://127.1:5000/cb",
        "http://127.0.0.2:5000/cb",
        "http://0x7f000001:5000/cb",
        "http://127.0.0.1:/cb",
        "http://127.0.0.1:0/cb",
        "http://127.0.0.1:05000/cb",
        "http://127.0.0.1:65536/cb",
        "http://127.0.0.1:١٢٣/cb",
        "http://127.0.0.1:1٢/cb",
        "http://127.0.0.1: 5000/cb",
        "http://127.0.0.1:5000\\cb",
        "http://127.0.0.1:5000/cb\n",
    ],
)
def test_everything_but_the_port_stays_exact(presented: str) -> None:
    assert not is_registered(presented, ["http://127.0.0.1/cb"], NATIVE)


def test_localhost_has_no_free_port() -> None:
    assert not is_registered("http://localhost:5000/cb", ["http://localhost/cb"], NATIVE)


def test_the_port_of_a_private_scheme_or_of_https_is_not_free() -> None:
    assert not is_registered("https://127.0.0.1:5000/cb", ["https://127.0.0.1/cb"], NATIVE)
    assert not is_registered("com.a.b://127.0.0.1:1/cb", ["com.a.b://127.0.0.1/cb"], NATIVE)


@given(st.text(), st.sampled_from(ApplicationType))
def test_any_text_is_judged_and_what_passes_is_unchanged(
    text: str, application_type: ApplicationType
) -> None:
    try:
        checked = check_redirect_uri("redirect_uris", text, application_type)
    except InvalidField:
        return
    assert checked == text
    assert text.isascii()


@pytest.mark.parametrize(
    ("uri", "host", "target"),
    [
        ("https://app.example.com/cb", "app.example.com", "https://app.example.com"),
        (
            "https://app.example.com:8443/cb?x",
            "app.example.com:8443",
            "https://app.example.com:8443",
        ),
        ("http://127.0.0.1:5000/cb", "127.0.0.1:5000", "http://127.0.0.1:5000"),
        ("http://[::1]:5000/cb", "[::1]:5000", "http:"),
        ("com.example.app:/cb", "com.example.app:", "com.example.app:"),
        ("com.example.app://cb", "com.example.app:", "com.example.app:"),
    ],
)
def test_pages_name_the_host_and_let_forms_lead_there_only(
    uri: str, host: str, target: str
) -> None:
    assert host_of(uri) == host
    assert form_target_of(uri) == target
