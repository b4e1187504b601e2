"""A worker knows the policies of sites, for as long as nobody has changed them."""

from __future__ import annotations

import pytest

from authserver.domain.authority import Change, ChangeKind
from authserver.domain.errors import StorageUnavailable
from authserver.domain.policy_documents import LegacyEffect, LegacyWay, PolicyVersion
from tests.services.policy_office import PolicyOffice
from tests.services.policy_texts import ACCESS
from tests.services.world import ADMIN

LEGACY = '[legacy]\nbasic = "{}"\nreason = "x"\n'


@pytest.fixture
def office() -> PolicyOffice:
    return PolicyOffice().furnish()


def basic_at(office: PolicyOffice, name: str = "jira-main") -> LegacyEffect:
    policy = office.site_policy(name)
    return policy.legacy_effect(LegacyWay.BASIC, "ada", "/rest/api/2/myself", "", 0.0)[0]


def test_without_documents_the_built_in_policy_counts(office: PolicyOffice) -> None:
    policy = office.site_policy()
    assert policy.label == ""
    assert not policy.asks_groups
    assert basic_at(office) is LegacyEffect.BLOCK


def test_both_documents_make_the_policy_of_a_site(office: PolicyOffice) -> None:
    office.apply(ACCESS)
    office.apply(LEGACY.format("observe"), "wiki")
    assert office.site_policy("jira-main").label == "default@1"
    assert office.site_policy("wiki").label == "default@1 wiki@1"
    assert office.site_policy("wiki").asks_groups


def test_a_section_of_a_site_takes_the_place_of_the_default(office: PolicyOffice) -> None:
    office.apply(LEGACY.format("observe"))
    office.apply(LEGACY.format("allow"), "wiki")
    assert basic_at(office, "jira-main") is LegacyEffect.OBSERVE
    assert basic_at(office, "wiki") is LegacyEffect.ALLOW
    office.apply("", "wiki")
    assert basic_at(office, "wiki") is LegacyEffect.OBSERVE


def test_what_was_compiled_is_kept_until_a_document_changes(office: PolicyOffice) -> None:
    office.apply(LEGACY.format("observe"))
    jira, wiki = office.site_policy("jira-main"), office.site_policy("wiki")
    office.world.database.calls.clear()
    assert office.site_policy("jira-main") is jira
    assert office.world.database.calls["policies.current"] == 0
    office.apply(LEGACY.format("allow"), "wiki")
    assert office.site_policy("jira-main") is jira
    assert office.site_policy("wiki") is not wiki
    office.apply(LEGACY.format("block"))
    assert office.site_policy("jira-main") is not jira
    assert basic_at(office) is LegacyEffect.BLOCK


def test_a_site_that_moves_has_its_policy_compiled_anew(office: PolicyOffice) -> None:
    office.apply(ACCESS)
    before = office.site_policy()
    office.world.resources.update("jira-main", ADMIN, url="https://jira.example.org")
    assert office.site_policy() is not before
    assert office.site_policy() is office.site_policy()


def test_what_a_document_names_may_be_gone_and_it_still_counts(office: PolicyOffice) -> None:
    office.apply('[access]\nclients = ["ci-robot"]\nreason = "x"\n')
    office.world.clients.delete("ci-robot", ADMIN)
    assert office.site_policy().label == "default@1"


def test_a_document_that_cannot_be_read_lets_nobody_call(office: PolicyOffice) -> None:
    with office.world.database.writing() as stores:
        stores.policies.add(PolicyVersion("default", 1, "acces = 1\n", 0.0, "somebody", ""))
        stores.authority.advance([Change(ChangeKind.POLICY, "default", 0.0)])
    with pytest.raises(StorageUnavailable, match="policy default@1 cannot be read: acces: no such"):
        office.site_policy()


def test_without_a_database_what_is_not_known_is_not_guessed(office: PolicyOffice) -> None:
    resource = office.world.resources.get("jira-main")
    office.world.database.failing.add("policies.current")
    with pytest.raises(StorageUnavailable):
        office.view.of(resource)
