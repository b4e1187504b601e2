"""Whoever calls: what the policy of the site asks is asked of every call, and put on record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from authserver.domain.access_details import AccessDetail
from authserver.domain.decisions import Deny, DenyReason
from authserver.domain.rates import RateState
from authserver.services.decision_ports import CompiledPolicy, RateVerdict
from tests.services.calling import ALICE, BOB, Office, basic
from tests.services.deciding import COMMENT, ISSUE, allowed, denied

if TYPE_CHECKING:
    from authserver.domain.policy_calls import CallFacts

PLUGIN: Final = "/rest/tempo/4/worklogs"
SEARCH: Final = "/rest/api/2/search"


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.mark.feature(35)
@pytest.mark.feature(36)
def test_only_members_of_a_group_call_and_who_leaves_calls_no_more(office: Office) -> None:
    office.policy('[access]\ngroups = ["developers"]\nclients = []\nreason = "For developers"\n')
    office.join("developers", ALICE)
    value = office.token()
    allowed(office.ask("GET", ISSUE, f"Bearer {value}"))
    assert office.record["groups"] == ["developers"]
    assert denied(office.ask("GET", ISSUE, f"Bearer {office.token(BOB)}")) is (
        DenyReason.GROUP_NOT_ALLOWED
    )
    office.leave("developers", ALICE)
    assert denied(office.ask("GET", ISSUE, f"Bearer {value}")) is DenyReason.GROUP_NOT_ALLOWED
    client = f"Bearer {office.desk.token('READ')}"
    assert denied(office.ask("GET", ISSUE, client)) is DenyReason.CLIENT_NOT_ALLOWED


@pytest.mark.feature(37)
@pytest.mark.trap(2)
def test_read_only_is_by_operation_and_not_by_verb(office: Office) -> None:
    office.policy('[access]\nread_only_groups = ["guests"]\nreason = "Guests only read"\n')
    office.join("guests", ALICE)
    bearer = f"Bearer {office.token(scopes=frozenset({'WRITE'}))}"
    allowed(office.ask("POST", SEARCH, bearer))
    for method, path in (("DELETE", ISSUE), ("POST", COMMENT), ("GET", PLUGIN)):
        assert denied(office.ask(method, path, bearer)) is DenyReason.READ_ONLY


@pytest.mark.feature(38)
def test_networks_of_the_policy_and_of_the_credential_both_count(office: Office) -> None:
    office.policy('[[network]]\nname = "office"\nallow = ["198.51.100.0/24"]\nreason = "Inside"\n')
    bearer = f"Bearer {office.token()}"
    allowed(office.ask("GET", ISSUE, bearer))
    for address in ("203.0.113.9", "2001:db8::1", ""):
        decision = office.ask("GET", ISSUE, bearer, address=address)
        assert denied(decision) is DenyReason.NETWORK_NOT_ALLOWED
    own = f"Bearer {office.token(networks=('198.51.100.0/30',))}"
    assert denied(office.ask("GET", ISSUE, own)) is DenyReason.NETWORK_NOT_ALLOWED
    allowed(office.ask("GET", ISSUE, own, address="198.51.100.1"))
    assert office.record["networks"] == ("198.51.100.0/30",)


@pytest.mark.feature(39)
def test_a_page_from_elsewhere_is_refused_and_a_named_one_may_ask_first(office: Office) -> None:
    office.policy('[browsers]\norigins = ["https://app.example.com"]\nreason = "Our pages"\n')
    bearer = f"Bearer {office.token()}"
    allowed(office.ask("GET", ISSUE, bearer, origin="https://app.example.com"))
    assert office.record["origin"] == "https://app.example.com"
    for origin in ("https://evil.example", "null", "https://app.example.com.evil.example"):
        decision = office.ask("GET", ISSUE, bearer, origin=origin)
        assert denied(decision) is DenyReason.ORIGIN_NOT_ALLOWED
        asked = office.ask("OPTIONS", ISSUE, None, origin=origin, preflight=True)
        assert denied(asked) is not None
    asked = office.ask("OPTIONS", ISSUE, None, origin="https://app.example.com", preflight=True)
    assert allowed(asked).hand_over == "preflight"
    with_token = office.ask(
        "OPTIONS", ISSUE, bearer, origin="https://app.example.com", preflight=True
    )
    assert allowed(with_token).hand_over == "service-credential"


def test_a_browser_that_asks_first_is_told_nothing_without_a_policy(office: Office) -> None:
    asked = office.ask("OPTIONS", ISSUE, None, origin="https://app.example.com", preflight=True)
    assert denied(asked) is DenyReason.CREDENTIAL_MISSING


def test_a_rule_opens_what_no_scope_opens_to_those_with_its_scope(office: Office) -> None:
    reader = f"Bearer {office.token()}"
    writer = f"Bearer {office.token(scopes=frozenset({'WRITE'}))}"
    assert denied(office.ask("GET", PLUGIN, writer)) is DenyReason.UNKNOWN_PATH
    office.policy(
        '[[open]]\nname = "tempo"\nscope = "WRITE"\npaths = ["/rest/tempo/4"]\n'
        'methods = ["GET"]\nreason = "Time sheets"\n'
    )
    allowed(office.ask("GET", PLUGIN, writer))
    allowed(office.ask("HEAD", PLUGIN, writer))
    refused = office.ask("GET", PLUGIN, reader)
    assert denied(refused) is DenyReason.INSUFFICIENT_SCOPE
    assert isinstance(refused, Deny)
    assert refused.scope == "WRITE"
    for method, path in (("POST", PLUGIN), ("GET", "/rest/tempo/44"), ("GET", "/rest/other")):
        assert denied(office.ask(method, path, writer)) is DenyReason.UNKNOWN_PATH


@pytest.mark.feature(41)
def test_a_token_for_some_operations_calls_no_others(office: Office) -> None:
    limits = (AccessDetail(office.site, ("POST /rest/api/2/issue/{issueIdOrKey}/comment",), None),)
    bearer = f"Bearer {office.token(scopes=frozenset({'WRITE'}), details=limits)}"
    allowed(office.ask("POST", COMMENT, bearer))
    assert denied(office.ask("PUT", ISSUE, bearer)) is DenyReason.OPERATION_NOT_ALLOWED
    assert denied(office.ask("GET", ISSUE, bearer)) is DenyReason.OPERATION_NOT_ALLOWED
    assert office.record["limits"][0][0] == office.site


def test_a_token_for_some_projects_calls_nothing_where_nobody_resolves_them(
    office: Office,
) -> None:
    bearer = f"Bearer {office.token(details=(AccessDetail(office.site, None, ('DEMO',)),))}"
    assert denied(office.ask("GET", ISSUE, bearer)) is DenyReason.PROJECT_UNCERTAIN


class Full:
    """A counter that says what it was told to."""

    def __init__(self, verdict: RateVerdict) -> None:
        self.verdict = verdict
        self.taken: list[CallFacts] = []

    def take(self, _policy: CompiledPolicy, facts: CallFacts) -> RateVerdict:
        self.taken.append(facts)
        return self.verdict


RATE: Final = '[[rate]]\nname = "slow"\nper = "token"\ncalls = 9\nseconds = 60\nreason = "Fair"\n'


@pytest.mark.parametrize(
    ("verdict", "reason"),
    [
        (RateVerdict(RateState("slow", 9, 60, 8, 7)), None),
        (RateVerdict(RateState("slow", 9, 60, 0, 7), refused=True), DenyReason.RATE_LIMITED),
        (RateVerdict(unavailable=True, detail="no store"), DenyReason.RATES_UNAVAILABLE),
    ],
)
def test_only_calls_that_would_pass_are_counted(
    verdict: RateVerdict, reason: DenyReason | None
) -> None:
    rates = Full(verdict)
    office = Office(rates=rates)
    bearer = f"Bearer {office.token()}"
    allowed(office.ask("GET", ISSUE, bearer))
    assert rates.taken == []
    office.policy(RATE)
    denied(office.ask("POST", COMMENT, bearer))
    assert rates.taken == []
    decision = office.ask("GET", ISSUE, bearer)
    assert decision.rate is verdict.state
    assert len(rates.taken) == 1
    if reason is None:
        allowed(decision)
        assert office.record["rate"] == ["slow", 9, 60, 8]
    else:
        assert denied(decision) is reason


def test_without_a_counter_a_policy_that_counts_lets_nothing_pass(office: Office) -> None:
    office.policy(RATE)
    decision = office.ask("GET", ISSUE, f"Bearer {office.token()}")
    assert denied(decision) is DenyReason.RATES_UNAVAILABLE


def test_tokens_of_a_client_for_itself_share_one_count(office: Office) -> None:
    facts = [
        allowed(office.ask("GET", ISSUE, f"Bearer {office.desk.token('READ')}")).facts
        for _ in range(2)
    ]
    assert {each.caller.count_key for each in facts if each is not None} == {"ci-reader"}
    token = allowed(office.ask("GET", ISSUE, f"Bearer {office.token()}")).facts
    assert token is not None
    assert token.caller.count_key == "lineage-1"


def test_a_wrong_token_is_401_whatever_the_policy_says_of_its_caller(office: Office) -> None:
    office.policy('[[deny]]\nname = "closed"\nreason = "Closed"\n')
    wrong = office.ask("GET", ISSUE, basic("alice", "asv_pat_" + "x" * 49))
    assert denied(wrong) is DenyReason.API_TOKEN_INVALID
    decision = office.ask("GET", ISSUE, f"Bearer {office.token()}")
    assert denied(decision) is DenyReason.POLICY_DENIED
