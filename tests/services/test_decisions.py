"""May this call pass? Deny by default, and the reason is always told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.decisions import CallSession, Deny, DenyReason
from authserver.domain.errors import StorageUnavailable
from authserver.domain.gateways import SessionCookies
from authserver.services.authority import LEASE_SECONDS
from authserver.services.clients import ClientUpdate
from tests.services.deciding import COMMENT, ISSUE, Desk, allowed, denied
from tests.services.world import ADMIN

if TYPE_CHECKING:
    from tests.services.world import World


@pytest.mark.rule("FA-10")
def test_a_call_that_the_scopes_do_not_cover_is_denied_naming_what_lacks(desk: Desk) -> None:
    decision = desk.ask("POST", COMMENT, f"Bearer {desk.token('READ')}")
    assert denied(decision) is DenyReason.INSUFFICIENT_SCOPE
    assert isinstance(decision, Deny)
    assert decision.scope == "WRITE"
    allowed(desk.ask("POST", COMMENT, f"Bearer {desk.token('WRITE')}"))


def test_head_counts_as_get(desk: Desk) -> None:
    allowed(desk.ask("HEAD", ISSUE, f"Bearer {desk.token('READ')}"))


def test_options_passes_where_any_method_would(desk: Desk) -> None:
    authorization = f"Bearer {desk.token('READ')}"
    allowed(desk.ask("OPTIONS", ISSUE, authorization))
    refusal = desk.ask("OPTIONS", "/rest/api/2/issueLink", authorization)
    assert denied(refusal) is DenyReason.INSUFFICIENT_SCOPE
    assert denied(desk.ask("OPTIONS", "/rest/x", authorization)) is DenyReason.UNKNOWN_PATH


@pytest.mark.rule("FA-01")
@pytest.mark.parametrize(
    ("authorization", "reason"),
    [
        (None, DenyReason.CREDENTIAL_MISSING),
        ("", DenyReason.CREDENTIAL_MALFORMED),
        ("Basic YWRtaW46YWRtaW4=", DenyReason.BASIC_BLOCKED),
        ('OAuth oauth_token="x"', DenyReason.OAUTH1_BLOCKED),
        ("JWT x.y.z", DenyReason.CONNECT_JWT_BLOCKED),
        ("DPoP x.y.z", DenyReason.CREDENTIAL_UNKNOWN),
        ("Bearer", DenyReason.CREDENTIAL_MALFORMED),
        ("Bearer x.y.z", DenyReason.TOKEN_INVALID),
        ("Bearer asv_pat_x", DenyReason.API_TOKEN_INVALID),
    ],
)
def test_what_is_no_good_token_is_denied_by_its_kind(
    desk: Desk, authorization: str | None, reason: DenyReason
) -> None:
    for path in (ISSUE, "/rest/nothing"):
        assert denied(desk.ask("GET", path, authorization)) is reason


def test_who_comes_without_a_token_is_told_which_scopes_one_would_need(desk: Desk) -> None:
    decision = desk.ask("POST", COMMENT)
    assert isinstance(decision, Deny)
    assert decision.scope == "WRITE"


@pytest.mark.rule("FA-12")
def test_a_session_beside_a_token_is_denied_whatever_is_allowed(desk: Desk) -> None:
    authorization = f"Bearer {desk.token('READ')}"
    for choice in SessionCookies:
        desk.allow_sessions(choice)
        decision = desk.ask("GET", ISSUE, authorization, session=CallSession.CAME)
        assert denied(decision) is DenyReason.SEVERAL_CREDENTIALS


def test_a_session_alone_passes_only_where_that_is_allowed(desk: Desk) -> None:
    assert denied(desk.ask("GET", ISSUE, session=CallSession.CAME)) is DenyReason.SESSION_BLOCKED
    for choice in (SessionCookies.OBSERVE, SessionCookies.ALLOW):
        desk.allow_sessions(choice)
        for path in (ISSUE, "/rest/greenhopper/1.0/xboard"):
            permit = allowed(desk.ask("POST", path, session=CallSession.CAME, from_page=True))
            assert (permit.token, permit.authorization, permit.identity) == (None, "", "")
            assert desk.world.journal.events[-1].reason == (
                "session-observed" if choice is SessionCookies.OBSERVE else ""
            )


def test_no_session_can_be_made_of_a_password(desk: Desk) -> None:
    desk.allow_sessions(SessionCookies.ALLOW)
    for path in (
        "/rest/auth/1/session",
        "/rest/auth/latest/session/",
        "/rest/AUTH/1/Session",
        "/rest/gadget/1.0/login",
        "/rest/tsv/1.0/authenticate",
    ):
        asked = desk.ask("POST", path, session=CallSession.CAME, from_page=True)
        assert denied(asked) is DenyReason.SIGN_IN_BLOCKED
    allowed(desk.ask("GET", "/rest/auth/1/session", session=CallSession.CAME, from_page=True))


@pytest.mark.rule("FA-04")
@pytest.mark.parametrize(
    "target", ["/rest/api/2/x/../issue/DEMO-1", "/rest/api/2/issue/DEMO-1;x", "//rest/api/2/issue"]
)
def test_an_ambiguous_target_is_denied_whoever_asks(desk: Desk, target: str) -> None:
    desk.allow_sessions(SessionCookies.ALLOW)
    assert denied(desk.ask("GET", target, session=CallSession.CAME)) is DenyReason.PATH_AMBIGUOUS
    authorization = f"Bearer {desk.token('WRITE')}"
    assert denied(desk.ask("GET", target, authorization)) is DenyReason.PATH_AMBIGUOUS


@pytest.mark.rule("FA-06")
def test_nothing_overrides_the_method(desk: Desk) -> None:
    authorization = f"Bearer {desk.token('WRITE')}"
    by_header = desk.ask("POST", ISSUE, authorization, method_override="DELETE")
    by_query = desk.ask("POST", f"{ISSUE}?_method=DELETE", authorization)
    assert denied(by_header) is denied(by_query) is DenyReason.METHOD_OVERRIDE


@pytest.mark.rule("FA-05")
def test_the_query_opens_nothing(desk: Desk) -> None:
    authorization = f"Bearer {desk.token('READ')}"
    for query in ("x=/rest/api/2/serverInfo", "/public", "a.png", "jql=a//b;c"):
        allowed(desk.ask("GET", f"{ISSUE}?{query}", authorization))
        decision = desk.ask("DELETE", f"{ISSUE}?{query}", authorization)
        assert denied(decision) is DenyReason.INSUFFICIENT_SCOPE


def test_a_credential_in_the_query_is_denied(desk: Desk) -> None:
    authorization = f"Bearer {desk.token('READ')}"
    decision = desk.ask("GET", f"{ISSUE}?os_username=admin&os_password=admin", authorization)
    assert denied(decision) is DenyReason.CREDENTIAL_IN_QUERY


@pytest.mark.rule("FA-10")
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/rest",
        "/rest/api/2",
        "/rest/api/99/nothing/DEMO-1",
        "/REST/api/2/issue/DEMO-1",
        "/rest/api/2/issue/DEMO-1/nothing",
        "/secure/Dashboard.jspa",
        "/plugins/servlet/upm",
        "/download/attachments/1/a.png",
        "/s/x/_/download",
        "/rpc/xmlrpc",
        "/rest/websudo",
    ],
)
def test_what_is_no_operation_is_closed_to_every_token(desk: Desk, path: str) -> None:
    desk.world.add_client("boss", scopes=["SYSTEM_ADMIN"])
    authorization = f"Bearer {desk.token('SYSTEM_ADMIN', 'boss')}"
    assert denied(desk.ask("GET", path, authorization)) is DenyReason.UNKNOWN_PATH


@pytest.mark.rule("FA-10")
@pytest.mark.parametrize("ending", [".json", ".xml", ".html"])
def test_an_extension_that_the_site_cuts_off_leads_around_no_scope(desk: Desk, ending: str) -> None:
    desk.world.add_client("ci-admin", scopes=["ADMIN"])
    reader = f"Bearer {desk.token('READ')}"
    administrator = f"Bearer {desk.token('ADMIN', 'ci-admin')}"
    types = f"/rest/api/2/issuetype/{ending}"
    allowed(desk.ask("GET", "/rest/api/2/issuetype/1", reader))
    assert denied(desk.ask("GET", types, reader)) is DenyReason.INSUFFICIENT_SCOPE
    allowed(desk.ask("GET", types, administrator))
    allowed(desk.ask("GET", ISSUE + ending, reader))
    for nowhere in (f"/rest/api/2/issue/{ending}", f"/rest/api/2/issue/..{ending}"):
        assert denied(desk.ask("DELETE", nowhere, administrator)) in {
            DenyReason.UNKNOWN_METHOD,
            DenyReason.UNKNOWN_PATH,
        }


@pytest.mark.parametrize("method", ["PATCH", "FOO", "get", "TRACE", "PROPFIND"])
def test_an_unknown_method_is_denied(desk: Desk, method: str) -> None:
    decision = desk.ask(method, ISSUE, f"Bearer {desk.token('WRITE')}")
    assert denied(decision) is DenyReason.UNKNOWN_METHOD


def test_the_sites_base_path_is_part_of_every_path(world: World) -> None:
    world.add_keys()
    world.add_resource(url="https://example.com/tools", context_path="/jira")
    world.add_client()
    desk = Desk(world)
    authorization = f"Bearer {desk.token('READ')}"
    allowed(desk.ask("GET", f"/tools/jira{ISSUE}", authorization))
    for path in (ISSUE, f"/jira{ISSUE}", f"/tools/jira2{ISSUE}", "/tools/jira", f"/tools{ISSUE}"):
        assert denied(desk.ask("GET", path, authorization)) is DenyReason.UNKNOWN_PATH


@pytest.mark.rule("FA-09")
def test_a_token_opens_nothing_once_its_power_is_gone(desk: Desk) -> None:
    world = desk.world
    world.add_resource("other")
    world.add_client("stranger", resources=["other"])
    foreign = desk.token("READ", "stranger")
    assert denied(desk.ask("GET", ISSUE, f"Bearer {foreign}")) is DenyReason.TOKEN_INVALID
    assert world.journal.events[-1].reason == "token-invalid: for another resource"

    good = f"Bearer {desk.token('READ WRITE')}"
    allowed(desk.ask("GET", ISSUE, good))
    world.clients.update("ci-reader", ClientUpdate(scopes=["READ"]), ADMIN)
    world.clock.advance(LEASE_SECONDS)
    assert denied(desk.ask("GET", ISSUE, good)) is DenyReason.TOKEN_INVALID
    assert "client gone or no longer allowed" in world.journal.events[-1].reason

    assert world.journal.events[-1].client_id == "ci-reader"
    assert world.journal.events[-1].actor.identifier == ""

    world.clock.advance(3600)
    assert denied(desk.ask("GET", ISSUE, good)) is DenyReason.TOKEN_INVALID
    assert world.journal.events[-1].reason == "token-invalid: expired"


@pytest.mark.parametrize("end", ["disable", "delete"])
def test_a_stopped_site_takes_no_call_whatever_comes_with_it(desk: Desk, end: str) -> None:
    authorization = f"Bearer {desk.token('READ')}"
    desk.allow_sessions(SessionCookies.ALLOW)
    getattr(desk.world.resources, end)("jira-main", ADMIN)
    desk.world.clock.advance(LEASE_SECONDS)
    stopped = desk.world.database.state.resources["jira-main"]
    for asked in (
        desk.ask("GET", ISSUE, authorization, resource=stopped),
        desk.ask("GET", ISSUE, session=CallSession.CAME, resource=stopped),
        desk.ask("GET", ISSUE, resource=stopped),
    ):
        assert denied(asked) is DenyReason.RESOURCE_STOPPED
    assert desk.world.journal.events[-3].client_id == "ci-reader"


def test_an_api_host_passes_no_session_whatever_its_setting(desk: Desk) -> None:
    desk.allow_sessions(SessionCookies.ALLOW)
    decision = desk.ask("GET", ISSUE, session=CallSession.CAME_TO_API_HOST)
    assert denied(decision) is DenyReason.SESSION_BLOCKED


def test_only_the_operations_that_lack_scopes_are_named(desk: Desk) -> None:
    decision = desk.ask("OPTIONS", "/rest/api/2/issueLink", f"Bearer {desk.token('READ')}")
    assert isinstance(decision, Deny)
    assert [each.method for each in decision.lacking] == ["POST"]


def test_a_gateway_that_does_not_say_what_is_called_gets_nothing(desk: Desk) -> None:
    authorization = f"Bearer {desk.token('READ')}"
    for method, target in (("", ISSUE), ("GET", ""), ("", "")):
        assert denied(desk.ask(method, target, authorization)) is DenyReason.REQUEST_INCOMPLETE


@pytest.mark.rule("FA-13")
def test_what_cannot_be_recorded_does_not_pass(desk: Desk) -> None:
    authorization = f"Bearer {desk.token('READ')}"
    desk.world.journal.broken = True
    with pytest.raises(StorageUnavailable):
        desk.ask("GET", ISSUE, authorization)


def test_what_cannot_be_known_does_not_pass(desk: Desk) -> None:
    authorization = f"Bearer {desk.token('READ')}"
    desk.world.database.down = True
    desk.world.clock.advance(LEASE_SECONDS)
    with pytest.raises(StorageUnavailable):
        desk.ask("GET", ISSUE, authorization)
