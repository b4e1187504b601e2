"""Who may make and hold API tokens: every document is asked, and the smallest bound counts."""

from __future__ import annotations

import pytest

from authserver.domain.api_tokens import Presentation
from authserver.services.token_policy import LONGEST_UNSAID, MOST_UNSAID
from tests.services.policy_office import DAY, PolicyOffice

DEVELOPERS = frozenset({"developers"})
NOBODY = frozenset[str]()


@pytest.fixture
def office() -> PolicyOffice:
    return PolicyOffice().furnish()


def tokens(*lines: str) -> str:
    return "\n".join(("[tokens]", 'reason = "Because"', *lines, ""))


def test_without_a_policy_everybody_makes_tokens_of_a_year(office: PolicyOffice) -> None:
    rules = office.token_rules("jira-main")
    assert rules.against_making(NOBODY, is_administrator=False) is None
    assert rules.against_holding(NOBODY) is None
    assert (rules.longest.value, rules.most.value) == (LONGEST_UNSAID, MOST_UNSAID)
    assert (rules.stale_after, rules.delete_after) == (None, None)
    assert rules.presentations == frozenset(Presentation)
    assert (rules.ticket_wanted_by, rules.team_wanted_by) == (None, None)


def test_only_administrators_make_tokens_for_others_until_a_policy_says_more(
    office: PolicyOffice,
) -> None:
    refusal = office.token_rules().against_making_for_others(DEVELOPERS, is_administrator=False)
    assert refusal is not None
    assert refusal.text == "only administrators make API tokens for somebody else"
    office.apply(tokens('for_others_groups = ["developers"]'))
    rules = office.token_rules()
    assert rules.against_making_for_others(DEVELOPERS, is_administrator=False) is None
    refusal = rules.against_making_for_others(frozenset({"testers"}), is_administrator=False)
    assert refusal is not None
    assert (refusal.rule, refusal.document, refusal.text, refusal.change) == (
        "tokens.for_others_groups",
        "default@1",
        "Because",
        "join developers",
    )
    assert rules.against_making_for_others(NOBODY, is_administrator=True) is None


@pytest.mark.feature(16)
def test_administrators_only_means_administrators_only(office: PolicyOffice) -> None:
    office.apply(tokens('creators = "administrators"'))
    rules = office.token_rules()
    refusal = rules.against_making(DEVELOPERS, is_administrator=False)
    assert refusal is not None
    assert (refusal.rule, refusal.text) == ("tokens.creators", "Because")
    assert rules.against_making(NOBODY, is_administrator=True) is None


@pytest.mark.feature(35)
def test_a_group_makes_tokens_where_only_groups_do(office: PolicyOffice) -> None:
    office.apply(tokens('creators = "groups"', 'creator_groups = ["developers"]'))
    rules = office.token_rules()
    assert rules.against_making(DEVELOPERS, is_administrator=False) is None
    refusal = rules.against_making(frozenset({"testers"}), is_administrator=False)
    assert refusal is not None
    assert (refusal.rule, refusal.change) == ("tokens.creator_groups", "join developers")


@pytest.mark.trap(1)
def test_an_empty_list_of_groups_means_nobody(office: PolicyOffice) -> None:
    office.apply(
        tokens(
            'creators = "groups"',
            "creator_groups = []",
            "for_others_groups = []",
            "holders = []",
            "presentations = []",
            "max_count = 0",
        )
    )
    rules = office.token_rules()
    making = rules.against_making(DEVELOPERS, is_administrator=False)
    assert making is not None
    assert making.change == "nobody may"
    assert rules.against_making_for_others(DEVELOPERS, is_administrator=False) is not None
    assert rules.against_holding(DEVELOPERS) is not None
    assert not rules.presentations
    assert rules.most.value == 0


@pytest.mark.feature(35)
def test_holders_are_members_of_one_of_the_groups(office: PolicyOffice) -> None:
    office.apply(tokens('holders = ["developers", "testers"]'))
    rules = office.token_rules()
    assert rules.against_holding(DEVELOPERS | {"others"}) is None
    refusal = rules.against_holding(frozenset({"contractors"}))
    assert refusal is not None
    assert (refusal.rule, refusal.change) == ("tokens.holders", "join developers or testers")


def test_every_site_of_a_token_is_asked_and_the_smallest_bound_counts(
    office: PolicyOffice,
) -> None:
    office.apply(tokens('max_lifetime = "90d"', "max_count = 5", 'presentations = ["bearer"]'))
    office.apply(
        tokens(
            'max_lifetime = "30d"',
            "max_count = 9",
            "require_ticket = true",
            'stale_after = "60d"',
            'delete_after = "10d"',
            'holders = ["developers"]',
        ),
        "wiki",
    )
    office.apply(tokens("require_team = true", 'stale_after = "20d"'), "jira-main")
    default, wiki = office.token_rules(), office.token_rules("wiki")
    both = office.token_rules("wiki", "jira-main")
    assert default.longest == (90 * DAY, "default@1", "Because")
    assert wiki.longest == (30 * DAY, "wiki@1", "Because")
    assert (wiki.most.value, wiki.most.document) == (5, "default@1")
    assert default.ticket_wanted_by is None
    assert wiki.ticket_wanted_by is not None
    assert wiki.ticket_wanted_by.document == "wiki@1"
    assert wiki.team_wanted_by is None
    assert both.team_wanted_by is not None
    assert both.stale_after == (20 * DAY, "jira-main@1", "Because")
    assert both.delete_after == (10 * DAY, "wiki@1", "Because")
    assert both.presentations == {Presentation.BEARER}
    assert default.against_holding(NOBODY) is None
    assert both.against_holding(NOBODY) is not None


def test_every_site_has_to_let_its_tokens_be_made(office: PolicyOffice) -> None:
    office.apply(tokens('creators = "groups"', 'creator_groups = ["developers"]'))
    office.apply(tokens('creators = "administrators"'), "wiki")
    office.apply(tokens('for_others_groups = ["developers"]'), "jira-main")
    rules = office.token_rules("jira-main")
    assert rules.against_making(DEVELOPERS, is_administrator=False) is None
    assert rules.against_making_for_others(DEVELOPERS, is_administrator=False) is None
    refusal = office.token_rules("wiki").against_making(DEVELOPERS, is_administrator=False)
    assert refusal is not None
    assert refusal.document == "wiki@1"


def test_a_document_that_says_nothing_of_tokens_asks_nothing(office: PolicyOffice) -> None:
    office.apply('[emails]\ndomains = []\nreason = "x"\n')
    assert not office.token_rules("jira-main", "wiki").sections
