"""Policy documents are compared, applied and rolled back, each version once and for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.authority import ChangeKind
from authserver.domain.errors import Conflict, InvalidField, NotFound
from authserver.domain.policy_problems import PolicyInvalid
from authserver.services.commit_barrier import REVOKER_WAIT_SECONDS
from authserver.services.policy_versions import digest_of
from tests.services.policy_office import DAY, PolicyOffice
from tests.services.policy_texts import ACCESS
from tests.services.world import ADMIN, details

if TYPE_CHECKING:
    from authserver.domain.authority import Change

OTHERS = ACCESS.replace("developers", "testers")
CAP = '[tokens]\nmax_lifetime = "{}"\nreason = "Short lives"\n'


@pytest.fixture
def office() -> PolicyOffice:
    return PolicyOffice().furnish()


def told(office: PolicyOffice) -> list[Change]:
    return [each.change for each in office.world.database.state.changes]


@pytest.mark.feature(51)
def test_versions_count_up_and_none_is_ever_changed(office: PolicyOffice) -> None:
    first = office.apply(ACCESS, comment=" to begin with ")
    office.world.clock.advance(60)
    second = office.apply(OTHERS)
    assert (first.version.number, second.version.number) == (1, 2)
    assert (first.version.comment, first.version.applied_by) == ("to begin with", "alice")
    assert office.policies.versions("default") == [second.version, first.version]
    assert office.policies.show("default") == second.version
    assert office.policies.show("default", 1) == first.version
    assert office.policies.show("default", 1).text == ACCESS


def test_the_list_has_the_default_document_and_one_for_each_site(office: PolicyOffice) -> None:
    wiki = office.apply(ACCESS, "wiki").version
    listed = {each.name: each.current for each in office.policies.list()}
    assert listed == {"default": None, "jira-main": None, "wiki": wiki}
    assert next(iter(listed)) == "default"


def test_the_text_of_the_current_version_changes_nothing(office: PolicyOffice) -> None:
    first = office.apply(ACCESS)
    before = office.world.database.state
    again = office.apply(ACCESS)
    assert (again.changed, again.version) == (False, first.version)
    assert office.world.database.state is before
    assert not office.plan(ACCESS).changes_text


def test_an_empty_text_takes_everything_away_and_stays_a_version(office: PolicyOffice) -> None:
    office.apply(ACCESS)
    emptied = office.apply("")
    assert (emptied.changed, emptied.version.number) == (True, 2)
    assert not office.site_policy().asks_groups
    assert office.policies.show("default", 1).text == ACCESS


@pytest.mark.feature(51)
def test_a_rollback_is_a_new_version_with_the_old_text(office: PolicyOffice) -> None:
    office.apply(ACCESS)
    office.apply(OTHERS)
    back = office.policies.rollback("default", 1, ADMIN, comment="testers were locked in")
    assert (back.version.number, back.version.text) == (3, ACCESS)
    assert office.actions == ["policy.applied", "policy.applied", "policy.rolled_back"]
    assert details(office.world.database.audit[-1])["back_to"] == 1
    assert not office.policies.rollback("default", 1, ADMIN).changed


def test_a_version_that_refers_to_what_is_gone_does_not_come_back(office: PolicyOffice) -> None:
    office.apply(ACCESS)
    office.apply("")
    office.groups.delete("developers", ADMIN)
    with pytest.raises(PolicyInvalid, match=r"access.groups\[0\]: there is no such group"):
        office.policies.rollback("default", 1, ADMIN)


def test_a_group_that_a_policy_names_is_not_deleted(office: PolicyOffice) -> None:
    office.apply(ACCESS)
    office.apply('[[deny]]\nname = "d"\ngroups = ["testers"]\nreason = "x"\n', "wiki")
    before = office.world.database.state
    with pytest.raises(Conflict, match=r"name the group developers: default: access\.groups$"):
        office.groups.delete("developers", ADMIN)
    with pytest.raises(Conflict, match=r"name the group testers: wiki: deny\[0\]\.groups$"):
        office.groups.delete("testers", ADMIN)
    assert office.world.database.state is before
    office.apply("")
    office.groups.delete("developers", ADMIN)


@pytest.mark.parametrize("name", ["jira", "Default", "", "x" * 100, "a\x00"])
def test_a_document_is_of_a_resource_that_is_there(office: PolicyOffice, name: str) -> None:
    before = office.world.database.state
    for act in (
        lambda: office.apply(ACCESS, name),
        lambda: office.plan(ACCESS, name),
        lambda: office.policies.show(name),
        lambda: office.policies.versions(name),
        lambda: office.policies.rollback(name, 1, ADMIN),
    ):
        with pytest.raises(NotFound, match="resource"):
            act()
    assert office.world.database.state is before


def test_a_deleted_resource_has_no_document(office: PolicyOffice) -> None:
    office.apply(ACCESS, "wiki")
    office.world.resources.delete("wiki", ADMIN)
    with pytest.raises(NotFound):
        office.apply(OTHERS, "wiki")
    assert [each.name for each in office.policies.list()] == ["default", "jira-main"]


def test_what_is_not_there_is_not_shown(office: PolicyOffice) -> None:
    with pytest.raises(NotFound, match="policy document"):
        office.policies.show("default")
    office.apply(ACCESS)
    with pytest.raises(NotFound, match="policy version named 'default@2'"):
        office.policies.rollback("default", 2, ADMIN)
    assert not office.policies.versions("wiki")


def test_of_two_who_saw_the_same_version_one_applies(office: PolicyOffice) -> None:
    seen = office.plan(ACCESS).seen
    assert seen == 0
    office.apply(ACCESS, expect=seen)
    with pytest.raises(Conflict, match="is at version 1, which alice applied at 2027"):
        office.apply(OTHERS, expect=seen)
    with pytest.raises(Conflict, match="has no version yet"):
        office.apply(ACCESS, "wiki", expect=1)
    with pytest.raises(Conflict, match="version 7 was seen"):
        office.policies.rollback("default", 1, ADMIN, expect=7)
    assert office.policies.show("default").text == ACCESS
    assert office.apply(OTHERS, expect=1).changed


def test_who_was_overtaken_between_look_and_change_changes_nothing(office: PolicyOffice) -> None:
    office.apply(ACCESS)

    def overtake() -> None:
        office.world.database.while_reading = None
        office.apply(OTHERS)

    office.world.database.while_reading = overtake
    with pytest.raises(Conflict, match="compare again"):
        office.apply("", expect=1)
    assert [each.text for each in office.policies.versions("default")] == [OTHERS, ACCESS]


def test_a_refused_document_changes_nothing(office: PolicyOffice) -> None:
    office.apply(ACCESS)
    before = office.world.database.state
    with pytest.raises(PolicyInvalid):
        office.apply("acces = 1")
    with pytest.raises(InvalidField, match="comment"):
        office.apply(OTHERS, comment="a\nb")
    with pytest.raises(InvalidField, match="comment"):
        office.apply(OTHERS, comment="x" * 201)
    assert office.world.database.state is before


def test_every_change_takes_effect_before_the_command_ends(office: PolicyOffice) -> None:
    for text in (ACCESS, ""):
        started = office.world.clock.monotonic()
        office.apply(text)
        assert office.world.clock.monotonic() >= started + REVOKER_WAIT_SECONDS
        (change,) = [each for each in told(office) if each.kind is ChangeKind.POLICY][-1:]
        assert change.value == "default"


def test_the_record_names_versions_rules_and_the_text_by_its_digest(office: PolicyOffice) -> None:
    office.apply(ACCESS, "wiki")
    office.apply(OTHERS + '[[deny]]\nname = "all"\nreason = "stop"\n', "wiki", comment="incident")
    (first, second) = office.world.database.audit
    assert (first.action, first.object_id, first.resource) == ("policy.applied", "wiki", "wiki")
    text = office.policies.show("wiki").text
    assert details(second) == {
        "before": 1,
        "after": 2,
        "sha256": digest_of(text),
        "comment": "incident",
        "rules": {"added": ["deny.all"], "removed": [], "changed": ["access"]},
        "shortened_tokens": 0,
    }
    office.apply(ACCESS)
    assert office.world.database.audit[-1].resource == ""


@pytest.mark.feature(9)
def test_lowering_the_cap_shows_the_tokens_it_would_shorten_and_then_does(
    office: PolicyOffice,
) -> None:
    now = office.world.clock.now()
    office.add_token("long", expires_at=now + 200 * DAY)
    office.add_token("short", expires_at=now + 10 * DAY)
    office.add_token("elsewhere", resources=frozenset({"wiki"}))
    plan = office.plan(CAP.format("30d"))
    assert plan.shortening.count == 3
    assert [(each.token_id, each.ends_then_at) for each in plan.shortening.first] == [
        ("elsewhere", now + 30 * DAY),
        ("long", now + 30 * DAY),
        ("t1", now + 30 * DAY),
    ]
    assert ends(office)["long"] == now + 200 * DAY
    applied = office.apply(plan.text, expect=plan.seen)
    assert applied.shortened == ["elsewhere", "long", "t1"]
    assert ends(office) == {
        "elsewhere": now + 30 * DAY,
        "long": now + 30 * DAY,
        "short": now + 10 * DAY,
        "t1": now + 30 * DAY,
    }
    # Before the document is locked and after it, however many tokens there are.
    assert office.world.database.calls["api_tokens.shorten"] == 1
    assert [each.value for each in told(office) if each.kind is ChangeKind.API_TOKEN] == ["*"]
    assert details(office.world.database.audit[-1])["shortened_tokens"] == 3


def test_the_cap_of_a_site_is_for_tokens_that_name_it(office: PolicyOffice) -> None:
    now = office.world.clock.now()
    office.add_token("elsewhere", resources=frozenset({"wiki"}))
    office.add_token("both", resources=frozenset({"wiki", "jira-main"}))
    assert office.apply(CAP.format("1d"), "wiki").shortened == ["both", "elsewhere"]
    assert ends(office)["t1"] == now + 90 * DAY


def test_a_higher_cap_gives_no_token_its_time_back(office: PolicyOffice) -> None:
    now = office.world.clock.now()
    office.apply(CAP.format("30d"))
    assert office.plan(CAP.format("90d")).shortening.count == 0
    assert not office.apply(CAP.format("90d")).shortened
    assert ends(office)["t1"] == now + 30 * DAY


def test_what_is_over_or_revoked_is_not_shortened(office: PolicyOffice) -> None:
    office.world.clock.advance(100 * DAY)
    assert office.plan(CAP.format("30d")).shortening.count == 0
    assert not office.apply(CAP.format("30d")).shortened


def test_notes_are_told_before_anything_is_applied(office: PolicyOffice) -> None:
    office.apply(ACCESS)
    deny = '[[deny]]\nname = "d"\nreason = "x"\n'
    plan = office.plan(ACCESS.replace('"developers"', "") + deny, "wiki")
    assert plan.notes == [
        "access: takes the place of what the default document says there",
        "access.groups is empty: no user may call",
        "deny.d has no condition: every call is denied",
    ]


def ends(office: PolicyOffice) -> dict[str, float]:
    return {
        name: token.expires_at for name, token in office.world.database.state.api_tokens.items()
    }
