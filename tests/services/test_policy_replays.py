"""What decided calls would have got under another policy."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.access_details import AccessDetail
from authserver.services import policy_replays
from authserver.services.policy_reading import read_policy
from authserver.services.policy_replays import OTHERS, ReplayGroup
from tests.services.calling import ALICE, BOB, Office, basic
from tests.services.deciding import COMMENT, ISSUE
from tests.services.policy_explaining import Explaining

if TYPE_CHECKING:
    from authserver.services.policy_replays import PolicyReplay

ACCESS = '[access]\ngroups = ["developers"]\nreason = "The API is for developers"\n'
BASIC = '[legacy]\nbasic = "allow"\nreason = "Until summer"\n'
DAY = 86_400.0


@pytest.fixture
def office() -> Office:
    office = Office()
    office.join("developers", ALICE)
    return office


def replayed(office: Office, text: str, name: str = "default", **how: Any) -> PolicyReplay:
    return Explaining(office.world).replays.replay({name: read_policy(text)}, **how)


def test_calls_that_would_be_refused_now_are_counted_by_rule_and_caller(office: Office) -> None:
    alice, bob = f"Bearer {office.token()}", f"Bearer {office.token(BOB)}"
    for authorization in (alice, bob, bob):
        office.ask("GET", ISSUE, authorization)
    found = replayed(office, ACCESS)
    assert found.refused == Counter({ReplayGroup("jira-main", "access.groups", "user bob"): 2})
    assert (found.looked_at, found.unchanged, found.newly_allowed) == (3, 1, 0)
    assert not found.is_cut


def test_calls_that_would_be_allowed_now_are_counted_by_the_rule_that_refused(
    office: Office,
) -> None:
    office.policy(ACCESS)
    office.ask("GET", ISSUE, f"Bearer {office.token(BOB)}")
    office.ask("POST", COMMENT, f"Bearer {office.token(BOB)}")
    office.ask("GET", ISSUE, basic("bob", "password"))
    found = replayed(office, BASIC)
    assert found.allowed == Counter(
        {
            ReplayGroup("jira-main", "access.groups", "user bob"): 1,
            ReplayGroup("jira-main", "legacy.basic", "user bob"): 1,
        }
    )
    # The comment lacks a scope, whatever the policy says.
    assert (found.unchanged, found.newly_refused) == (1, 0)


def test_a_refusal_that_no_policy_takes_back_stays(office: Office) -> None:
    office.desk.hand_overs.way = None
    office.ask("GET", ISSUE, f"Bearer {office.token()}")
    office.ask("GET", ISSUE, "Bearer asv_pat_wrong")
    found = replayed(office, "")
    assert (found.unchanged, found.not_replayable, found.newly_allowed) == (1, 1, 0)


def test_what_a_rule_opens_is_seen_in_a_replay(office: Office) -> None:
    office.ask("GET", "/rest/tempo/4/worklogs", f"Bearer {office.token()}")
    rule = '[[open]]\nname = "tempo"\nscope = "READ"\npaths = ["/rest/tempo/4"]\nreason = "Time"\n'
    found = replayed(office, rule)
    assert found.allowed == Counter({ReplayGroup("jira-main", "unknown-path", "user alice"): 1})


def test_nobody_guesses_projects_that_were_not_looked_up_then(office: Office) -> None:
    office.ask("GET", ISSUE, f"Bearer {office.token()}")
    rule = '[[project]]\nname = "only"\nallow = ["DEMO"]\nreason = "Only DEMO"\n'
    found = replayed(office, rule)
    assert (found.uncertain, found.newly_refused) == (1, 0)


def test_projects_that_were_looked_up_then_are_judged_again() -> None:
    class Reach:
        def reach(self, *_call: object) -> tuple[frozenset[str], ...]:
            return (frozenset({"demo", "10"}),)

    office = Office(projects=Reach())
    limits = (AccessDetail(office.site, None, ("DEMO", "OTHER")),)
    office.ask("GET", ISSUE, f"Bearer {office.token(details=limits)}")
    rule = '[[project]]\nname = "not"\ndeny = ["10"]\nreason = "Not this one"\n'
    assert replayed(office, rule).newly_refused == 1


def test_only_the_last_days_and_the_sites_of_the_document_are_looked_at(office: Office) -> None:
    office.world.add_resource("wiki", kind="confluence-dc")
    office.ask("GET", ISSUE, f"Bearer {office.token(BOB)}")
    assert replayed(office, ACCESS, "wiki").looked_at == 0
    assert replayed(office, ACCESS, "jira-main").newly_refused == 1
    office.world.clock.advance(8 * DAY)
    assert replayed(office, ACCESS).looked_at == 0
    assert replayed(office, ACCESS, days=9).newly_refused == 1


def test_the_newest_are_looked_at_where_there_are_too_many(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    bearer = f"Bearer {office.token(BOB)}"
    for _ in range(4):
        office.ask("GET", ISSUE, bearer)
        office.world.clock.advance(1)
    office.policy(ACCESS)
    office.ask("GET", ISSUE, bearer)
    found = replayed(office, ACCESS, most=3)
    assert (found.looked_at, found.newly_refused, found.unchanged) == (3, 2, 1)
    assert found.is_cut
    assert not replayed(office, ACCESS, most=5).is_cut
    late = replayed(office, ACCESS, within_seconds=0.0)
    assert (late.looked_at, late.is_cut) == (0, True)
    told: list[int] = []
    monkeypatch.setattr(policy_replays, "PROGRESS_RECORDS", 2)
    Explaining(office.world).replays.replay({"default": read_policy("")}, progress=told.append)
    assert told == [2, 4]


def test_callers_without_end_are_counted_together(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policy_replays, "MOST_GROUPS", 2)
    office.policy(BASIC)
    for number in range(5):
        office.ask("GET", ISSUE, basic(f"user-{number}", "password"))
    found = replayed(office, "")
    assert len(found.refused) == 3
    assert found.refused[OTHERS] == 3
    assert found.newly_refused == 5


def test_records_of_sites_that_are_gone_are_left_alone(office: Office) -> None:
    office.ask("GET", ISSUE, f"Bearer {office.token(BOB)}")
    event = office.world.journal.events[-1]
    office.world.journal.events.append(replace(event, resource="https://gone.example"))
    assert replayed(office, ACCESS).looked_at == 1
