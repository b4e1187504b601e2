"""Ways of calling that are no tokens of ours: blocked, observed or allowed, as the policy says."""

from __future__ import annotations

from typing import Final

import pytest

from authserver.domain.decisions import CallSession, Decision, Deny, DenyReason
from authserver.domain.gateways import SessionCookies
from tests.services.calling import Office, basic
from tests.services.deciding import ISSUE, allowed, denied

PASSWORD: Final = basic("Alice", "open sesame")
OAUTH: Final = 'OAuth oauth_token="x", oauth_signature="y"'
ATLASSIANS: Final = "Bearer NjQ1MzE2NzE5OTA4OvSfZ0y"
PLUGIN: Final = "/rest/tempo/4/worklogs"
WAYS: Final = [
    ("basic", PASSWORD, DenyReason.BASIC_BLOCKED),
    ("oauth1", OAUTH, DenyReason.OAUTH1_BLOCKED),
    ("anonymous", None, DenyReason.CREDENTIAL_MISSING),
    ("atlassian_token", ATLASSIANS, DenyReason.TOKEN_INVALID),
]


@pytest.fixture
def office() -> Office:
    return Office()


def legacy(**effects: str) -> str:
    """A policy."""
    lines = "".join(f'{way} = "{effect}"\n' for way, effect in effects.items())
    return f'[legacy]\n{lines}reason = "Passwords end this year"\n'


@pytest.mark.parametrize(("way", "header", "reason"), WAYS)
@pytest.mark.feature(46)
@pytest.mark.feature(47)
def test_every_way_is_blocked_unless_the_policy_says_otherwise(
    office: Office, way: str, header: str | None, reason: DenyReason
) -> None:
    assert denied(office.ask("GET", ISSUE, header)) is reason
    office.policy(legacy(**{way: "block"}))
    assert denied(office.ask("GET", ISSUE, header)) is reason


@pytest.mark.parametrize("effect", ["allow", "observe"])
@pytest.mark.parametrize(("way", "header"), [each[:2] for each in WAYS])
def test_an_open_way_goes_on_to_the_site_as_it_came(
    office: Office, way: str, header: str | None, effect: str
) -> None:
    office.policy(legacy(**{way: effect}))
    permit = allowed(office.ask("GET", ISSUE, header))
    assert permit.token is None
    assert permit.authorization == (header or "")
    assert permit.hand_over == ("as-it-came" if header else "anonymous")
    assert permit.policy == "default@1"
    observed = f"{way.replace('_', '-')}-observed"
    assert permit.detail == (observed if effect == "observe" else "")
    for other, secret, _ in WAYS:
        if other != way:
            denied(office.ask("GET", ISSUE, secret))


def test_no_password_is_on_record(office: Office) -> None:
    office.policy(legacy(basic="observe"))
    office.ask("GET", ISSUE, PASSWORD)
    record = office.world.journal.events[-1]
    assert (office.record["username"], record.reason) == ("alice", "basic-observed")
    assert "sesame" not in str(record)
    assert PASSWORD.partition(" ")[2] not in str(record)


@pytest.mark.feature(46)
def test_exceptions_name_paths_users_and_networks_and_end(office: Office) -> None:
    office.policy(
        legacy(basic="block")
        + """
[[legacy.exception]]
name = "old-robot"
way = "basic"
effect = "allow"
until = 2020-01-01
reason = "Over"

[[legacy.exception]]
name = "robot"
way = "basic"
effect = "observe"
until = 2999-01-01
paths = ["/rest/api/2/issue"]
users = ["alice"]
networks = ["198.51.100.0/24"]
reason = "Until the robot is rewritten"
"""
    )
    assert allowed(office.ask("GET", ISSUE, PASSWORD)).detail == "basic-observed"
    for decision in (
        office.ask("GET", ISSUE, basic("bob", "x")),
        office.ask("GET", ISSUE, PASSWORD, address="203.0.113.1"),
        office.ask("GET", ISSUE, PASSWORD, address=""),
        office.ask("GET", "/rest/api/2/serverInfo", PASSWORD),
        office.ask("GET", "/rest/api/2/issuetype", PASSWORD),
    ):
        assert denied(decision) is DenyReason.BASIC_BLOCKED


@pytest.mark.feature(46)
@pytest.mark.parametrize("version", ["2", "latest", "2.0", "2.0.alpha1", "1.0-beta"])
def test_what_an_exception_blocks_is_blocked_at_every_version(office: Office, version: str) -> None:
    office.policy(
        legacy(basic="allow")
        + """
[[legacy.exception]]
name = "people"
way = "basic"
effect = "block"
until = 2999-01-01
paths = ["/rest/api/2/user"]
reason = "Nobody lists people by password"
"""
    )
    for path in (f"/rest/api/{version}/user", f"/rest/api/{version}/user/search.json"):
        assert denied(office.ask("GET", path, PASSWORD)) is DenyReason.BASIC_BLOCKED
    allowed(office.ask("GET", f"/rest/api/{version}/users", PASSWORD))


