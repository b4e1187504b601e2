"""No value of a configuration can end a directive, and what cannot work is refused."""

from __future__ import annotations

from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authserver.domain.errors import InvalidField
from authserver.domain.hand_over import HandOverKind
from authserver.domain.resources import ResourceKind
from authserver.gateway.nginx import render_front, render_site
from authserver.gateway.site_configuration import Mode
from tests.gateway.sites import a_front, a_site

TEXT_FIELDS: Final = (
    "gateway",
    "resource",
    "url",
    "base_path",
    "identity_header",
    "listen",
    "server_name",
    "certificate",
    "certificate_key",
    "upstream",
    "decision_point",
    "site_host",
    "key_file",
    "ca_file",
    "log_directory",
    "max_body",
)
FRONT_FIELDS: Final = (
    "listen",
    "server_name",
    "certificate",
    "certificate_key",
    "upstream",
    "log_directory",
)
BREAKING: Final = (
    "; return 200",
    "}",
    "{",
    '"',
    "'",
    "$uri",
    "\\",
    "\n",
    "\r",
    "\t",
    " ",
    "\x00",
    "#",
    "ä",
    "%",
    "\u2028",
    "`",
    "*",
)


@pytest.mark.parametrize("field", TEXT_FIELDS)
@pytest.mark.parametrize("breaking", BREAKING)
def test_no_field_takes_what_ends_a_directive(field: str, breaking: str) -> None:
    good = _good(field)
    for value in (breaking, good + breaking, breaking + good, good[:2] + breaking + good[2:]):
        with pytest.raises(InvalidField) as refusal:
            a_site(**_with(field, value))
        assert refusal.value.field == field


@pytest.mark.parametrize("field", FRONT_FIELDS)
@pytest.mark.parametrize("breaking", BREAKING)
def test_no_field_of_the_front_does_either(field: str, breaking: str) -> None:
    good = str(getattr(a_front(), field))
    for value in (breaking, good + breaking, breaking + good):
        with pytest.raises(InvalidField) as refusal:
            a_front(**{field: value})
        assert refusal.value.field == field


@pytest.mark.parametrize("breaking", [*BREAKING, "", "example.com", "192.0.2.0/33", "192.0.2.1/24"])
def test_addresses_of_gateways_are_addresses(breaking: str) -> None:
    for value in (breaking, f"192.0.2.1{breaking}" if breaking in BREAKING else breaking):
        with pytest.raises(InvalidField, match="gateway_addresses"):
            a_front(gateway_addresses=("192.0.2.7", value))


@given(st.sampled_from(TEXT_FIELDS), st.text(st.characters(codec="utf-8"), max_size=40))
def test_whatever_is_accepted_leaves_the_shape_as_it_is(field: str, value: str) -> None:
    try:
        site = a_site(**_with(field, value))
    except InvalidField:
        return
    if site.listener.port != 443:  # which has a redirect beside it
        plain = a_site(**_with(field, _good(field)))
        assert _shape(render_site(site)) == _shape(render_site(plain))


@given(st.sampled_from(FRONT_FIELDS), st.text(st.characters(codec="utf-8"), max_size=40))
def test_whatever_the_front_accepts_leaves_its_shape(field: str, value: str) -> None:
    try:
        front = a_front(listen="8443") if field != "listen" else a_front(listen=value)
        front = a_front(**({"listen": "8443"} | {field: value}))
    except InvalidField:
        return
    if front.listener.port != 443:
        assert _shape(render_front(front)) == _shape(render_front(a_front(listen="8443")))


@pytest.mark.parametrize("kind", [ResourceKind.JIRA_CLOUD, ResourceKind.CONFLUENCE_CLOUD])
def test_nothing_is_put_in_front_of_the_cloud(kind: ResourceKind) -> None:
    with pytest.raises(InvalidField, match=r"mode: api-host .* Cloud"):
        a_site(kind=kind, mode=Mode.IN_FRONT, upstream="https://x.atlassian.net")


def test_the_cloud_is_reached_by_tls_only() -> None:
    with pytest.raises(InvalidField, match="upstream: https"):
        a_site(kind=ResourceKind.JIRA_CLOUD, upstream="http://x.atlassian.net")


def test_the_cloud_believes_no_identity_header() -> None:
    with pytest.raises(InvalidField, match="hand_over"):
        a_site(
            kind=ResourceKind.JIRA_CLOUD,
            upstream="https://x.atlassian.net",
            hand_over=HandOverKind.IDENTITY_HEADER,
        )


