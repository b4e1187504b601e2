"""What a rule says of an operation holds at every version that a site may know it by."""

from __future__ import annotations

from typing import Final

import pytest

from authserver.domain.decisions import CallSession, Decision, DenyReason
from authserver.domain.gateways import SessionCookies
from authserver.domain.written_calls import read_call
from authserver.machine.denials import denial_of
from authserver.services.explained_calls import AskedCall
from authserver.services.policy_expectation_tables import read_expectations
from authserver.services.policy_reading import read_policy
from tests.services.calling import Office, basic
from tests.services.deciding import allowed, denied
from tests.services.policy_explaining import Explaining

PASSWORD: Final = basic("Alice", "open sesame")
POLICY: Final = """
[legacy]
basic = "allow"
session = "allow"
anonymous = "allow"
reason = "Passwords end this year"

[harmless]
operations = ["POST /rest/api/2/issueLink"]
reason = "Reaches nothing"

[[deny]]
name = "no-links"
operations = ["POST /rest/api/2/issueLink"]
reason = "Links are made by hand"

[[open]]
name = "reading"
scope = "READ"
paths = ["/rest/api", "/rest/tempo"]
methods = ["GET", "POST", "DELETE"]
reason = "Whatever the catalogue does not know"
"""
OTHERS: Final = ["2.0.alpha1", "2.0", "3", "02", "1.0-beta", "2.0_1"]


@pytest.fixture
def office() -> Office:
    office = Office()
    office.policy(POLICY)
    office.desk.allow_sessions(SessionCookies.ALLOW)
    return office


def headers(office: Office) -> list[str | None]:
    """A token, an API token as Bearer and as Basic, a password, and nothing."""
    value = office.token()
    token = office.desk.token("READ")
    return [f"Bearer {token}", f"Bearer {value}", basic("Alice", value), PASSWORD, None]


def by_session(office: Office, method: str, path: str) -> Decision:
    return office.ask(method, path, None, session=CallSession.CAME, from_page=True)


@pytest.mark.parametrize("version", OTHERS)
@pytest.mark.parametrize("ending", ["", ".json", "/.xml"])
def test_no_version_leads_around_a_rule_about_an_operation(
    office: Office, version: str, ending: str
) -> None:
    path = f"/rest/api/{version}/issueLink{ending}"
    for header in headers(office):
        for method in ("POST", "DELETE", "OPTIONS"):
            decision = office.ask(method, path, header)
            assert denied(decision) is DenyReason.OTHER_VERSION, (method, header)
    for method in ("POST", "OPTIONS"):
        assert denied(by_session(office, method, path)) is DenyReason.OTHER_VERSION


def test_a_page_may_call_what_no_version_is_known_to_have(office: Office) -> None:
    for method, path in (
        ("DELETE", "/rest/api/1.0/issueLink"),
        ("GET", "/rest/api/1.0/menus"),
        ("GET", "/rest/tempo/4/issueLink"),
    ):
        allowed(by_session(office, method, path))
    assert denied(by_session(office, "HEAD", "/rest/api/1.0/user")) is DenyReason.OTHER_VERSION


def test_what_is_known_at_no_version_is_opened_as_before(office: Office) -> None:
    token = f"Bearer {office.desk.token('READ')}"
    for path in ("/rest/api/1.0/menus", "/rest/api/2/nothing", "/rest/tempo/4/issueLink"):
        for header in (token, PASSWORD):
            allowed(office.ask("GET", path, header))
    allowed(office.ask("POST", "/rest/api/2/user/search", token))
    for path in ("/rest/api/2/issueLink", "/rest/api/latest/issueLink"):
        assert denied(office.ask("POST", path, token)) is DenyReason.POLICY_DENIED


def test_the_refusal_names_the_known_version(office: Office) -> None:
    decision = office.ask("POST", "/rest/api/3/issueLink", PASSWORD)
    denied(decision)
    told = denial_of(decision, "https://auth.example").description  # type: ignore[arg-type]  # denied
    assert told.endswith("call it as /rest/api/2/...")
    assert "rule" not in office.record


def test_signing_in_stays_what_it_is(office: Office) -> None:
    for header in headers(office):
        decision = office.ask("POST", "/rest/auth/2.0/session", header)
        assert denied(decision) is DenyReason.SIGN_IN_BLOCKED


def test_calls_that_nobody_makes_are_judged_as_those_that_come(office: Office) -> None:
    explaining = Explaining(office.world)
    office.token()
    written = read_call("DELETE /rest/api/2.0/issueLink")
    assert written is not None
    found = explaining.explanations.of_call("t1", AskedCall(written, "jira-main", ""))
    assert [each.refusal.reason for each in found.steps if each.refusal is not None] == [
        DenyReason.OTHER_VERSION
    ]
    expectations = read_expectations(
        'resource = "jira-main"\n'
        '[[caller]]\nname = "page"\nway = "session"\n'
        '[[expect]]\ncall = "POST /rest/api/3/issueLink"\ncaller = "page"\nfrom_page = true\n'
        'expect = "deny"\nreason = "other-version"\n'
        '[[expect]]\ncall = "DELETE /rest/api/3/issueLink"\ncaller = "page"\nfrom_page = true\n'
        'expect = "allow"\n'
        '[[expect]]\ncall = "DELETE /rest/api/3/issueLink"\n'
        'expect = "deny"\nreason = "other-version"\n'
    )
    assert [
        each.got for each in explaining.expectations.run(expectations, {}) if not each.is_met
    ] == []


def test_explanations_and_replays_say_what_decisions_said(office: Office) -> None:
    explaining = Explaining(office.world)
    for method, header in (("POST", PASSWORD), ("OPTIONS", f"Bearer {office.token()}")):
        office.ask(method, "/rest/api/3/issueLink", header)
        decision_id = office.world.journal.events[-1].object_id
        refused = [
            each.refusal
            for each in explaining.explanations.of_decision(decision_id).steps
            if each.refusal is not None
        ]
        assert [each.reason for each in refused] == [DenyReason.OTHER_VERSION]
        assert refused[0].change == "call it as /rest/api/2/..."
    found = explaining.replays.replay({"default": read_policy(POLICY)})
    assert (found.looked_at, found.unchanged) == (2, 2)
