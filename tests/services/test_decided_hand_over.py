"""An allowed call goes on as its site accepts it, or not at all."""

from __future__ import annotations

import pytest

from authserver.domain.decisions import DenyReason
from authserver.domain.hand_over import HandOverKind
from authserver.services.hand_over_view import OpenedHandOver
from tests.services.deciding import ISSUE, SERVICE, Desk, allowed, denied

USER = OpenedHandOver(HandOverKind.IDENTITY_HEADER, "", "X-Remote-User", "")
ASSERTION = OpenedHandOver(HandOverKind.ASSERTION, "", "", "")


def test_a_covered_call_passes_with_the_sites_credential(desk: Desk) -> None:
    permit = allowed(desk.ask("GET", ISSUE, f"Bearer {desk.token('READ')}"))
    assert (permit.account, permit.authorization) == ("svc-jira", SERVICE.authorization)
    assert permit.identity == ""
    assert permit.token is not None
    assert permit.token.client_id == "ci-reader"


def test_without_a_hand_over_nothing_passes(desk: Desk) -> None:
    desk.hand_overs.way = None
    decision = desk.ask("GET", ISSUE, f"Bearer {desk.token('READ')}")
    assert denied(decision) is DenyReason.HAND_OVER_MISSING


@pytest.mark.parametrize("way", [USER, ASSERTION])
def test_a_subject_without_an_account_is_denied(desk: Desk, way: OpenedHandOver) -> None:
    desk.hand_overs.way = way
    desk.hand_overs.accounts["other", "client:ci-reader"] = "somebody"
    decision = desk.ask("GET", ISSUE, f"Bearer {desk.token('READ')}")
    assert denied(decision) is DenyReason.ACCOUNT_UNMAPPED


def test_an_identity_header_names_the_mapped_account(desk: Desk) -> None:
    desk.hand_overs.way = USER
    desk.hand_overs.accounts["jira-main", "client:ci-reader"] = "jira-ci"
    permit = allowed(desk.ask("GET", ISSUE, f"Bearer {desk.token('READ')}"))
    assert (permit.identity, permit.account, permit.authorization) == ("jira-ci", "jira-ci", "")


def test_an_assertion_names_account_site_and_caller_for_a_minute(desk: Desk) -> None:
    desk.hand_overs.way = ASSERTION
    desk.hand_overs.accounts["jira-main", "client:ci-reader"] = "jira-ci"
    token = desk.token("READ")
    permit = allowed(desk.ask("GET", ISSUE, f"Bearer {token}"))
    scheme, _, value = permit.authorization.partition(" ")
    assertion = desk.world.assertions_signed[value]
    assert scheme == "Bearer"
    assert (assertion.account, assertion.audience) == ("jira-ci", desk.resource.identifier)
    assert (assertion.client_id, assertion.subject) == ("ci-reader", "client:ci-reader")
    assert assertion.assertion_id == "d-1"
    assert assertion.expires_at - assertion.issued_at == 60
    assert denied(desk.ask("GET", ISSUE, permit.authorization)) is DenyReason.TOKEN_INVALID


@pytest.mark.parametrize("way", [USER, ASSERTION])
@pytest.mark.feature(7)
def test_a_service_never_acts_with_the_account_of_a_person(desk: Desk, way: OpenedHandOver) -> None:
    desk.hand_overs.way = way
    desk.hand_overs.accounts["jira-main", "client:ci-reader"] = "alice"
    authorization = f"Bearer {desk.token('READ')}"
    allowed(desk.ask("GET", ISSUE, authorization))
    desk.hand_overs.accounts["elsewhere", "u-1"] = "alice"
    allowed(desk.ask("GET", ISSUE, authorization))
    desk.hand_overs.accounts["jira-main", "u-1"] = "alice"
    assert denied(desk.ask("GET", ISSUE, authorization)) is DenyReason.ACCOUNT_IS_A_PERSON