def test_a_refusal_names_the_rule_its_reason_and_what_to_do(office: Office) -> None:
    office.policy(legacy(basic="block"))
    decision = office.ask("GET", ISSUE, PASSWORD)
    assert isinstance(decision, Deny)
    refusal = decision.refusal
    assert refusal is not None
    assert (refusal.rule, refusal.document) == ("legacy.basic", "default@1")
    assert refusal.text == "Passwords end this year"
    assert refusal.change
    assert (office.record["rule"], office.record["rule_of"]) == ("legacy.basic", "default@1")


def test_nobody_without_a_token_calls_what_is_not_the_api(office: Office) -> None:
    office.policy(legacy(basic="allow", anonymous="allow"))
    for path in ("/secure/Dashboard.jspa", "/plugins/servlet/upm", "/rest", "/"):
        for header in (PASSWORD, None):
            assert denied(office.ask("GET", path, header)) is DenyReason.UNKNOWN_PATH
    allowed(office.ask("GET", PLUGIN, PASSWORD))


@pytest.mark.feature(71)
def test_unknown_routes_are_closed_to_strangers_and_on_record(office: Office) -> None:
    office.policy(legacy(anonymous="allow"))
    allowed(office.ask("GET", "/rest/api/2/serverInfo", None))
    assert denied(office.ask("GET", PLUGIN, None)) is DenyReason.UNKNOWN_PATH
    assert office.world.journal.events[-1].reason == "unknown-path"
    assert denied(office.ask("BREW", ISSUE, None)) is DenyReason.UNKNOWN_METHOD


@pytest.mark.parametrize("header", [PASSWORD, None, ATLASSIANS])
@pytest.mark.feature(48)
def test_no_way_makes_a_session_of_a_password(office: Office, header: str | None) -> None:
    office.policy(legacy(basic="allow", anonymous="allow", atlassian_token="allow"))
    decision = office.ask("POST", "/rest/auth/1/session", header)
    assert denied(decision) is DenyReason.SIGN_IN_BLOCKED


@pytest.mark.feature(48)
@pytest.mark.parametrize("path", ["/rest/auth/1/session", "/rest/auth/latest/session"])
def test_a_token_is_no_way_to_a_session_either(office: Office, path: str) -> None:
    authorization = f"Bearer {office.desk.token('WRITE')}"
    decision = office.ask("POST", path, authorization)
    assert denied(decision) is DenyReason.SIGN_IN_BLOCKED
    allowed(office.ask("GET", path, authorization))


@pytest.mark.parametrize("ending", ["", ".json", ".xml"])
def test_no_extension_leads_around_a_rule_about_an_operation(office: Office, ending: str) -> None:
    office.policy(
        legacy(basic="allow")
        + """
[[deny]]
name = "no-links"
operations = ["POST /rest/api/2/issueLink"]
reason = "Links are made by hand"

[[open]]
name = "reading"
scope = "READ"
paths = ["/rest/api/2"]
methods = ["POST"]
reason = "Whatever the catalogue does not know"
"""
    )
    for header in (PASSWORD, f"Bearer {office.desk.token('READ')}"):
        decision = office.ask("POST", f"/rest/api/2/issueLink{ending}", header)
        assert denied(decision) is DenyReason.POLICY_DENIED
    decision = office.ask(
        "POST", f"/rest/api/2/issue{ending}", f"Bearer {office.desk.token('READ')}"
    )
    assert denied(decision) is DenyReason.INSUFFICIENT_SCOPE


def test_a_jwt_is_none_of_atlassians_own_tokens(office: Office) -> None:
    office.policy(legacy(atlassian_token="allow"))
    for value in ("eyJhbGciOiJub25lIn0.e30.", "eyJhbGciOiJFUzI1NiJ9.e30.c2ln"):
        assert denied(office.ask("GET", ISSUE, f"Bearer {value}")) is DenyReason.TOKEN_INVALID


def by_session(office: Office, **how: bool) -> Decision:
    """A call of a browser."""
    return office.ask("GET", ISSUE, None, session=CallSession.CAME, **how)


@pytest.mark.parametrize("choice", list(SessionCookies))
@pytest.mark.feature(48)
def test_a_session_needs_the_gateways_leave_the_policys_and_a_page(
    office: Office, choice: SessionCookies
) -> None:
    office.desk.allow_sessions(choice)
    blocked = choice is SessionCookies.BLOCK
    if blocked:
        assert denied(by_session(office, from_page=True)) is DenyReason.SESSION_BLOCKED
    else:
        allowed(by_session(office, from_page=True))
    assert denied(by_session(office)) is DenyReason.SESSION_BLOCKED
    office.policy(legacy(session="observe"))
    if not blocked:
        assert allowed(by_session(office, from_page=True)).detail == "session-observed"
    office.policy(legacy(session="block"))
    assert denied(by_session(office, from_page=True)) is DenyReason.SESSION_BLOCKED
