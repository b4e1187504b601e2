"""Explanations: every step, the rule, the smallest change, under the policy of that moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.access_details import AccessDetail
from authserver.domain.api_tokens import ApiTokenStatus
from authserver.domain.decisions import DenyReason
from authserver.domain.errors import InvalidField, NotFound, StorageUnavailable
from authserver.domain.policy_calls import StepOutcome
from authserver.domain.written_calls import read_call
from authserver.services.explained_calls import AskedCall
from tests.services.calling import ALICE, BOB, Office
from tests.services.deciding import COMMENT, ISSUE
from tests.services.policy_explaining import Explaining

if TYPE_CHECKING:
    from authserver.services.decision_ports import Uncertain
    from authserver.services.explained_calls import Explanation

ACCESS = '[access]\ngroups = ["developers"]\nreason = "The API is for developers"\n'


class Sites:
    """A site that says which project a call reaches."""

    def __init__(self, *projects: frozenset[str]) -> None:
        self.answer: tuple[frozenset[str], ...] | Uncertain | None = projects

    def reach(self, *_call: object) -> tuple[frozenset[str], ...] | Uncertain:
        if self.answer is None:
            raise StorageUnavailable("the site does not answer")
        return self.answer


@pytest.fixture
def office() -> Office:
    office = Office()
    office.join("developers", ALICE)
    return office


def explained(office: Office) -> Explanation:
    return Explaining(office.world).explanations.of_decision("d-1")


def asked(
    office: Office,
    token_id: str,
    call: str = f"GET {ISSUE}",
    *,
    address: str = "",
    resource: str = "",
    sites: Sites | None = None,
) -> Explanation:
    written = read_call(call)
    assert written is not None
    service = Explaining(office.world, sites).explanations
    return service.of_call(token_id, AskedCall(written, resource, address))


def outcomes(found: Explanation) -> dict[str, StepOutcome]:
    return {each.name: each.outcome for each in found.steps}


def test_a_refusal_is_explained_by_its_rule_its_text_and_the_smallest_change(
    office: Office,
) -> None:
    office.policy(ACCESS)
    office.ask("GET", ISSUE, f"Bearer {office.token(BOB)}")
    found = explained(office)
    assert found.refusal is not None
    assert (found.refusal.rule, found.refusal.document) == ("access.groups", "default@1")
    assert found.refusal.text == "The API is for developers"
    assert found.refusal.change == "ask to become a member of developers"
    assert (found.recorded, found.agrees, found.passes) == ("group-not-allowed", True, False)
    assert (found.call, found.policy, found.resource) == (f"GET {ISSUE}", "default@1", "jira-main")
    assert outcomes(found)["groups and clients"] is StepOutcome.REFUSED
    assert outcomes(found)["scopes"] is StepOutcome.PASSED


def test_a_decision_is_explained_under_the_policy_it_was_made_with(office: Office) -> None:
    office.policy(ACCESS)
    office.ask("GET", ISSUE, f"Bearer {office.token(BOB)}")
    office.policy("")
    office.join("developers", BOB)
    found = explained(office)
    assert found.policy == "default@1"
    assert found.refusal is not None
    assert found.refusal.rule == "access.groups"


def test_an_allowed_call_is_explained_as_well(office: Office) -> None:
    office.policy(ACCESS)
    office.ask("GET", ISSUE, f"Bearer {office.token()}")
    found = explained(office)
    assert (found.recorded, found.passes, found.agrees, found.refusal) == (
        *("allowed", True, True),
        None,
    )
    said = {each.name: each.said for each in found.steps}
    assert said["groups and clients"] == "members of developers may call"
    assert said["networks"] == "nothing is asked of this call"


def test_missing_scopes_are_a_step_of_their_own(office: Office) -> None:
    office.ask("POST", COMMENT, f"Bearer {office.token()}")
    found = explained(office)
    assert found.refusal is not None
    assert found.refusal.reason is DenyReason.INSUFFICIENT_SCOPE
    assert found.refusal.change == "use a token with WRITE"
    assert found.agrees


def test_what_refuses_behind_the_policy_is_told_too(office: Office) -> None:
    office.desk.hand_overs.way = None
    office.ask("GET", ISSUE, f"Bearer {office.token()}")
    found = explained(office)
    assert (found.passes, found.agrees) == (False, True)
    assert found.steps[-1].said == "hand-over-missing"


def test_a_call_that_no_policy_saw_is_told_as_it_was_recorded(office: Office) -> None:
    office.ask("GET", ISSUE, "Bearer asv_pat_wrong")
    found = explained(office)
    assert found.recorded.startswith("api-token-invalid")
    assert [each.name for each in found.steps] == ["record", "policy"]
    assert not found.passes


def test_a_decision_that_is_not_on_record_is_not_found(office: Office) -> None:
    with pytest.raises(NotFound, match="no decision named 'd-1'"):
        explained(office)


def test_what_a_token_would_get_now_is_told_without_its_secret(office: Office) -> None:
    office.policy(ACCESS)
    office.policy(
        '[[network]]\nname = "office"\nallow = ["10.0.0.0/8"]\nreason = "In"\n', "jira-main"
    )
    office.token()
    found = asked(office, "t1", address="10.1.2.3")
    assert found.passes
    assert found.policy == "default@1 jira-main@2"
    refused = asked(office, "t1", address="192.0.2.1").refusal
    assert refused is not None
    assert (refused.rule, refused.change) == ("network.office", "call from 10.0.0.0/8")
    assert office.world.journal.events == []


def test_a_dead_token_is_said_to_be_dead_and_everything_else_is_still_told(office: Office) -> None:
    office.policy(ACCESS)
    office.token(BOB, status=ApiTokenStatus.DISABLED)
    found = asked(office, "t1")
    assert found.steps[0].said == "disabled, or not picked up"
    assert outcomes(found)["groups and clients"] is StepOutcome.REFUSED


def test_projects_are_asked_for_at_the_site_where_they_matter(office: Office) -> None:
    office.token(details=(AccessDetail(office.site, None, ("DEMO",)),))
    inside = asked(office, "t1", sites=Sites(frozenset({"demo", "10"})))
    assert inside.passes
    assert inside.steps[-1].said == "the call reaches 10 demo"
    outside = asked(office, "t1", sites=Sites(frozenset({"other", "11"}))).refusal
    assert outside is not None
    assert outside.change == "call for DEMO, or use a token without the project limit"
    silent = Sites()
    silent.answer = None
    unknown = asked(office, "t1", sites=silent)
    assert unknown.refusal is not None
    assert unknown.refusal.reason is DenyReason.PROJECT_UNCERTAIN
    assert unknown.steps[-1].said == "the site does not answer"


def test_it_has_to_be_clear_at_which_site_the_call_is(office: Office) -> None:
    office.world.add_resource("wiki", kind="confluence-dc")
    office.token(resources=frozenset({"jira-main", "wiki"}))
    with pytest.raises(InvalidField, match="resource: one of jira-main, wiki"):
        asked(office, "t1")
    assert asked(office, "t1", resource="jira-main").resource == "jira-main"
    with pytest.raises(NotFound, match="nowhere"):
        asked(office, "t1", resource="nowhere")
    with pytest.raises(NotFound, match="API token"):
        asked(office, "t9")
    with pytest.raises(InvalidField, match="address"):
        asked(office, "t1", resource="jira-main", address="here")
