"""Calls rebuilt from the records of their decisions: what the policy saw, no more and no less."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authserver.domain.caller_credentials import CallerCredential, CredentialKind
from authserver.domain.decisions import AccessRequest, CallSession, Permit
from authserver.domain.gateways import Gateway, SessionCookies
from authserver.domain.operations import Unmatched
from authserver.domain.policy_calls import LEGACY_WAYS, CallerFacts, CallerWay, CallFacts
from authserver.domain.raw_targets import Target
from authserver.domain.tokens import AccessToken
from authserver.services.decision_records import decision_record
from authserver.services.decision_replay import NotReplayable, recorded_call
from authserver.services.operation_scopes import operations_of
from tests.memory_records import record_of
from tests.services.calling import ALICE, Office, basic
from tests.services.deciding import CATALOGUE, COMMENT, ISSUE
from tests.services.policy_strategies import CALLS, OPERATIONS, PRODUCT, RESOURCE

if TYPE_CHECKING:
    from authserver.domain.audit_records import AuditRecord

GATEWAY = Gateway("edge", "jira", SessionCookies.BLOCK, (), 0.0)


def record_for(facts: CallFacts) -> AuditRecord:
    """What a database holds of an allowed call."""
    caller = facts.caller
    token = None
    if caller.way not in LEGACY_WAYS:
        token = AccessToken(
            *("issuer", caller.subject, RESOURCE.identifier, caller.client_id),
            frozenset({"READ"}),
            0,
            9,
            caller.token_id or "jti",
            "grant",
        )
    request = AccessRequest(
        *("d-1", facts.method, facts.path, None, CallSession.NONE, "", "host", facts.address),
        request_id="n-1",
        at=facts.at,
        origin=facts.origin,
        secure=facts.secure,
        from_page=facts.from_page,
    )
    decision = Permit(token, "x", "", "", "", facts.operations, facts=facts, policy="default@3")
    event = decision_record(
        request,
        decision,
        gateway=GATEWAY,
        resource=RESOURCE,
        credential=CallerCredential(CredentialKind.BEARER),
        target=Target(facts.path, ""),
        unfit=None,
    )
    return record_of(event)


RECORD = record_for(
    CallFacts(
        CallerFacts(CallerWay.ACCESS_TOKEN, "user:ada", "app", "", "grant", "ada"),
        5.0,
        "GET",
        "/rest/a/1/things",
        OPERATIONS[:1],
    )
)


@settings(max_examples=200, deadline=None)
@given(CALLS)
def test_what_a_policy_saw_comes_back_from_its_record(facts: CallFacts) -> None:
    if facts.caller.is_service or facts.caller.way in LEGACY_WAYS:
        facts = replace(facts, caller=replace(facts.caller, groups=frozenset()))
    if not facts.operations:
        meant = operations_of(PRODUCT, RESOURCE, facts.method, facts.path)
        facts = replace(facts, unmatched=meant if isinstance(meant, Unmatched) else None)
    call = recorded_call(record_for(facts), RESOURCE, PRODUCT)
    assert call.facts == facts
    assert (call.policy, call.is_allowed, call.reason) == ("default@3", True, "")
    assert call.scopes == (None if facts.caller.way in LEGACY_WAYS else {"READ"})


@pytest.fixture
def office() -> Office:
    office = Office()
    office.join("developers", ALICE)
    office.policy('[legacy]\nbasic = "allow"\nreason = "Until summer"\n')
    return office


def last_call(office: Office) -> Any:
    event = office.world.journal.events[-1]
    resource = office.desk.resource
    return recorded_call(record_of(event), resource, CATALOGUE.operations.of_kind(resource.kind))


def test_decisions_on_calls_of_every_kind_come_back(office: Office) -> None:
    callers = (
        f"Bearer {office.token()}",
        f"Bearer {office.service_token()}",
        f"Bearer {office.desk.token('READ')}",
        basic("Ada@Example.com", "password"),
    )
    for authorization in callers:
        for method, path in (("GET", ISSUE), ("POST", COMMENT), ("GET", "/rest/unknown")):
            decision = office.ask(method, path, authorization)
            assert decision.facts is not None
            call = last_call(office)
            assert call.facts == decision.facts
            assert call.path == path
            assert call.is_allowed is isinstance(decision, Permit)


def test_who_was_refused_before_any_policy_is_not_rebuilt(office: Office) -> None:
    office.ask("GET", ISSUE, "Bearer asv_pat_wrong")
    with pytest.raises(NotReplayable, match="before"):
        last_call(office)


def test_a_path_with_a_secret_in_it_is_not_rebuilt(office: Office) -> None:
    office.ask("GET", f"{ISSUE}/asv_cs_c2VjcmV0c2VjcmV0c2VjcmV0", f"Bearer {office.token()}")
    with pytest.raises(NotReplayable, match="secret"):
        last_call(office)


def test_an_operation_that_nobody_knows_any_more_is_named() -> None:
    details = {**RECORD.details, "operations": ["GET /rest/gone"]}
    with pytest.raises(NotReplayable, match="GET /rest/gone"):
        recorded_call(replace(RECORD, details=details), RESOURCE, PRODUCT)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted([*RECORD.details, "limits", "networks"])), JSON))
def test_whatever_stands_in_a_record_is_rebuilt_or_refused(strange: dict[str, object]) -> None:
    record = replace(RECORD, details=json.loads(json.dumps({**RECORD.details, **strange})))
    try:
        call = recorded_call(record, RESOURCE, PRODUCT)
    except NotReplayable:
        return
    assert hash(call.facts) is not None
