"""The stand-in refuses what a site must refuse, and notes what a gateway must take away."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING

import pytest

from authserver.domain.resources import ResourceKind
from tests.standin.calls import CREDENTIAL, OWNER, get, last, standing_in
from tests.standin.handed_over import IdentityHeader, NotAuthenticated
from tests.standin.wire import Head

if TYPE_CHECKING:
    from tests.standin.server import StandInServer

TARGET = "/rest/api/2/issue/DEMO-1"
SEGMENT = urlsafe_b64encode(b'{"alg":"ES256","typ":"at+jwt"}').decode().rstrip("=")
ACCESS_TOKEN = f"{SEGMENT}.e30.c2ln"


def _refused(server: StandInServer) -> str:
    note = last(server)
    assert note.status == 401
    return note.refused


def test_the_credential_of_the_site_is_taken() -> None:
    with standing_in() as server:
        answer = get(server, TARGET)
        assert answer.statuses == [200]
        assert last(server).account == OWNER
        assert not server.site.notes.smelly()


@pytest.mark.parametrize("credential", ["", "Bearer other", f"{CREDENTIAL}x", "Basic eDp5"])
def test_any_other_credential_is_refused_in_the_shape_of_jira(credential: str) -> None:
    with standing_in() as server:
        answer = get(server, TARGET, credential=credential)
        assert answer.statuses == [401]
        assert '{"errorMessages": [' in answer.text
        assert "X-Seraph-LoginReason: AUTHENTICATED_FAILED" in answer.text


@pytest.mark.parametrize(
    "line",
    [
        f"X-Anything: {ACCESS_TOKEN}",
        "X-Gateway-Authorization: Bearer x",
        "X-Anything: asv_gw_0123456789abcdef",
        "Cookie: theme=dark",
        "Cookie: a=b; JSESSIONID=session-of-admin",
        "X-Remote-User: admin",
        "X_Remote_User: admin",
        "Remote-User: admin",
        "X-Auth-User: admin",
        "X-Original-URL: /rest/api/2/serverInfo",
        "X-Rewrite-URL: /rest/api/2/serverInfo",
        "X-HTTP-Method-Override: DELETE",
        f"Authorization: {CREDENTIAL}",
    ],
)
def test_what_a_gateway_must_take_away_is_refused_beside_the_right_credential(line: str) -> None:
    with standing_in() as server:
        get(server, TARGET, line)
        assert _refused(server)
        assert len(server.site.notes.smelly()) == 1


@pytest.mark.parametrize(
    "query",
    ["os_username=a&os_password=b", "a=b&OS_authType=basic", f"x={ACCESS_TOKEN}", "access_token=x"],
)
def test_credentials_in_the_query_are_refused(query: str) -> None:
    with standing_in() as server:
        get(server, f"{TARGET}?{query}")
        assert _refused(server)
        assert server.site.notes.smelly()


def test_an_access_token_of_ours_is_refused_and_noted() -> None:
    with standing_in() as server:
        get(server, TARGET, credential=f"Bearer {ACCESS_TOKEN}")
        assert _refused(server)
        assert last(server).smells == (
            "an access token of the authorization server in authorization",
        )


def test_the_identity_header_names_the_account() -> None:
    with standing_in(IdentityHeader("X-Site-User")) as server:
        answer = get(server, "/rest/api/2/myself", "X-Site-User: mlindqvist", credential="")
        assert answer.statuses == [200]
        assert '"name": "mlindqvist"' in answer.text
        assert last(server).account == "mlindqvist"


@pytest.mark.parametrize(
    "lines",
    [
        (),
        ("X-Site-User:",),
        ("X-Site-User: a", "X-Site-User: b"),
        ("X-Site-User: a", "X_Site_User: b"),
        ("X-Site-User: a", "X-Remote-User: b"),
        ("X-Site-User: a", "Authorization: Basic eDp5"),
    ],
)
def test_an_identity_header_that_is_missing_or_not_alone_is_refused(lines: tuple[str]) -> None:
    with standing_in(IdentityHeader("X-Site-User")) as server:
        get(server, TARGET, *lines, credential="")
        assert _refused(server)


def test_only_a_peer_on_loopback_may_name_accounts() -> None:
    head = Head(b"GET / HTTP/1.1", (b"X-Site-User: admin",))
    with pytest.raises(NotAuthenticated, match=r"192\.0\.2\.7 may not name accounts"):
        IdentityHeader("X-Site-User").account(head, "192.0.2.7")


def test_with_browsers_a_session_is_as_good_as_a_credential() -> None:
    with standing_in(browsers=True) as server:
        get(server, TARGET, "Cookie: JSESSIONID=session-of-tokafor", credential="")
        assert last(server).status == 200
        assert last(server).account == "tokafor"


def test_with_browsers_a_session_beside_a_credential_is_refused() -> None:
    with standing_in(browsers=True) as server:
        get(server, TARGET, "Cookie: JSESSIONID=session-of-tokafor")
        assert _refused(server) == "the cookie JSESSIONID"


def test_pages_are_there_with_browsers_only() -> None:
    with standing_in(browsers=True) as server:
        assert get(server, "/secure/Dashboard.jspa", credential="").statuses == [200]
        assert get(server, "/secure/Dashboard.jspa").statuses == [401]
    with standing_in() as server:
        assert get(server, "/secure/Dashboard.jspa").statuses == [404]


def test_confluence_cloud_has_its_api_behind_wiki() -> None:
    with standing_in(kind=ResourceKind.CONFLUENCE_CLOUD, browsers=True) as server:
        assert get(server, "/wiki/api/v2/pages", credential="").statuses == [401]
        assert get(server, "/wiki/spaces", credential="").statuses == [200]
