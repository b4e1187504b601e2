"""Stopping many API tokens at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.api_tokens import ApiTokenStatus, LastUse
from authserver.domain.errors import InvalidField
from authserver.services.api_token_bulk import OtherTokens
from authserver.services.api_token_drafts import Delivery
from authserver.services.api_token_sets import MOST_MARKED, digest_of, marks_of, read_marks
from tests.services.token_office import DAY, TokenOffice
from tests.services.world import ADMIN, details

if TYPE_CHECKING:
    from tests.services.world import World

REVOKED, DISABLED = ApiTokenStatus.REVOKED, ApiTokenStatus.DISABLED
ENABLED, PENDING = ApiTokenStatus.ENABLED, ApiTokenStatus.PENDING


@pytest.fixture
def office(world: World) -> TokenOffice:
    return TokenOffice(world)


@pytest.mark.feature(15)
def test_a_plan_lists_what_the_act_then_stops(office: TokenOffice) -> None:
    office.world.add_client("zapier")
    meant = office.own(client_id="zapier").token
    used = office.change(office.own().token, last_use=LastUse(1.0, "203.0.113.9", "curl"))
    other = office.own().token
    text = "client=zapier or network in 203.0.113.0/24 or created<2025-01-01"
    plan = office.bulk.plan(text, REVOKED)
    assert plan.count == 2
    listed = {each.token_id for each in office.bulk.listed(plan)}
    assert listed == {meant.token_id, used.token_id}
    assert office.kept(meant).status is ENABLED
    result = office.bulk.act(plan, ADMIN, reason="zapier was broken into", where=text)
    assert {each.token_id for each in result.tokens} == listed
    for each in (meant, used):
        kept = office.kept(each)
        assert kept.status is REVOKED
        assert kept.reason == f"incident {result.incident}: zapier was broken into"
    assert office.kept(other).status is ENABLED


@pytest.mark.feature(15)
def test_one_incident_groups_the_records(office: TokenOffice) -> None:
    office.own()
    office.own()
    office.world.database.audit.clear()
    plan = office.bulk.plan("owner=ada", DISABLED)
    result = office.bulk.act(plan, ADMIN, where="owner=ada")
    summary, *each = office.world.database.audit
    assert (summary.action, summary.object_id) == ("token.bulk_changed", result.incident)
    assert details(summary) == {"where": "owner=ada", "to": "disabled", "count": 2}
    assert [event.action for event in each] == ["token.disabled"] * 2
    for event in each:
        assert details(event)["incident"] == result.incident
        assert details(event)["lineage_id"]
        assert event.actor == ADMIN.actor


def test_what_an_incident_disabled_is_enabled_by_its_id(office: TokenOffice) -> None:
    own = office.own().token
    waiting = office.for_ada(Delivery.LINK).token
    before = office.own().token
    office.power.disable(before.token_id, ADMIN)
    done = office.bulk.act(office.bulk.plan("subject=ada", DISABLED), ADMIN)
    assert {each.token_id for each in done.tokens} == {own.token_id, waiting.token_id}
    undo = office.bulk.plan(f"incident={done.incident}", ENABLED)
    assert undo.count == 2
    undone = office.bulk.act(undo, ADMIN)
    assert {each.token_id for each in undone.tokens} == {own.token_id, waiting.token_id}
    assert office.kept(own).status is ENABLED
    assert office.kept(waiting).status is PENDING
    assert office.kept(before).status is DISABLED


def test_what_is_over_is_left_alone(office: TokenOffice) -> None:
    over = office.own(expires_in=60.0).token
    gone = office.own().token
    office.power.revoke(gone.token_id, ADMIN, reason="first")
    office.world.clock.advance(DAY)
    plan = office.bulk.plan("owner=ada", REVOKED)
    assert plan.count == 0
    assert list(office.bulk.listed(plan)) == []
    assert office.bulk.act(plan, ADMIN).tokens == []
    assert office.kept(gone).reason == "first"
    assert office.kept(over).status is ENABLED


@pytest.mark.rule("AK-03")
def test_workers_forget_every_token_before_the_act_has_ended(office: TokenOffice) -> None:
    office.own()
    before = office.world.clock.now()
    office.bulk.act(office.bulk.plan("owner=ada", REVOKED), ADMIN)
    assert office.world.clock.now() - before >= 0.29
    assert office.world.database.state.changes[-1].change.value == "*"


def test_names_of_users_and_services_are_understood(office: TokenOffice) -> None:
    own, service = office.own().token, office.service().token

    def meant(text: str) -> set[str]:
        return {each.token_id for each in office.bulk.listed(office.bulk.plan(text, REVOKED))}

    assert meant("owner=ada") == {own.token_id, service.token_id}
    assert meant("user=ada") == {own.token_id}
    assert meant("subject=ci-reader") == {service.token_id}
    assert meant("subject=client:ci-reader") == {service.token_id}
    assert meant(f"owner={office.ada.subject} and purpose~bi") == {own.token_id, service.token_id}
    for text in ("owner=ci-reader", "subject=nobody"):
        with pytest.raises(InvalidField, match="the name of a user"):
            office.bulk.plan(text, REVOKED)


def test_one_transaction_holds_the_whole_act(office: TokenOffice) -> None:
    token = office.own().token
    plan = office.bulk.plan("owner=ada", REVOKED)
    office.world.database.failing.add("audit.add")
    with pytest.raises(Exception, match=r".*"):
        office.bulk.act(plan, ADMIN)
    office.world.database.failing.clear()
    assert office.kept(token).status is ENABLED


def test_others_than_those_that_were_seen_are_not_changed(office: TokenOffice) -> None:
    gone, stays = office.own().token, office.own().token
    seen = office.bulk.plan("owner=ada", DISABLED)
    office.power.revoke(gone.token_id, ADMIN)
    come = office.own().token
    plan = office.bulk.plan("owner=ada", DISABLED)
    assert plan.count == seen.count
    with pytest.raises(OtherTokens):
        office.bulk.act(plan, ADMIN, seen=seen.digest)
    assert office.kept(stays).status is ENABLED
    found = office.bulk.difference(plan, seen.marks, seen.at)
    assert [each.token_id for each in found.added] == [come.token_id]
    assert [each.token_id for each in found.ended] == [gone.token_id]
    assert (found.added_count, found.ended_count, found.other_count) == (1, 1, 0)
    done = office.bulk.act(plan, ADMIN, seen=plan.digest)
    assert {each.token_id for each in done.tokens} == {stays.token_id, come.token_id}


def test_sets_are_told_apart_and_large_ones_are_not_marked() -> None:
    names = [str(number) for number in range(MOST_MARKED + 1)]
    assert digest_of(names) != digest_of(names[1:])
    assert marks_of(names) == ""
    assert len(read_marks(marks_of(names[:100]))) == 100
