"""An API token takes a password's place, as Bearer and as Basic, and is never tried as one."""

from __future__ import annotations

import pytest

from authserver.domain.api_tokens import ApiTokenAccess, ApiTokenStatus, Presentation
from authserver.domain.decisions import Deny, DenyReason
from authserver.domain.policy_calls import CallerWay
from tests.services.calling import ALICE, BOB, Office, basic
from tests.services.deciding import COMMENT, ISSUE, allowed, denied


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.mark.feature(2)
@pytest.mark.feature(3)
def test_one_token_counts_as_bearer_and_as_basic(office: Office) -> None:
    value = office.token()
    for authorization, way in (
        (f"Bearer {value}", CallerWay.API_TOKEN_BEARER),
        (basic("alice", value), CallerWay.API_TOKEN_BASIC),
        (basic("ALICE", value), CallerWay.API_TOKEN_BASIC),
        (basic("alice@example.com", value), CallerWay.API_TOKEN_BASIC),
    ):
        permit = allowed(office.ask("GET", ISSUE, authorization))
        assert isinstance(permit.token, ApiTokenAccess)
        assert permit.token.subject == ALICE
        assert permit.facts is not None
        assert permit.facts.caller.way is way
        assert permit.authorization == "Basic c2l0ZTpzZWNyZXQ="


@pytest.mark.feature(2)
def test_beside_somebody_elses_name_it_is_as_good_as_no_token(office: Office) -> None:
    value = office.token()
    nobodys = office.ask("GET", ISSUE, basic("bob", "asv_pat_" + "x" * 49))
    for user in ("bob", "bob@example.com", "", "client:ci-reader", "alice:", " "):
        decision = office.ask("GET", ISSUE, basic(user, value))
        assert denied(decision) is denied(nobodys) is DenyReason.API_TOKEN_INVALID
        assert isinstance(decision, Deny)
        assert decision.token is None


def test_a_service_is_named_by_its_client_id(office: Office) -> None:
    value = office.service_token()
    permit = allowed(office.ask("GET", ISSUE, basic("ci-reader", value)))
    assert permit.facts is not None
    assert permit.facts.caller.is_service
    for user in ("alice", "client:ci-reader", "bob"):
        assert denied(office.ask("GET", ISSUE, basic(user, value))) is DenyReason.API_TOKEN_INVALID


@pytest.mark.rule("AK-04")
@pytest.mark.trap(3)
def test_what_looks_like_a_token_is_never_tried_as_a_password(office: Office) -> None:
    office.policy('[legacy]\nbasic = "allow"\natlassian_token = "allow"\nreason = "for now"\n')
    value = office.token(status=ApiTokenStatus.REVOKED)
    for authorization in (
        basic("alice", value),
        basic("alice", f" {value}"),
        basic("alice", "asv_cs_something"),
        basic(value, "x"),
        basic("alice", value.upper()),
        f"Bearer {value}",
    ):
        decision = office.ask("GET", ISSUE, authorization)
        assert denied(decision) is DenyReason.API_TOKEN_INVALID
        assert value not in str(office.world.journal.events[-1])
    assert denied(office.ask("GET", ISSUE, "Bearer asv_gw_x")) is DenyReason.TOKEN_INVALID


@pytest.mark.parametrize(
    ("presentation", "sent", "named"),
    [(Presentation.BEARER, "basic", "as Bearer"), (Presentation.BASIC, "bearer", "as Basic")],
)
@pytest.mark.feature(3)
def test_a_token_that_comes_in_the_other_way_is_told_the_right_one(
    office: Office, presentation: Presentation, sent: str, named: str
) -> None:
    value = office.token(presentations=frozenset({presentation}))
    as_basic = basic("alice", value)
    wrong, right = (
        (as_basic, f"Bearer {value}") if sent == "basic" else (f"Bearer {value}", as_basic)
    )
    decision = office.ask("GET", ISSUE, wrong)
    assert denied(decision) is DenyReason.PRESENTATION_NOT_ALLOWED
    assert isinstance(decision, Deny)
    assert decision.refusal is not None
    assert decision.refusal.change == named
    allowed(office.ask("GET", ISSUE, right))