@pytest.mark.parametrize("listen", ["8080", "0.0.0.0:8080", "192.0.2.1:8080", "[::]:8080"])
def test_without_tls_only_this_machine_is_listened_to(listen: str) -> None:
    with pytest.raises(InvalidField, match="listen: a loopback address"):
        a_site(listen=listen, plain_http=True)
    with pytest.raises(InvalidField, match="listen: a loopback address"):
        a_front(listen=listen, plain_http=True)


@pytest.mark.parametrize("listen", ["127.0.0.1:8080", "[::1]:8080"])
def test_on_loopback_tls_may_be_missing(listen: str) -> None:
    assert f"listen {listen};" in render_site(a_site(listen=listen, plain_http=True))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("listen", "0"),
        ("listen", "65536"),
        ("listen", "256.1.1.1:80"),
        ("listen", "[::1:80"),
        ("listen", "localhost:80"),
        ("upstream", "ftp://x"),
        ("upstream", "http://x/"),
        ("upstream", "http://x:0"),
        ("upstream", "http://u@x"),
        ("upstream", "http://-x"),
        ("upstream", "http://[::1"),
        ("upstream", "http://[zz]"),
        ("decision_point", "http://x/gateway"),
        ("server_name", "*.example.com"),
        ("server_name", "a..b"),
        ("server_name", "_"),
        ("server_name", "a" * 64),
        ("certificate", "relative.crt"),
        ("certificate", "/a/../b"),
        ("certificate", "/a//b"),
        ("max_body", "0"),
        ("max_body", "-1"),
        ("max_body", "1t"),
        ("url", "https://jira.example.com/"),
        ("base_path", "/jira/"),
        ("base_path", "jira"),
        ("base_path", "/../x"),
        ("gateway", "A"),
        ("gateway", "a_b"),
        ("identity_header", "Cookie"),
        ("identity_header", "X-Forwarded-User"),
        ("identity_header", "Content-Type"),
    ],
)
def test_what_cannot_work_is_refused(field: str, value: str) -> None:
    with pytest.raises(InvalidField) as refusal:
        a_site(**_with(field, value))
    assert refusal.value.field == field


def test_an_identity_header_belongs_to_its_hand_over() -> None:
    with pytest.raises(InvalidField, match="identity_header: only with"):
        a_site(hand_over=HandOverKind.ASSERTION, identity_header="X-Remote-User")


def test_the_front_speaks_plainly_to_the_server() -> None:
    with pytest.raises(InvalidField, match="upstream: http"):
        a_front(upstream="https://127.0.0.1:8000")


def _with(field: str, value: str) -> dict[str, Any]:
    kind = {"hand_over": HandOverKind.IDENTITY_HEADER} if field == "identity_header" else {}
    # Another port than 443, or the block that redirects to TLS would come and go.
    return {"listen": "8443"} | kind | {field: value}


def _good(field: str) -> str:
    if field == "identity_header":
        return "X-Remote-User"
    return "/jira" if field == "base_path" else str(getattr(a_site(listen="8443"), field))


def _beginning(line: str) -> str:
    # A pattern of a map may hold a field, written so that it stands for itself.
    return line[:2] if line.startswith('"~') else line.split(" ", maxsplit=1)[0]


def _shape(text: str) -> list[str]:
    """The words that begin each directive outside of comments."""
    lines = (line.strip() for line in text.splitlines())
    # Texts of the log's format hold the gateway's name, and have no blanks to end it.
    begins = [_beginning(line) for line in lines if line and line[0] not in "#'"]
    # TLS to a server adds directives of its own.
    return [each for each in begins if not each.startswith(("proxy_ssl", "location"))]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("decision_point", "unix:relative.sock"),
        ("decision_point", "unix:"),
        ("decision_point", "unix:/run/../x.sock"),
        ("decision_point", "unix:/run/x.sock;"),
        ("decision_point", "Unix:/run/x.sock"),
        ("site_host", "https://jira.example.com"),
        ("site_host", "jira.example.com:"),
        ("site_host", "jira.example.com:0"),
        ("site_host", "jira.example.com:99999"),
        ("site_host", "jira.example.com:8\u0663"),
    ],
)
def test_what_is_no_socket_and_no_host_is_refused(field: str, value: str) -> None:
    with pytest.raises(InvalidField) as refusal:
        a_site(**{field: value})
    assert refusal.value.field == field