def test_the_scopes_of_a_token_are_its_own(office: Office) -> None:
    value = office.token()
    decision = office.ask("POST", COMMENT, f"Bearer {value}")
    assert denied(decision) is DenyReason.INSUFFICIENT_SCOPE


def test_a_call_says_whose_token_it_was_and_what_for(office: Office) -> None:
    office.ask("GET", ISSUE, f"Bearer {office.token()}", agent="curl/8.5 \x1b[0m")
    record = office.world.journal.events[-1]
    assert record.token_id == "t1"
    told = office.record
    assert told["lineage_id"] == "lineage-1"
    assert (told["owner"], told["purpose"], told["team"], told["ticket"]) == (
        ALICE,
        "BI export",
        "data",
        "OPS-1",
    )
    assert (told["username"], told["way"]) == ("alice", "api-token-bearer")
    assert told["agent"] == "curl/8.5 \\x1b[0m"


def test_the_last_use_is_noted_with_address_and_agent(office: Office) -> None:
    office.ask("GET", ISSUE, f"Bearer {office.token()}", agent="curl/8.5")
    office.uses.flush(office.world.database)
    noted = office.world.database.state.api_tokens["t1"].last_use
    assert noted is not None
    assert (noted.network, noted.agent) == ("198.51.100.7", "curl/8.5")


def test_wrong_credentials_are_counted_by_their_network_and_dead_ones_are_not(
    office: Office,
) -> None:
    dead = office.token(status=ApiTokenStatus.DISABLED)
    office.ask("GET", ISSUE, f"Bearer {dead}")
    assert office.attempts.wrong == []
    wrong = "asv_pat_" + "x" * 49
    office.ask("GET", ISSUE, f"Bearer {wrong}")
    office.ask("GET", ISSUE, basic("bob", office.token()))
    office.ask("GET", ISSUE, "Bearer x.y.z")
    assert [address for address, _ in office.attempts.wrong] == ["198.51.100.7"] * 3


@pytest.mark.rule("AK-06")
def test_where_too_many_were_wrong_another_wrong_one_is_not_even_answered(office: Office) -> None:
    office.attempts.seconds = 17
    decision = office.ask("GET", ISSUE, "Bearer asv_pat_" + "x" * 49)
    assert denied(decision) is DenyReason.ATTEMPTS_THROTTLED
    assert isinstance(decision, Deny)
    assert decision.retry_after == 17
    assert office.attempts.wrong == []
    allowed(office.ask("GET", ISSUE, f"Bearer {office.token()}"))


@pytest.mark.feature(49)
def test_over_plain_http_no_credential_counts_and_the_token_is_noted(office: Office) -> None:
    value = office.token()
    for authorization in (f"Bearer {value}", basic("alice", value)):
        decision = office.ask("GET", ISSUE, authorization, secure=False)
        assert denied(decision) is DenyReason.PLAIN_HTTP
    assert office.exposed.seen == ["t1", "t1"]
    access = f"Bearer {office.desk.token('READ')}"
    assert denied(office.ask("GET", ISSUE, access, secure=False)) is DenyReason.PLAIN_HTTP
    assert office.record["insecure"] is True
    allowed(office.ask("GET", ISSUE, f"Bearer {value}"))


def test_bobs_token_is_bobs(office: Office) -> None:
    value = office.token(BOB)
    permit = allowed(office.ask("GET", ISSUE, basic("bob", value)))
    assert permit.facts is not None
    assert (permit.facts.caller.username, permit.facts.caller.email_domain) == (
        "bob",
        "example.com",
    )


@pytest.mark.feature(49)
def test_a_token_that_is_refused_for_something_else_came_in_the_clear_as_well(
    office: Office,
) -> None:
    by_basic = office.token(presentations=frozenset({Presentation.BASIC}))
    header = f"Bearer {by_basic}"
    decision = office.ask("GET", ISSUE, header, secure=False)
    assert denied(decision) is DenyReason.PRESENTATION_NOT_ALLOWED
    other = office.token()
    decision = office.ask("GET", ISSUE, f"Bearer {other}", secure=False, method_override="PUT")
    assert denied(decision) is DenyReason.METHOD_OVERRIDE
    assert office.exposed.seen == ["t1", "t2"]
